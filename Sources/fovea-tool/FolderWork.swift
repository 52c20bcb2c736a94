import Batch
import Fovea
import Synchronization
import SystemPackage

/// Work whose files stand for all inputs together: every input adds to one value, and at the end that is written.
///
/// Inputs are measured several at a time and added in their order, so the files do not depend on who was faster.
struct FolderWork<Part: Sendable, Whole: Sendable> {
  let inputs: InputList
  let options: BatchOptions
  let folder: FilePath
  /// Names of files below the folder.
  let files: [String]

  /// Does the work of a command.
  ///
  /// - Parameters:
  ///   - start: what nothing has been added to.
  ///   - measure: the part of one input.
  ///   - add: puts a part to the whole, with the input it came from, in the order of the inputs.
  ///   - write: writes the files; each is given the path it should have.
  func run(
    from start: Whole, measure: @escaping @Sendable (Batch.Job) throws -> Part,
    add: @escaping @Sendable (inout Whole, Part, FilePath) -> Void,
    write: (Whole, inout Transaction) throws -> Void
  ) throws {
    let paths = files.map { folder.appending($0) }
    let replacing = options.overwrite || options.resume
    if options.dryRun {
      if !options.json { for path in paths { StandardOutput.write(path.bytesAndNewline) } }
    } else {
      try saying { try checkFree(paths, replacing: replacing) }
    }
    let whole = WholeSoFar(start)
    let batch = Batch(
      inputs: inputs, outputs: .nowhere, options: options, settings: "", files: { _ in [] },
      explain: problem(of:), result: { _ in [] },
      inOrder: { outcome in
        guard let part = outcome.details as? Unprinted<Part> else { return }
        whole.value.withLock { add(&$0, part.value, outcome.input) }
      }
    ) { job, _ in
      try Parallelism.limited(to: max(1, Parallelism.processors / job.jobs)) {
        Unprinted(value: try measure(job))
      }
    }
    let counts = try batch.runCounting()
    if counts.done > 0, counts.left == 0 {
      try saying {
        try Transaction.writing(replacing: replacing) { outputs in
          try write(whole.value.withLock { $0 }, &outputs)
        }
      }
      if !options.quiet, !options.json { for path in paths { StandardOutput.write(path.bytesAndNewline) } }
    }
    try batch.conclude(counts)
  }
}

private final class WholeSoFar<Whole: Sendable>: Sendable {
  let value: Mutex<Whole>

  init(_ value: Whole) { self.value = Mutex(value) }
}

/// What one input adds; it is no part of what is printed about it.
private struct Unprinted<Value: Sendable>: Encodable, Sendable {
  let value: Value

  func encode(to encoder: any Encoder) throws {}
}

extension FilePath {
  var bytesAndNewline: [UInt8] { bytes + [UInt8(ascii: "\n")] }
}
