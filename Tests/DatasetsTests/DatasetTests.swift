import Datasets
import SystemPackage
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite struct DatasetTests {
  @Test(.enabled(if: SharedData.isPresent)) func mnistTestSetIsTenThousandDigits() throws {
    let digits = try LabelledPictures(
      idxImages: SharedData.path("datasets/mnist/t10k-images-idx3-ubyte.gz"),
      labels: SharedData.path("datasets/mnist/t10k-labels-idx1-ubyte.gz"))
    #expect(digits.count == 10_000 && digits.height == 28 && digits.width == 28)
    // The published file begins with a seven, a two, a one and a zero.
    #expect(digits.labels[0..<4] == [7, 2, 1, 0])
    let first = digits.pictures(0..<1)
    #expect(first.shape == [1, 28, 28, 1] && first[0, 7, 6, 0] == 84 && first[0, 0, 0, 0] == 0)
  }

  @Test(.enabled(if: SharedData.isPresent)) func cifarPicturesAreRowsOfRedGreenBlue() throws {
    let batch = try LabelledPictures(cifar10: SharedData.path("datasets/cifar10/data_batch_1.bin"))
    #expect(batch.count == 10_000 && batch.labels[0..<4] == [6, 9, 9, 4])
    // The first pixel of the first training picture, as published: 59, 62, 63.
    #expect(batch.pixels[0..<3] == [59, 62, 63])
  }

  @Test func whatIsWrongWithAnIdxFileIsSaid() throws {
    let labels = try temporaryFile([0, 0, 8, 1, 0, 0, 0, 1, 7])
    func problem(_ bytes: [UInt8], labels other: String? = nil) throws -> DatasetError? {
      let images = try temporaryFile(bytes)
      defer { unlink(images) }
      do {
        _ = try LabelledPictures(idxImages: images, labels: other ?? labels)
        return nil
      } catch {
        #expect(error.description.contains("/fovea-dataset-"))
        return error
      }
    }
    defer { unlink(labels) }
    let header: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 2]
    #expect(try problem(header + [1, 2, 3, 4]) == nil)
    guard case .tooShort(_, 4, 3) = try problem(header + [1, 2, 3]) else { Issue.record("short"); return }
    guard case .tooLong(_, 4) = try problem(header + [1, 2, 3, 4, 5]) else { Issue.record("long"); return }
    guard case .notIdx = try problem([1, 2, 3, 4] + header) else { Issue.record("magic"); return }
    guard case .tooShort = try problem([]) else { Issue.record("empty"); return }
    let huge: [UInt8] = [0, 0, 8, 3] + [UInt8](repeating: 255, count: 12)
    guard case .badExtents = try problem(huge + [1]) else { Issue.record("huge"); return }
    guard case .countsDiffer = try problem([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 5, 6]) else {
      Issue.record("counts")
      return
    }
  }

  private func temporaryFile(_ bytes: [UInt8]) throws -> String {
    var template = Array("/tmp/fovea-dataset-XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    #expect(write(descriptor, bytes, bytes.count) == bytes.count)
    return String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}

/// Drawn pictures with a class for each pixel.
@Suite struct SegmentedPicturesTests {
  @Test("the same seed draws the same pictures; every class is there and no class is a matter of colour")
  func draws() {
    let drawn = SegmentedPictures(drawing: 60, seed: 4)
    #expect(drawn == SegmentedPictures(drawing: 60, seed: 4))
    #expect(drawn != SegmentedPictures(drawing: 60, seed: 5))
    #expect(drawn.pictures([3, 59]).shape == [2, 48, 48, 3])
    #expect(drawn.labels([59]) == drawn.classes.suffix(48 * 48).map { Int($0) })
    let shares = drawn.shares
    #expect(shares[0] > 0.5 && shares[0] < 0.9)
    #expect(shares.dropFirst().allSatisfy { $0 > 0.03 })
    // The mean red of every class is that of all colours, about 127.
    for own in 0..<4 {
      let places = drawn.classes.indices.filter { drawn.classes[$0] == own }
      let mean = places.reduce(0.0) { $0 + Double(drawn.pixels[$1 * 3]) } / Double(places.count)
      #expect(mean > 80 && mean < 175, "\(drawn.classNames[own]): \(mean)")
    }
  }
}
