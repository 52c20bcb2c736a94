package import SystemPackage

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Why an input failed: a short fixed word for programs and a line for people.
package struct Problem: Sendable, Hashable, Encodable {
  package let kind: String
  package let message: String

  package init(kind: String, message: String) {
    self.kind = kind
    self.message = message
  }

  package init(_ error: BatchError) { self.init(kind: error.kind, message: error.description) }
}

/// What became of one input.
package struct Outcome: Sendable {
  package enum Status: String, Sendable, Encodable { case done, skipped, failed, planned }

  package let input: FilePath
  package let outputs: [FilePath]
  package let status: Status
  package let problem: Problem?
  package let seconds: Double
  /// What the command found out; its keys stand beside the others in JSON.
  package let details: (any Encodable & Sendable)?

  package init(
    input: FilePath, outputs: [FilePath], status: Status, problem: Problem?, seconds: Double,
    details: (any Encodable & Sendable)?
  ) {
    self.input = input
    self.outputs = outputs
    self.status = status
    self.problem = problem
    self.seconds = seconds
    self.details = details
  }
}

extension Outcome: Encodable {
  private enum Key: String, CodingKey {
    case input, outputs, status, error, seconds
    case inputBytes = "input_bytes"
    case outputsBytes = "outputs_bytes"
  }

  package func encode(to encoder: any Encoder) throws {
    try details?.encode(to: encoder)
    var object = encoder.container(keyedBy: Key.self)
    try object.encode(input.text, forKey: .input)
    try object.encode(outputs.map(\.text), forKey: .outputs)
    try object.encode(status, forKey: .status)
    try object.encode(problem, forKey: .error)
    try object.encode((seconds * 1000).rounded() / 1000, forKey: .seconds)
    // Names that are no text come whole as well, in base64.
    if !input.isText { try object.encode(Data(input.bytes), forKey: .inputBytes) }
    if !outputs.allSatisfy(\.isText) {
      try object.encode(outputs.map { Data($0.bytes) }, forKey: .outputsBytes)
    }
  }
}

/// How many inputs came to which end.
package struct Counts: Sendable, Hashable {
  package var done = 0
  package var skipped = 0
  package var failed = 0
  package var planned = 0
  /// Inputs not begun, or begun and dropped.
  package var left = 0
  /// Files in folders that were not of the kind asked for.
  package var leftAlone = 0

  package init() {}

  mutating func count(_ status: Outcome.Status) {
    switch status {
    case .done: done += 1
    case .skipped: skipped += 1
    case .failed: failed += 1
    case .planned: planned += 1
    }
  }

  /// The counts as a person reads them: `41 done, 3 failed, 2 left; 5 other files left alone`.
  package var summary: String {
    var parts: [String] = []
    if done > 0 || planned == 0 { parts.append("\(done) done") }
    if planned > 0 { parts.append("\(planned) planned") }
    if skipped > 0 { parts.append("\(skipped) already done") }
    if failed > 0 { parts.append("\(failed) failed") }
    if left > 0 { parts.append("\(left) left") }
    let others = leftAlone == 0 ? "" : "; \(leftAlone) other file\(leftAlone == 1 ? "" : "s") left alone"
    return parts.joined(separator: ", ") + others
  }
}
