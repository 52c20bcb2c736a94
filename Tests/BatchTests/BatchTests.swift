import Batch
import Synchronization
import SystemPackage
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Batches whose work is to write the input's content in capitals; content `bad` fails, after half of it is written.
@Suite struct BatchTests {
  struct Bad: Error {}

  final class Told: Sendable {
    let outcomes = Mutex<[Outcome]>([])
    var statuses: [String] {
      outcomes.withLock { $0.map { "\($0.input.lastComponent?.string ?? ""): \($0.status)" } }
    }
    var problems: [String] { outcomes.withLock { $0.compactMap { $0.problem?.kind } } }
  }

  func run(
    _ inputs: [String], in scratch: borrowing Scratch, output: String = "out", settings: String = "capitals",
    _ change: (inout BatchOptions) -> Void = { _ in }
  ) throws -> (counts: Counts, told: Told) {
    var options = BatchOptions(jobs: 3)
    change(&options)
    let told = Told()
    let root = scratch.path
    let batch = Batch(
      inputs: try InputList(
        inputs.map { $0.hasPrefix("/") ? FilePath($0) : root.appending($0) }, isMine: { $0.suffix == "txt" }),
      outputs: OutputMap(root.appending(output), fileSuffixes: ["up"]), options: options, settings: settings,
      files: { [$0.file(suffix: "up")] },
      explain: { _ in Problem(kind: "bad", message: "bad content") },
      result: { outcome in
        told.outcomes.withLock { $0.append(outcome) }
        return []
      },
      work: { job, outputs in
        let text = try #require(contents(of: job.input.path))
        try outputs.write(job.outputs[0]) { temporary in
          let file = try FileDescriptor.open(temporary, .writeOnly)
          defer { try? file.close() }
          try file.writeAll(text.uppercased().utf8)
          if text == "bad" { throw Bad() }
        }
        return nil
      })
    return (try batch.run(), told)
  }

