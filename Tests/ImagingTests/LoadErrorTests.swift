import Imaging
import SystemPackage
import TestSupport
import Testing

@Suite("What cannot be read is told apart") struct LoadErrorTests {
  private let folder = TemporaryFolder()

  private func kind(_ path: FilePath, _ options: LoadOptions = .init()) -> String? {
    do throws(ImagingError) {
      _ = try Image(contentsOf: path, options: options).tensor()
      return nil
    } catch {
      #expect("\(error)".contains(path.string) && !"\(error)".contains("\n"), "\(error)")
      return error.kind
    }
  }

  @Test func missing() { #expect(kind(folder.file("none.png")) == "missing") }

  @Test func isFolder() { #expect(kind(folder.path) == "folder") }

  @Test func empty() throws { #expect(kind(try folder.file("a.png", holding: [])) == "empty") }

  @Test func notPicture() throws {
    #expect(kind(try folder.file("a.png", holding: Array("no picture at all".utf8))) == "not-a-picture")
  }

  @Test func blocked() throws {
    let path = try folder.file("a.png", holding: Array("P5 2 1 255\nab".utf8))
    #expect(kind(path) == "blocked")
    #expect(kind(path, LoadOptions(allowsUntrustedFormats: true)) == nil)
  }

  @Test(
    "a cut file is damaged, whatever the format", arguments: ["png", "jpg", "webp", "tiff", "gif", "npy"])
  func truncated(suffix: String) throws {
    let whole = folder.file("whole." + suffix)
    let noise = (0..<64 * 64 * 3).map { (index: Int) -> UInt8 in
      UInt8(truncatingIfNeeded: index &* index &* 7 / 13)
    }
    try Image(pixels: noise, height: 64, width: 64, channels: 3).write(to: whole)
    let all = try bytes(of: whole)
    #expect(kind(whole) == nil)
    for share in [0.3, 0.6, 0.9] {
      let cut = try folder.file("cut." + suffix, holding: Array(all.prefix(Int(Double(all.count) * share))))
      #expect(kind(cut) == "damaged", "\(suffix) cut at \(share)")
    }
  }

  @Test("damage in the last rows is seen every time, by every way to the pixels, however busy the machine")
  func lastRows() async throws {
    let noise = (0..<64 * 64 * 3).map { (index: Int) -> UInt8 in
      UInt8(truncatingIfNeeded: index &* index &* 7 / 13)
    }
    let whole = folder.file("whole.jpg")
    try Image(pixels: noise, height: 64, width: 64, channels: 3).write(to: whole)
    let cut = try folder.file("cut.jpg", holding: Array(try bytes(of: whole).dropLast(100)))
    let target = folder.file("target.png")
    let ways: [@Sendable (Image) throws -> Void] = [
      { _ = try $0.tensor() },
      { _ = try $0.extremes() },
      { try $0.write(to: target) },
      { image in
        let mirrored = Array((0..<64).map(Int32.init).reversed())
        let window = RegionWindow(
          kernelHeight: 1, kernelWidth: 1, rows: [63] + mirrored.dropFirst(), columns: mirrored,
          outside: [0, 0, 0])
        var jumping = window
        jumping.rows.swapAt(0, 40)
        _ = try image.filteringRegions(through: jumping, as: .uint8) { buffers in
          buffers.output.update(from: buffers.input, count: buffers.inputStride * buffers.height)
        }.tensor()
      },
    ]
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<60 {
        for way in ways {
          group.addTask {
            #expect(throws: ImagingError.self) { try way(Image(contentsOf: cut)) }
          }
        }
      }
    }
    #expect(!folder.names.contains("target.png"))
  }

  @Test("pictures that fail at the same time each tell their own reason, alone and in one line")
  func reasonsStayApart() async throws {
    let noise = (0..<200 * 200 * 3).map { (index: Int) -> UInt8 in
      UInt8(truncatingIfNeeded: index &* index &* 7 / 13)
    }
    var said: [(path: FilePath, words: String)] = []
    for (suffix, words) in [("png", "png"), ("jpg", "jpeg"), ("webp", "webp"), ("gif", "gif")] {
      let whole = folder.file("whole." + suffix)
      try Image(pixels: noise, height: 200, width: 200, channels: 3).write(to: whole)
      let half = Array(try bytes(of: whole).dropLast(3000))
      for number in 0..<4 {
        said.append((try folder.file("\(number)cut.\(suffix)", holding: half), words))
      }
    }
    let sound = folder.file("whole.png")
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (number, bad) in said.enumerated() {
        group.addTask {
          let target = self.folder.file("out\(number).png")
          do throws(ImagingError) {
            try Image(contentsOf: bad.path).write(to: target)
            Issue.record("\(bad.path) was written")
          } catch {
            guard case .damaged(bad.path, let reason) = error else { throw error }
            let others = ["png", "jpeg", "webp", "gif"].filter { $0 != bad.words }
            #expect(reason.lowercased().contains(bad.words), "\(error)")
            #expect(!others.contains { reason.lowercased().contains($0) }, "\(error)")
            #expect(!reason.contains(self.folder.path.string) && !reason.contains(";"), "\(error)")
          }
        }
        group.addTask { _ = try Image(contentsOf: sound).tensor() }
      }
      try await group.waitForAll()
    }
  }

  @Test func tooLarge() throws {
    let path = folder.file("a.png")
    try Image(pixels: ramp(height: 10, width: 10, channels: 1), height: 10, width: 10, channels: 1)
      .write(to: path)
    #expect(kind(path, LoadOptions(maximumPixels: 99)) == "too-large")
    #expect(kind(path, LoadOptions(maximumPixels: 100)) == nil)
  }

  @Test("brackets in a name are part of the name")
  func brackets() throws {
    let path = folder.file("a[page=3].png")
    try Image(pixels: [1, 2], height: 1, width: 2, channels: 1).write(to: path)
    #expect(kind(path) == nil)
    let netpbm = try folder.file("b[1]", holding: Array("P5 2 1 255\nab".utf8))
    #expect(kind(netpbm, LoadOptions(allowsUntrustedFormats: true)) == nil)
  }

  @Test("a failed write leaves nothing behind and names the target")
  func failedWrite() throws {
    let image = try Image(pixels: [1, 2], height: 1, width: 2, channels: 1)
    #expect(throws: ImagingError.self) { try image.write(to: folder.file("none/a.png")) }
    #expect(throws: ImagingError.unknownSuffix("a.xyz")) { try image.write(to: "a.xyz") }
    let cut = try bytes(
      of: {
        let whole = folder.file("whole.png")
        try Image(pixels: ramp(height: 99, width: 99, channels: 3), height: 99, width: 99, channels: 3)
          .write(to: whole)
        return whole
      }())
    let source = try folder.file("cut.png", holding: Array(cut.prefix(cut.count / 2)))
    let target = try folder.file("target.png", holding: [7])
    do {
      try Image(contentsOf: source).write(to: target)
      Issue.record("a damaged picture was written")
    } catch {
      #expect(error.kind == "damaged" && "\(error)".contains("cut.png"))
    }
    #expect(try bytes(of: target) == [7])
    #expect(folder.names == ["cut.png", "target.png", "whole.png"])
  }
}
