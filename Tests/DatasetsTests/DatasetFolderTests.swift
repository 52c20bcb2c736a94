import Datasets
import Foundation
import Imaging
import SystemPackage
import TensorCore
import Testing

/// Folders of labelled pictures, whole and damaged.
@Suite struct DatasetFolderTests {
  private final class Folder {
    let path = FilePath(NSTemporaryDirectory()).appending("fovea-data-\(UInt64.random(in: 0...UInt64.max))")
    deinit { try? FileManager.default.removeItem(atPath: path.string) }

    func write(_ name: String, _ bytes: [UInt8]) throws {
      let file = URL(filePath: path.appending(name).string)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(bytes).write(to: file)
    }

    func picture(_ name: String, _ level: UInt8) throws {
      try write(name, [])
      try Image(pixels: [UInt8](repeating: level, count: 12), height: 2, width: 2, channels: 3)
        .write(to: path.appending(name))
    }

    func open(_ told: (ImagingError) -> Void = { _ in }) throws -> DatasetFolder {
      try DatasetFolder(path, height: 4, width: 4, problem: told)
    }

    /// What opening it says.
    var problem: String {
      do {
        _ = try open()
        return ""
      } catch { return "\(error)" }
    }
  }

  private func record(_ label: UInt8, bytes: Int = 1) -> [UInt8] {
    [UInt8](repeating: 0, count: bytes - 1) + [label] + [UInt8](repeating: 9, count: 3072)
  }

  @Test("CIFAR-10, CIFAR-100 and class folders are recognised by what is in them")
  func recognises() throws {
    let ten = Folder()
    try ten.write("data_batch_1.bin", record(3) + record(4))
    try ten.write("data_batch_2.bin", record(5))
    try ten.write("test_batch.bin", record(9))
    #expect(try ten.open().training.labels == [3, 4, 5])
    #expect(try ten.open().test?.labels == [9])
    let hundred = Folder()
    try hundred.write("train.bin", record(99, bytes: 2))
    #expect(try hundred.open().training.labels == [99])
    let folders = Folder()
    for (index, name) in ["train/b/1.png", "train/a/1.png", "train/a/2.png", "val/a/1.png", "val/b/1.png"]
      .enumerated()
    {
      try folders.picture(name, UInt8(index * 10))
    }
    let data = try folders.open()
    #expect(data.training.classNames == ["a", "b"] && data.training.labels == [0, 0, 1])
    #expect(data.training.pixels.count == 3 * 48 && data.training.pixels[0] == 10 && data.test?.count == 2)
  }

  @Test("what is wrong with data is said with the file's or the class's name")
  func namesProblems() throws {
    let truncated = Folder()
    try truncated.write("data_batch_1.bin", record(3) + [1, 2, 3])
    #expect(
      truncated.problem.contains("data_batch_1.bin: 3076 bytes are no whole number of records of 3073 bytes"))
    let wrong = Folder()
    try wrong.write("data_batch_1.bin", record(3) + record(10))
    #expect(wrong.problem.contains("data_batch_1.bin: picture 1 has label 10; expected 0 to 9"))
    let empty = Folder()
    try empty.picture("a/1.png", 1)
    try empty.write("b/.keep", [])
    #expect(empty.problem.hasSuffix("/b: holds no picture that can be read; a class needs one at least"))
    let one = Folder()
    try one.picture("a/1.png", 1)
    #expect(one.problem.contains("a folder for each class is needed, two at least; found a"))
    let nothing = Folder()
    try nothing.write("note.txt", [1])
    #expect(nothing.problem.contains("none of the expected files is there: data_batch_1.bin"))
    let single = Folder()
    for name in ["a/1.png", "a/2.png", "b/1.png"] { try single.picture(name, 1) }
    let pictures = try single.open().training
    #expect(throws: DatasetError.tooFewToSplit(name: "b", count: 1)) {
      try pictures.split(holdingOut: 0.2, seed: 1)
    }
  }

  @Test("a picture that cannot be read is told and left out, the others stay")
  func skipsCorrupt() throws {
    let folder = Folder()
    for name in ["a/1.png", "a/3.png", "b/1.png"] { try folder.picture(name, 1) }
    try folder.write(
      "a/2.png", Array("\u{89}PNG\r\n\u{1A}\n".unicodeScalars.map { UInt8($0.value) }) + [1, 2, 3])
    var told: [String] = []
    let data = try folder.open { told.append("\($0)") }
    #expect(data.training.labels == [0, 0, 1])
    #expect(told.count == 1 && told[0].contains("a/2.png"))
  }

  @Test("a split is fixed by its seed, keeps every picture once, and holds out of every class")
  func splits() throws {
    let folder = Folder()
    for index in 0..<12 { try folder.picture("\(index % 3)/\(index).png", UInt8(index)) }
    let all = try folder.open().training
    let (kept, held) = try all.split(holdingOut: 0.25, seed: 7)
    let again = try all.split(holdingOut: 0.25, seed: 7)
    #expect(kept == again.kept && held == again.heldOut)
    #expect(kept.count == 9 && Set(held.labels) == [0, 1, 2])
    let seen = (kept.pixels + held.pixels).enumerated().filter { $0.offset % 48 == 0 }.map(\.element)
    #expect(seen.sorted() == (0..<12).map { UInt8($0) })
  }
}
