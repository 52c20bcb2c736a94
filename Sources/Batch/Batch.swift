import Dispatch
import Synchronization
package import SystemPackage

/// Work on many inputs: planned, several at a time, each output whole or absent, each problem named, none stopping the others.
///
/// ```swift
/// let batch = Batch(
///   inputs: inputs, outputs: map, options: options, settings: "resize 64x64",
///   files: { [$0.file(suffix: "png")] },
///   explain: { Problem(kind: "picture", message: "\($0)") },
///   work: { job, outputs in
///     try outputs.write(job.outputs[0]) { try picture(job.input.path).write(to: $0) }
///     return nil
///   })
/// let counts = try batch.run()
/// ```
package struct Batch: Sendable {
  /// One input with what is to be made of it.
  package struct Job: Sendable {
    package let input: Input
    package let target: OutputTarget
    package let outputs: [FilePath]
    /// How many inputs are worked on at the same time as this one, itself included.
    package let jobs: Int
  }

  package let inputs: InputList
  package let outputs: OutputMap
  package let options: BatchOptions
  /// Everything that shapes an output besides the input: outputs made with other settings are stale.
  package let settings: String
  /// The files one input is turned into.
  ///
  /// The first one stands for all when two inputs are told apart.
  package let files: @Sendable (OutputTarget) -> [FilePath]
  package let explain: @Sendable (any Error) -> Problem
  /// Makes the outputs; what it returns is told as the result.
  package let work: @Sendable (Job, inout Transaction) throws -> (any Encodable & Sendable)?
  /// The result of one input as a person reads it on standard output; without one, the outputs are listed unless
  /// the batch is to be quiet.
  package let result: @Sendable (Outcome) -> [UInt8]
  /// Is handed every outcome in the order of the inputs: what sums up a whole run comes out the same whoever was faster.
  package let inOrder: @Sendable (Outcome) -> Void

  package init(
    inputs: InputList, outputs: OutputMap, options: BatchOptions, settings: String,
    files: @escaping @Sendable (OutputTarget) -> [FilePath],
    explain: @escaping @Sendable (any Error) -> Problem,
    result: (@Sendable (Outcome) -> [UInt8])? = nil,
    inOrder: @escaping @Sendable (Outcome) -> Void = { _ in },
    work: @escaping @Sendable (Job, inout Transaction) throws -> (any Encodable & Sendable)?
  ) {
    var inputs = inputs
    inputs.outputFolder = outputs.folder
    self.inputs = inputs
    self.outputs = outputs
    self.options = options
    self.settings = settings
    self.files = files
    self.explain = explain
    self.result = result ?? (options.quiet ? Batch.listNothing : Batch.listOutputs)
    self.inOrder = inOrder
    self.work = work
  }

  private static let listNothing: @Sendable (Outcome) -> [UInt8] = { _ in [] }

  /// One line for every output; a plan says from which input.
  package static let listOutputs: @Sendable (Outcome) -> [UInt8] = { outcome in
    switch outcome.status {
    case .failed, .skipped: []
    case .done: outcome.outputs.flatMap { $0.bytes + [UInt8(ascii: "\n")] }
    case .planned:
      outcome.outputs.flatMap { outcome.input.bytes + Array(" -> ".utf8) + $0.bytes + [UInt8(ascii: "\n")] }
    }
  }

  /// Does the work.
  ///
  /// Throws only before any of it has begun.
  ///
  /// - Parameter interrupted: when given, SIGINT, SIGTERM and SIGHUP end the batch: the temporaries are removed, the
  ///   finished results told, and then this is called, on a thread of its own. It has to end the process.
  package func run(interrupted: (@Sendable (Counts) -> Void)? = nil) throws(BatchError) -> Counts {
    let plan = try Plan(self)
    let reporter = Reporter(total: plan.inputs, style: options, result: result, inOrder: inOrder)
    if let interrupted {
      Interruption.handle {
        TemporaryFiles.closeAndRemoveAll()
        let counts = plan.completed(reporter.close())
        // What was just being opened may have come since.
        TemporaryFiles.closeAndRemoveAll()
        interrupted(counts)
      }
    }
    let queue = Queue(inputs.walk())
    let jobs = max(1, min(options.jobs, plan.inputs))
    let fingerprint = stableHash(settings.utf8)
    // How far the fastest input may run ahead of the slowest: results wait, and waiting takes memory.
    let window = DispatchSemaphore(value: 0)
    for _ in 0..<(jobs + 1024) { window.signal() }

    OwnThread.run(jobs) {
      while true {
        window.wait()
        guard let (index, found) = queue.next() else {
          window.signal()
          return
        }
        let outcome = self.outcome(of: found, jobs: jobs, fingerprint: fingerprint)
        if outcome.status == .failed, self.options.failFast { queue.close() }
        for _ in 0..<reporter.tell(outcome, at: index) { window.signal() }
      }
    }
    return plan.completed(reporter.close())
  }

  private func outcome(of found: Found, jobs: Int, fingerprint: UInt64) -> Outcome {
    let start = ContinuousClock.now
    func outcome(
      _ path: FilePath, _ status: Outcome.Status, _ outputs: [FilePath] = [], problem: Problem? = nil,
      details: (any Encodable & Sendable)? = nil
    ) -> Outcome {
      Outcome(
        input: path, outputs: outputs, status: status, problem: problem,
        seconds: (ContinuousClock.now - start) / .seconds(1), details: details)
    }
    switch found {
    case .leftAlone: return outcome("", .skipped)
    case .failure(let path, let error): return outcome(path, .failed, problem: Problem(error))
    case .input(let input):
      let target = outputs.target(of: input)
      let files = files(target)
      let record = DoneRecord(settings: fingerprint, input: input.facts)
      if options.resume, !files.isEmpty, files.allSatisfy(record.matches) {
        return outcome(input.path, .skipped, files)
      }
      // A resumed run replaces what is stale; otherwise what is there stays, and is not worked for in vain.
      let replacing = options.overwrite || options.resume
      if !replacing, let taken = files.first(where: somethingIsNamed) {
        return outcome(input.path, .failed, problem: Problem(.exists(taken)))
      }
      if options.dryRun { return outcome(input.path, .planned, files) }
      var transaction = Transaction(replacing: replacing)
      do {
        let details = try work(Job(input: input, target: target, outputs: files, jobs: jobs), &transaction)
        let written = transaction.targets
        try transaction.commit(noting: record)
        return outcome(input.path, .done, written, details: details)
      } catch {
        let problem = (error as? BatchError).map(Problem.init) ?? explain(error)
        let message = transaction.renamed(problem.message).withoutPrefix("\(input.path.text): ")
        transaction.abandon()
        return outcome(input.path, .failed, problem: Problem(kind: problem.kind, message: message))
      }
    }
  }
}

extension String {
  /// The rest after `prefix`: who tells of a problem names the input already.
  fileprivate func withoutPrefix(_ prefix: String) -> String {
    hasPrefix(prefix) ? String(dropFirst(prefix.count)) : self
  }
}

/// The walk, shared by the workers.
private final class Queue: Sendable {
  private let state: Mutex<(walk: InputWalk, next: Int, isClosed: Bool)>

  init(_ walk: sending InputWalk) { state = Mutex((walk, 0, false)) }

  func next() -> (Int, Found)? {
    state.withLock { state in
      while !state.isClosed, let found = state.walk.next() {
        if case .leftAlone = found { continue }
        state.next += 1
        return (state.next - 1, found)
      }
      return nil
    }
  }

  /// Lets no more inputs be begun.
  func close() { state.withLock { $0.isClosed = true } }
}
