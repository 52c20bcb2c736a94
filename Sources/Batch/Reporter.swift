import Synchronization
import SystemPackage

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Takes outcomes in any order and tells them in the order of the inputs.
///
/// Problems and progress are told at once; results wait until those before them are there.
final class Reporter: Sendable {
  private struct State {
    var next = 0
    var waiting: [Int: Outcome] = [:]
    var counts = Counts()
    var progress: Progress
    var isClosed = false
  }

  private let state: Mutex<State>
  private let style: BatchOptions
  private let result: @Sendable (Outcome) -> [UInt8]
  private let inOrder: @Sendable (Outcome) -> Void

  init(
    total: Int, style: BatchOptions, result: @escaping @Sendable (Outcome) -> [UInt8],
    inOrder: @escaping @Sendable (Outcome) -> Void = { _ in }
  ) {
    state = Mutex(State(progress: Progress(total: total)))
    self.style = style
    self.result = result
    self.inOrder = inOrder
  }

  /// Tells of an outcome; returns how many results could be let go of.
  func tell(_ outcome: Outcome, at index: Int) -> Int {
    state.withLock { state in
      guard !state.isClosed else { return 0 }
      state.counts.count(outcome.status)
      if let problem = outcome.problem {
        StandardError.line("fovea: \(outcome.input.displayed): \(problem.message)")
      }
      state.waiting[index] = outcome
      let before = state.next
      while let ready = state.waiting.removeValue(forKey: state.next) {
        inOrder(ready)
        print(ready)
        state.next += 1
      }
      if StandardError.isTerminal, !style.quiet, let line = state.progress.line(state.counts) {
        StandardError.showProgress(line)
      }
      return state.next - before
    }
  }

  /// Tells what still waits for an earlier result that will not come, and lets nothing more be told.
  func close() -> Counts {
    state.withLock { state in
      guard !state.isClosed else { return state.counts }
      state.isClosed = true
      for (_, outcome) in state.waiting.sorted(by: { $0.key < $1.key }) { print(outcome) }
      StandardError.showProgress("")
      return state.counts
    }
  }

  private func print(_ outcome: Outcome) {
    if style.json {
      StandardOutput.write(jsonLine(outcome))
    } else {
      StandardOutput.write(result(outcome))
    }
  }
}

/// One JSON object on one line, keys in alphabetical order; `"NaN"`, `"Infinity"` and `"-Infinity"` for what no JSON number is.
package func jsonLine(_ value: some Encodable) -> [UInt8] {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  encoder.nonConformingFloatEncodingStrategy = .convertToString(
    positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
  do {
    return try Array(encoder.encode(value)) + [UInt8(ascii: "\n")]
  } catch {
    return Array("{\"status\":\"failed\",\"error\":{\"kind\":\"internal\",\"message\":\"no JSON\"}}\n".utf8)
  }
}
