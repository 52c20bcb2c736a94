import CKernels
import Imaging
import TensorCore
import TestSupport
import Testing

/// Old and new sizes: larger, smaller, one axis each way, down to a pixel.
private let sizes: [(old: (Int, Int), new: (Int, Int))] = [
  ((37, 53), (20, 31)), ((37, 53), (90, 71)), ((53, 9), (12, 130)), ((9, 14), (1, 1)), ((1, 1), (5, 3)),
  ((1, 40), (1, 7)), ((40, 1), (61, 1)), ((2, 700), (3, 350)),
]

private func noise(_ count: Int, upTo limit: Float, seed: UInt64 = 1) -> [Float] {
  var generator = SeededGenerator(seed: seed)
  return (0..<count).map { _ in Float.random(in: 0...limit, using: &generator) }
}

@Suite("Resampling in vectors makes what its definition makes, to the last bit") struct ResamplingTests {
  @Test("8 bits: channels, alpha, up and down", arguments: Resampling.allCases, 1...5)
  func bytes(resampling: Resampling, channels: Int) throws {
    for (old, new) in sizes {
      let pixels = noise(old.0 * old.1 * channels, upTo: 255).map { UInt8($0) }
      let image = try Image(pixels: pixels, height: old.0, width: old.1, channels: channels)
      #expect(image.hasAlpha == [2, 4].contains(channels))
      try check(image, new, resampling)
    }
  }

  @Test("floats", arguments: Resampling.allCases, 1...5)
  func floats(resampling: Resampling, channels: Int) throws {
    for (old, new) in sizes {
      let pixels = Tensor(noise(old.0 * old.1 * channels, upTo: 300), shape: [old.0, old.1, channels])
      try check(try Image(tensor: pixels), new, resampling)
    }
  }

  @Test("16 bits", arguments: Resampling.allCases)
  func sixteen(resampling: Resampling) throws {
    let path = repositoryFolder + "/Tests/ImagingTests/Fixtures/sixteen.png"
    let image = try Image(contentsOf: path)
    #expect(image.pixelType == .uint16)
    for new in [(1 + image.height / 15, 1 + image.width / 15), (11, 70), (33, 9)] {
      try check(image, new, resampling)
    }
  }

  private func check(_ image: Image, _ size: (Int, Int), _ resampling: Resampling) throws {
    let resized = try image.resized(height: size.0, width: size.1, resampling: resampling).storedScalars()
    let expected = referenceResampling(
      try image.storedScalars(), height: size.0, width: size.1, resampling, as: image.pixelType,
      hasAlpha: image.hasAlpha)
    #expect(resized == expected, "\(image.height)x\(image.width) to \(size)")
  }

  /// Every set of kernels this processor runs, the portable one among them.
  @Test("every instruction set", arguments: UInt32(0)...3)
  func sets(set: UInt32) {
    guard let kernels = fovea_plane_kernels_for(fovea_instruction_set(set))?.pointee else { return }
    for channels in [1, 2, 3, 4, 6, 9] {
      for (taps, pixels, step) in [(1, 1, 0), (1, 90, 1), (3, 40, 2), (7, 33, 3), (40, 5, 11), (2, 77, 0)] {
        for rows in [1, 5, 16, 19] {
          for rounds in [false, true] {
            check(kernels, (channels, taps, pixels, step, rows), rounds: rounds)
          }
        }
      }
    }
  }

  private typealias Case = (channels: Int, taps: Int, pixels: Int, step: Int, rows: Int)

  private func check(_ kernels: fovea_plane_kernels, _ size: Case, rounds: Bool) {
    let (channels, taps, pixels, step, rows) = size
    // A table that begins within the row, as that of a region does.
    let starts = (0..<pixels).map { Int32(5 + ($0 * step + $0 % 2 * min(1, step))) }
    let width = (Int(starts[pixels - 1]) - 5 + taps) * channels
    let weights = noise(pixels * taps, upTo: 2).map { $0 - 0.7 }
    let values = noise(rows * width, upTo: 255, seed: 2)
    let stride = pixels * channels + 3
    var expected = [Float](repeating: -1, count: rows * stride)
    for row in 0..<rows {
      for x in 0..<pixels {
        for channel in 0..<channels {
          var sum: Float = 0
          for tap in 0..<taps {
            sum +=
              weights[x * taps + tap]
              * values[row * width + (Int(starts[x]) - 5 + tap) * channels + channel]
          }
          expected[row * stride + x * channels + channel] =
            rounds ? Float(Int32(min(max(sum, 0), 255) + 0.5)) : sum
        }
      }
    }
    var output = [Float](repeating: -1, count: rows * stride)
    var scratch = [Float](repeating: 0, count: kernels.resample_scratch(channels, taps))
    let shares = noise(rows, upTo: 1, seed: 3)
    var sums = noise(width, upTo: 9, seed: 4)
    var expectedSums = sums
    for row in 0..<rows {
      for place in 0..<width { expectedSums[place] += shares[row] * values[row * width + place] }
    }
    values.withUnsafeBufferPointer { values in
      guard let base = values.baseAddress else { return }
      let lines = (0..<rows).map { base + $0 * width }
      kernels.resample(
        lines, rows, channels, starts, pixels, taps, weights, rounds ? 1 : 0, &output, stride, &scratch)
      kernels.add_rows(lines, shares, rows, &sums, width)
    }
    #expect(output == expected, "\(size), rounds: \(rounds)")
    #expect(sums == expectedSums, "\(size)")
  }
}
