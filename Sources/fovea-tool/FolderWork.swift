import Batch
import Fovea
import Synchronization
import SystemPackage

/// Work whose files stand for all inputs together: every input adds to one value, and at the end that is written.
///
/// Inputs are measured several at a time and added in their order, so the files do not depend on who was faster. In JSON they
/// are told of when the files are there, each with all of them as its outputs.
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
    let whole = SoFar(start)
    let told = SoFar<[Outcome]>([])
    var silent = options
    silent.json = false
    let batch = Batch(
      inputs: inputs, outputs: .nowhere, options: silent, settings: "", files: { _ in [] },
      explain: problem(of:), result: { _ in [] },
      inOrder: { [options] outcome in
        if options.json { told.value.withLock { $0.append(outcome.withoutDetails) } }
        guard let part = outcome.details as? Unprinted<Part> else { return }
        whole.value.withLock { add(&$0, part.value, outcome.input) }
      }
    ) { job, _ in
      try Parallelism.limited(to: max(1, Parallelism.processors / job.jobs)) {
        Unprinted(value: try measure(job))
      }
    }
    let counts = try batch.runCounting()
    let isWhole = counts.done > 0 && counts.left == 0
    do {
      if isWhole {
        try Transaction.writing(replacing: replacing) { outputs in
          try write(whole.value.withLock { $0 }, &outputs)
        }
        if !options.quiet, !options.json { for path in paths { StandardOutput.write(path.bytesAndNewline) } }
      }
    } catch {
      let problem = problem(of: error)
      tell(told.value.withLock { $0 }) { $0.status == .done ? $0.failed(problem) : $0 }
      try saying { throw error }
    }
    tell(told.value.withLock { $0 }) { outcome in
      outcome.status == .planned || outcome.status == .done && isWhole ? outcome.with(paths) : outcome
    }
    try batch.conclude(counts)
  }

  private func tell(_ outcomes: [Outcome], as told: (Outcome) -> Outcome) {
    for outcome in outcomes { StandardOutput.write(jsonLine(told(outcome))) }
  }
}

extension Outcome {
  fileprivate var withoutDetails: Outcome { with(outputs) }

  /// The same, with these files as what came of it.
  fileprivate func with(_ outputs: [FilePath]) -> Outcome {
    Outcome(
      input: input, outputs: outputs, status: status, problem: problem, seconds: seconds, details: nil)
  }

  fileprivate func failed(_ problem: Problem) -> Outcome {
    Outcome(input: input, outputs: [], status: .failed, problem: problem, seconds: seconds, details: nil)
  }
}

private final class SoFar<Value: Sendable>: Sendable {
  let value: Mutex<Value>

  init(_ value: Value) { self.value = Mutex(value) }
}

/// What one input adds; it is no part of what is printed about it.
private struct Unprinted<Value: Sendable>: Encodable, Sendable {
  let value: Value

  func encode(to encoder: any Encoder) throws {}
}

extension FilePath {
  var bytesAndNewline: [UInt8] { bytes + [UInt8(ascii: "\n")] }
}
