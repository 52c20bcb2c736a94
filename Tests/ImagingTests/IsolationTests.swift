import Imaging
import Isolation
import SystemPackage
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite("Pictures decoded in processes of their own") struct IsolationTests {
  private let folder = TemporaryFolder()
  private let isolated = LoadOptions(isolation: .worker(executable: workerExecutable))

  @Test(
    "they are the same pictures",
    arguments: [
      "Samples/still-life.jpg", "Samples/still-life-rotated.jpg", "Samples/dusk-16bit.png",
      "Samples/pear-alpha.png", "Tests/ImagingTests/Fixtures/animation.gif",
      "Tests/ImagingTests/Fixtures/cmyk.jpg", "Tests/ImagingTests/Fixtures/orientation_6.jpg",
    ])
  func same(file: String) throws {
    let path = FilePath(repositoryFolder + "/" + file)
    guard access(path.string, R_OK) == 0 else {
      Issue.record("\(file) is not there")
      return
    }
    let (here, there) = (try Image(contentsOf: path), try Image(contentsOf: path, options: isolated))
    #expect(there.width == here.width && there.height == here.height && there.channels == here.channels)
    #expect(there.pageCount == here.pageCount && there.delays == here.delays)
    #expect(there.hasProfile == here.hasProfile && there.hasAlpha == here.hasAlpha)
    #expect(there.pixelType == here.pixelType && there.origin == here.origin)
    #expect(try there.pagesTensor() == here.pagesTensor())
    #expect(try there.page(here.pageCount - 1).tensor() == here.page(here.pageCount - 1).tensor())
    let (one, two) = (folder.file("here.png"), folder.file("there.png"))
    try here.write(to: one)
    try there.write(to: two)
    #expect(try bytes(of: one) == bytes(of: two), "metadata too")
    #expect(
      try there.resized(height: 20, width: 30, fit: .cover).tensor()
        == here.resized(height: 20, width: 30, fit: .cover).tensor())
  }

  private func error(_ path: FilePath, _ options: LoadOptions) -> ImagingError? {
    do throws(ImagingError) {
      _ = try Image(contentsOf: path, options: options).tensor()
      return nil
    } catch { return error }
  }

  @Test("what cannot be read is told apart as it is here")
  func errors() throws {
    let noise = (0..<64 * 64 * 3).map { UInt8(truncatingIfNeeded: $0 &* $0 &* 7 / 13) }
    let whole = folder.file("whole.jpg")
    try Image(pixels: noise, height: 64, width: 64, channels: 3).write(to: whole)
    let files = [
      folder.file("none.png"), folder.path, try folder.file("empty.png", holding: []),
      try folder.file("text.png", holding: Array("no picture at all".utf8)),
      try folder.file("a.pgm", holding: Array("P5 2 1 255\nab".utf8)),
      try folder.file("cut.jpg", holding: Array(try bytes(of: whole).dropLast(100))), whole,
    ]
    for file in files {
      #expect(error(file, isolated) == error(file, LoadOptions()), "\(file)")
      var (small, smallIsolated) = (LoadOptions(), isolated)
      small.maximumPixels = 1
      smallIsolated.maximumPixels = 1
      #expect(error(file, smallIsolated) == error(file, small), "\(file)")
    }
  }

  /// A program that does `script` instead of a worker's work.
  private func worker(_ script: String) throws -> LoadOptions {
    let path = try folder.file("worker.sh", holding: Array("#!/bin/sh\n\(script)\n".utf8))
    chmod(path.string, 0o700)
    var options = LoadOptions(isolation: .worker(executable: path))
    options.decoderSeconds = 1
    return options
  }

  @Test(
    "a worker that crashes, hangs or talks nonsense is an error about the picture",
    arguments: [
      ("kill -SEGV $$", "crashed (signal 11)"), ("exec sleep 100", "longer than 1 s"),
      ("printf '12345678' >&4; sleep 100", "more than"), ("exit 3", "stopped early (status 3)"),
      // A header of nine bytes that is none.
      ("printf '\\011\\0\\0\\0\\0\\0\\0\\0\\0abcdefgh' >&4; sleep 100", "nonsense"),
    ])
  func failures(script: String, words: String) throws {
    let path = folder.file("a.png")
    try Image(pixels: [1, 2], height: 1, width: 2, channels: 1).write(to: path)
    let options = try worker(script)
    let error = try #require(self.error(path, options))
    #expect(
      error.kind == "damaged" && "\(error)".contains(words) && "\(error)".contains(path.string), "\(error)")
    #expect(self.error(path, isolated) == nil, "and the next one is read")
  }

  @Test("pictures side by side each get their own rows")
  func sideBySide() async throws {
    let paths = ["still-life.jpg", "dusk-16bit.png", "pear-alpha.png", "zone-plate.png"].map {
      FilePath(repositoryFolder + "/Samples/" + $0)
    }
    let sums = try paths.map { try Image(contentsOf: $0).tensor() }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for turn in 0..<24 {
        let (path, expected) = (paths[turn % 4], sums[turn % 4])
        group.addTask {
          let image = try Image(contentsOf: path, options: isolated)
          #expect(try image.tensor() == expected)
          // Abandoned in the middle.
          _ = try? image.cropped(top: 0, left: 0, height: 8, width: 8).tensor()
        }
      }
      try await group.waitForAll()
    }
  }
}
