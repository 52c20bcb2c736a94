import Batch
import SystemPackage
import Testing

@Suite struct InputTests {
  @Test(arguments: [
    ("a\nb c\n", ["a", "b c"]), ("a\r\nb", ["a", "b"]), ("a\0b\nc\0", ["a", "b\nc"]), ("", []), ("\n\n", []),
  ])
  func standardInputListsPaths(_ text: String, _ expected: [String]) throws {
    let list = try InputList(
      ["first", "-", "last"], standardInput: { Array(text.utf8) }, isMine: { _ in true })
    #expect(list.arguments.map(\.string) == ["first"] + expected + ["last"])
  }

  @Test func standardInputIsReadOnce() {
    #expect(throws: BatchError.standardInputTwice) {
      try InputList(["-", "-"], standardInput: { () throws(BatchError) in [] }, isMine: { _ in true })
    }
  }

  @Test func linksAreFollowedButNotInCircles() throws {
    let scratch = try Scratch()
    try scratch.file("in/a/1.txt")
    try scratch.link("in/a/up", to: "..")
    try scratch.link("in/b", to: "a")
    try scratch.link("in/nowhere", to: "missing")
    try scratch.file("in/out/old.txt")
    #expect(
      try places(InputList([scratch.path.appending("in")], isMine: { _ in true })) == [
        "in/a/1.txt", "in/b/1.txt", "in/out/old.txt",
      ])
  }

  @Test func theOutputFolderIsNoInput() throws {
    let scratch = try Scratch()
    try scratch.file("in/1.txt")
    try scratch.file("in/out/old.txt")
    #expect(
      try places(
        InputList([scratch.path.appending("in")], isMine: { _ in true }),
        output: scratch.path.appending("in/out"))
        == ["in/1.txt"])
  }

  @Test func namesAreBytesInByteOrder() throws {
    let scratch = try Scratch()
    try scratch.file(bytes: Array("in/caf".utf8) + [0xE9] + Array(".txt".utf8))
    try scratch.file("in/cafz.txt")
    try scratch.file("in/Z.txt")
    #expect(
      try places(InputList([scratch.path.appending("in")], isMine: { _ in true }))
        == ["in/Z.txt", "in/cafz.txt", "in/caf\u{FFFD}.txt"])
  }

  /// Where the inputs' outputs would land, through a dry run.
  private func places(_ list: InputList, output: FilePath = "/nowhere/out") throws -> [String] {
    var options = BatchOptions(jobs: 1)
    options.dryRun = true
    let told = BatchTests.Told()
    let batch = Batch(
      inputs: list, outputs: OutputMap(output, fileSuffixes: []), options: options, settings: "",
      files: { [$0.file(suffix: $0.suffix)] }, explain: { _ in Problem(kind: "", message: "") },
      result: { outcome in
        told.outcomes.withLock { $0.append(outcome) }
        return []
      }, work: { _, _ in nil })
    _ = try batch.run()
    return told.outcomes.withLock {
      $0.flatMap { $0.outputs.map { String($0.text.dropFirst(output.text.count + 1)) } }
    }
  }

  @Test(arguments: [
    Array("plain.jpg".utf8), Array("naïve 日本.jpg".utf8), [0xFF, 0x61, 0xC3, 0x28, 0xE2, 0x82],
    Array("\u{10FF41}".utf8),
    [0xF4, 0x90, 0x80, 0x80], [],
  ])
  func argumentsKeepTheirBytes(_ bytes: [UInt8]) {
    #expect(FilePath(argument: escaped(bytes)).bytes == FilePath(bytes: bytes).bytes)
  }
}
