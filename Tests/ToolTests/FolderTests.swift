import Foundation
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The manners of every command that works on files, shown on the real program.
@Suite struct FolderTests {
  let pictures: Pictures
  init() throws { pictures = try Pictures() }

  func fovea(_ arguments: String, input: [UInt8]? = nil) throws -> Tool.Result {
    let parts = arguments.split(separator: " ").map(String.init)
    return try input.map { bytes in
      try Data(bytes).write(to: pictures.folder.appendingPathComponent(".stdin"))
      let handle = try FileHandle(forReadingFrom: pictures.folder.appendingPathComponent(".stdin"))
      return Tool.finish(try Tool.start(parts, in: pictures.folder, input: handle))
    } ?? Tool.finish(try Tool.start(parts, in: pictures.folder))
  }

  @Test func aFolderIsMirroredAndOneBadInputStopsNothing() throws {
    for name in ["in/a/1.npy", "in/a/deep/2.npy", "in/.hidden.npy", "one.npy"] { try pictures.npy(name) }
    try pictures.write("in/a/bad.png", Data("no picture".utf8))
    try pictures.write("in/notes.txt", Data("text".utf8))
    let result = try fovea("filter gaussian --sigma 1 one.npy in/a absent.png")
    #expect(result.status == 1)
    #expect(pictures.tree("Output") == ["a/1.npy", "a/deep/2.npy", "one.npy"])
    #expect(result.lines == ["Output/one.npy", "Output/a/1.npy", "Output/a/deep/2.npy"])
    #expect(result.errors.contains("fovea: in/a/bad.png: ") && result.errors.contains("fovea: absent.png: "))
    #expect(result.errors.hasSuffix("fovea: 3 done, 2 failed\n"))
  }

  @Test func outputsInAnInputFolderAreNoInputsOfTheNextRun() throws {
    for name in ["a/1.npy", "b/2.npy", "b/a/3.npy"] { try pictures.npy(name) }
    for _ in 0..<2 {
      #expect(try fovea("filter box --size 3 a b -o a --overwrite").status == 0)
      #expect(pictures.tree("a") == ["1.npy", "a/1.npy", "b/2.npy", "b/a/3.npy"])
    }
  }

  /// Their decoders are loaded when a file needs them; where libvips has none, the message says so.
  @Test func formatsThatLibvipsKeepsInModulesAreThere() throws {
    try pictures.npy("a.npy")
    let written = try fovea("filter box --size 1 a.npy -o b.avif")
    guard written.status == 0 else {
      #expect(written.errors.contains("heif"), "\(written.errors)")
      return
    }
    #expect(try fovea("filter box --size 1 a.npy -o a.png").status == 0)
    for inputs in ["b.avif", "a.png b.avif", "b.avif a.png"] {
      #expect(try fovea("filter box --size 1 \(inputs) -o out --format npy --overwrite").status == 0)
    }
    #expect(pictures.tree("out") == ["a.npy", "b.npy"])
  }

  @Test func jsonIsOneObjectAnInputAndNothingElse() throws {
    try pictures.npy("a.npy")
    let result = try fovea("filter box --size 3x3 --json a.npy missing.npy")
    #expect(result.status == 1)
    let objects = try result.lines.map {
      try #require(JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    try #require(objects.count == 2)
    #expect(Set(objects[0].keys) == ["input", "outputs", "status", "error", "seconds"])
    #expect(
      objects[0]["status"] as? String == "done" && objects[0]["outputs"] as? [String] == ["Output/a.npy"])
    #expect(objects[0]["error"] is NSNull && objects[0]["seconds"] is NSNumber)
    let error = try #require(objects[1]["error"] as? [String: String])
    #expect(error["kind"] == "missing" && error["message"]?.isEmpty == false)
  }