  @Test func treesAreMirroredAndResultsComeInTheOrderOfTheInputs() throws {
    let scratch = try Scratch()
    for name in ["a/b/2.txt", "a/b/c/3.txt", "a/b/10.txt", "a/b/.hidden.txt", "a/b/note.md", "one.txt"] {
      try scratch.file(name, name)
    }
    let (counts, told) = try run(["one.txt", "a/b"], in: scratch)
    #expect(
      scratch.tree("out") == [
        "out/b/", "out/b/10.up", "out/b/2.up", "out/b/c/", "out/b/c/3.up", "out/one.up",
      ])
    #expect(scratch.read("out/b/c/3.up") == "A/B/C/3.TXT")
    #expect(told.statuses == ["one.txt: done", "10.txt: done", "2.txt: done", "3.txt: done"])
    #expect(counts.done == 4 && counts.leftAlone == 1)
  }

  @Test func manyResultsKeepTheirOrderOnManyThreads() throws {
    let scratch = try Scratch()
    let names = (0..<300).map { "\(1000 + $0).txt" }
    for name in names { try scratch.file("in/" + name, name) }
    let (counts, told) = try run(["in"], in: scratch) { $0.jobs = 8 }
    #expect(counts.done == 300)
    #expect(told.statuses == names.map { $0 + ": done" })
  }

  @Test func oneBadInputStopsNothingAndLeavesNothing() throws {
    let scratch = try Scratch()
    try scratch.file("in/1.txt")
    try scratch.file("in/deep/2.txt", "bad")
    try scratch.file("in/3.txt")
    let (counts, told) = try run(["in", "absent.txt"], in: scratch)
    #expect(counts.done == 2 && counts.failed == 2)
    #expect(told.problems == ["bad", "missing"])
    #expect(scratch.tree("out") == ["out/in/", "out/in/1.up", "out/in/3.up"])
  }

  @Test func whatIsThereStaysUnlessToldOtherwise() throws {
    let scratch = try Scratch()
    try scratch.file("a.txt", "new")
    try scratch.file("out/a.up", "old")
    #expect(try run(["a.txt"], in: scratch).told.problems == ["exists"])
    #expect(scratch.read("out/a.up") == "old")
    #expect(try run(["a.txt"], in: scratch) { $0.overwrite = true }.counts.done == 1)
    #expect(scratch.read("out/a.up") == "NEW")
  }

  @Test func aDryRunWritesNothing() throws {
    let scratch = try Scratch()
    try scratch.file("a.txt")
    let (counts, told) = try run(["a.txt"], in: scratch) { $0.dryRun = true }
    #expect(counts.planned == 1 && told.statuses == ["a.txt: planned"])
    #expect(scratch.tree() == ["a.txt"])
  }

  @Test func twoInputsForOneOutputAreAnErrorBeforeAnyWork() throws {
    let scratch = try Scratch()
    for name in ["x/a.txt", "y/a.txt", "z/b.txt"] { try scratch.file(name) }
    #expect(throws: BatchError.self) { try run(["z/b.txt", "x/a.txt", "y/a.txt"], in: scratch) }
    #expect(throws: BatchError.self) { try run(["z", "z"], in: scratch) }
    #expect(throws: BatchError.self) { try run(["x/a.txt", "z/b.txt"], in: scratch, output: "one.up") }
    #expect(scratch.tree("out").isEmpty)
  }

  @Test func aResumedRunDoesOnlyWhatIsMissingStaleOrUnfinished() throws {
    let scratch = try Scratch()
    for name in ["1.txt", "2.txt", "3.txt", "4.txt"] { try scratch.file("in/" + name, name) }
    _ = try run(["in"], in: scratch)
    func again(_ settings: String = "capitals") throws -> [String] {
      try run(["in"], in: scratch, settings: settings) { $0.resume = true }.told.statuses.filter {
        $0.hasSuffix("done")
      }
    }
    try #require(try again().isEmpty || !attributesWork(scratch), "a second run has nothing to do")
    guard attributesWork(scratch) else { return }
    try scratch.file("in/2.txt", "changed")
    unlink(scratch.path.appending("out/in/3.up").string)
    truncate(scratch.path.appending("out/in/4.up").string, 2)
    #expect(try again() == ["2.txt: done", "3.txt: done", "4.txt: done"])
    #expect(scratch.read("out/in/2.up") == "CHANGED")
    #expect(try again().isEmpty)
    #expect(try again("other settings").count == 4)
  }

  /// Some file systems keep no extended attributes; there a resumed run does everything again.
  private func attributesWork(_ scratch: borrowing Scratch) -> Bool {
    (try? run(["in/1.txt"], in: scratch, output: "probe")) != nil
      && (try? run(["in/1.txt"], in: scratch, output: "probe") { $0.resume = true })?.counts.skipped == 1
  }

  @Test func aFailureTakesTheFolderOfItsOutputsWithIt() throws {
    let scratch = try Scratch()
    try scratch.file("a.txt")
    let batch = Batch(
      inputs: try InputList([scratch.path.appending("a.txt")], isMine: { _ in true }),
      outputs: OutputMap(scratch.path.appending("out"), fileSuffixes: []), options: BatchOptions(jobs: 1),
      settings: "", files: { target in ["1", "2"].map { target.subfolder.appending($0) } },
      explain: { _ in Problem(kind: "bad", message: "bad") }
    ) { job, outputs in
      for file in job.outputs { try outputs.write(file) { _ in } }
      throw Bad()
    }
    #expect(try batch.run().failed == 1)
    #expect(scratch.tree() == ["a.txt"])
  }

  @Test func failFastBeginsNoMore() throws {
    let scratch = try Scratch()
    try scratch.file("in/0.txt", "bad")
    for index in 1..<50 { try scratch.file("in/\(index).txt") }
    let (counts, _) = try run(["in"], in: scratch) {
      $0.failFast = true
      $0.jobs = 1
    }
    #expect(counts.failed == 1 && counts.done == 0 && counts.left == 49)
  }

  @Test func aFolderThatCannotBeMadeIsNamed() throws {
    let scratch = try Scratch()
    try scratch.file("a.txt")
    try scratch.file("out", "a file in the way")
    let (counts, told) = try run(["a.txt"], in: scratch)
    #expect(counts.failed == 1 && told.problems == ["unwritable"])
  }
}