  @Test func namesThatAreNoTextComeWholeInJson() throws {
    try pictures.npy("in/x.npy")
    let from = pictures.folder.path + "/in/x.npy"
    let to =
      Array((pictures.folder.path + "/in/caf").utf8CString.dropLast()) + [CChar(bitPattern: 0xE9)]
      + Array(".npy".utf8CString)
    try #require(rename(from, to) == 0)
    let result = try fovea("filter box --size 3 --json in -o out")
    #expect(result.status == 0)
    let object = try #require(JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    #expect(object["input"] as? String == "in/caf\u{FFFD}.npy")
    #expect(
      object["input_bytes"] as? String
        == Data(Array("in/caf".utf8) + [0xE9] + Array(".npy".utf8)).base64EncodedString())
    let written =
      Array((pictures.folder.path + "/out/in/caf").utf8CString.dropLast()) + [CChar(bitPattern: 0xE9)]
      + Array(".npy".utf8CString)
    #expect(access(written, F_OK) == 0)
  }

  @Test func aFolderThatIsItsOwnOutputDoesNotGrow() throws {
    for name in ["in/a.npy", "in/deep/b.npy"] { try pictures.npy(name) }
    for _ in 0..<2 {
      let result = try fovea("filter box --size 3 in -o in --overwrite")
      #expect(result.status == 0 && result.lines == ["in/in/a.npy", "in/in/deep/b.npy"], "\(result.errors)")
    }
    #expect(pictures.tree("in") == ["a.npy", "deep/b.npy", "in/a.npy", "in/deep/b.npy"])
  }

  @Test(arguments: ["\n", "\0"])
  func pathsComeOnStandardInput(_ separator: String) throws {
    try pictures.npy("a b.npy")
    try pictures.npy("c.npy")
    let result = try fovea("filter box --size 3 -", input: Array("a b.npy\(separator)c.npy\(separator)".utf8))
    #expect(result.status == 0 && result.lines == ["Output/a b.npy", "Output/c.npy"])
  }

  @Test func whatIsThereStaysAndAPlanWritesNothing() throws {
    try pictures.npy("a.npy")
    #expect(try fovea("filter box --size 3 a.npy --dry-run").lines == ["a.npy -> Output/a.npy"])
    #expect(pictures.tree("Output").isEmpty)
    #expect(try fovea("filter box --size 3 a.npy").status == 0)
    let again = try fovea("filter box --size 3 a.npy")
    #expect(again.status == 1 && again.errors.contains("--overwrite"))
    #expect(try fovea("filter box --size 3 a.npy --overwrite").status == 0)
    #expect(try fovea("filter box --size 3 a.npy --resume --json").output.contains(#""status":"skipped""#))
    #expect(try fovea("filter box --size 5 a.npy --resume --json").output.contains(#""status":"done""#))
  }

  @Test func quietTellsProblemsOnly() throws {
    try pictures.npy("a.npy")
    let result = try fovea("filter box --size 3 a.npy absent.npy --quiet")
    #expect(result.output.isEmpty && pictures.tree("Output") == ["a.npy"])
    #expect(result.errors == "fovea: absent.npy: there is no such file or folder\n")
    #expect(try fovea("filter box --size 3 a.npy -o b --quiet --json").lines.count == 1)
  }

  @Test func theContentTellsTheTypeOfANameWithoutSuffix() throws {
    try pictures.npy("a.npy")
    #expect(try fovea("filter box --size 3 a.npy -o made.jpg").status == 0)
    let jpeg = try Data(contentsOf: pictures.folder.appendingPathComponent("made.jpg"))
    try pictures.write("photo", jpeg)
    try pictures.write("wrong.bmp", jpeg)
    let result = try fovea("filter box --size 3 photo wrong.bmp")
    #expect(result.lines == ["Output/photo.jpg", "Output/wrong.jpg"] && result.errors == "fovea: 2 done\n")
  }

  @Test func anotherTypeIsToldOnlyOfWhatWasWritten() throws {
    try pictures.write("a.pgm", Data("P5 2 1 255\nab".utf8))
    try pictures.write("b", Data("P5 2 1 255\nab".utf8))
    let blocked = try fovea("filter box --size 1 a.pgm b")
    #expect(blocked.status == 1 && !blocked.errors.contains("PNG"))
    let written = try fovea("filter box --size 1 --allow-untrusted-formats --jobs 1 a.pgm b")
    #expect(written.lines == ["Output/a.png", "Output/b.png"], "\(written.errors)")
    #expect(
      written.errors == """
        fovea: a.pgm: written as PNG: its own type (pgm) cannot be written
        fovea: b: has no known suffix: written as PNG
        fovea: 2 done

        """)
  }

  @Test func aLimitOnFileSizesIsAnError() throws {
    try pictures.npy("a.npy", height: 300, width: 300) { row, column in Float((row * column * 7919) % 251) }
    let shell = Process()
    shell.executableURL = URL(fileURLWithPath: "/bin/sh")
    shell.arguments = [
      "-c", "ulimit -f 8; exec '\(Tool.path.path)' filter box --size 1 a.npy --format png 2> /dev/null",
    ]
    shell.currentDirectoryURL = pictures.folder
    try shell.run()
    shell.waitUntilExit()
    #expect(shell.terminationReason == .exit && shell.terminationStatus == 1)
    #expect(pictures.tree("Output").isEmpty)
  }

  @Test func aNamedFileASuffixAndAFormat() throws {
    try pictures.npy("a.npy")
    #expect(try fovea("filter box --size 3 a.npy -o made/b.npy").lines == ["made/b.npy"])
    #expect(
      try fovea("filter box --size 3 a.npy -o out --suffix _soft --format png").lines == ["out/a_soft.png"])
    #expect(try fovea("filter box --size 3 a.npy -o b.png --format jpg").status == 64)
  }

  @Test func twoInputsForOneOutputEndBeforeAnyWork() throws {
    try pictures.npy("x/a.npy")
    try pictures.npy("y/a.npy")
    let result = try fovea("filter box --size 3 x/a.npy y/a.npy")
    #expect(result.status == 64 && pictures.tree("Output").isEmpty)
    #expect(result.errors == "fovea: x/a.npy and y/a.npy would both be written to Output/a.npy\n")
  }

  @Test func aSignalLeavesNoTemporaryAndNoHalfFile() throws {
    for index in 0..<40 { try pictures.npy("in/\(index).npy", height: 300, width: 300) }
    // One result says that the work is on; every pixel is a mean of thousands, so the other 38 take seconds.
    let started = try Tool.start(
      [
        "filter", "bilateral", "--sigma-space", "20", "--sigma-range", "50", "in", "-o", "out", "--format",
        "png",
      ], in: pictures.folder)
    while pictures.tree("out").allSatisfy({ $0.contains(".fovea") }), started.0.isRunning { usleep(10_000) }
    kill(started.0.processIdentifier, SIGTERM)
    let result = Tool.finish(started)
    #expect(result.status == 130)
    #expect(result.errors.contains("interrupted") && result.errors.contains(" left"))
    let files = pictures.tree("out")
    #expect(files.allSatisfy { $0.hasSuffix(".png") && !$0.contains(".fovea") })
    for file in files {
      let bytes = try Data(contentsOf: pictures.folder.appendingPathComponent("out/" + file))
      #expect(bytes.suffix(8).prefix(4) == Data("IEND".utf8), "\(file) is whole")
    }
  }

  @Test func whatAKilledProcessLeftIsTakenAwayByTheNext() throws {
    try pictures.npy("a.npy")
    // Process numbers end far below this one.
    try pictures.write("Output/.fovea-99999999-1.tmp", Data("half".utf8))
    #expect(try fovea("filter box --size 3 a.npy").status == 0)
    #expect(pictures.tree("Output") == ["a.npy"])
  }

  @Test func aReaderThatWentAwayIsNoError() throws {
    for index in 0..<5 { try pictures.npy("in/\(index).npy") }
    let started = try Tool.start(["filter", "box", "--size", "3", "in"], in: pictures.folder)
    try started.1.fileHandleForReading.close()
    let errors = started.2.fileHandleForReading.readDataToEndOfFile()
    started.0.waitUntilExit()
    #expect(started.0.terminationStatus == 0)
    #expect(String(decoding: errors, as: UTF8.self) == "fovea: 5 done\n")
  }
}
