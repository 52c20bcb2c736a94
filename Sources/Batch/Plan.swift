import SystemPackage

/// A first walk over the inputs, before any work: how many there are, and whether any two would be written to one file.
///
/// It keeps eight bytes an input. Only when two of these agree is the walk done again to find the names.
struct Plan {
  private(set) var inputs = 0
  private(set) var leftAlone = 0

  init(_ batch: Batch) throws(BatchError) {
    var seen: Set<UInt64> = []
    var repeated: Set<UInt64> = []
    var walk = batch.inputs.walk()
    while let found = walk.next() {
      switch found {
      case .leftAlone: leftAlone += 1
      case .failure: inputs += 1
      case .input(let input):
        inputs += 1
        guard let output = batch.files(batch.outputs.target(of: input)).first else { continue }
        let hash = stableHash(output.bytes)
        if !seen.insert(hash).inserted { repeated.insert(hash) }
      }
    }
    if !repeated.isEmpty { try Plan.check(batch, repeated) }
  }

  /// The counts with what only the plan knows.
  func completed(_ counts: Counts) -> Counts {
    var counts = counts
    counts.left = max(0, inputs - counts.done - counts.failed - counts.skipped - counts.planned)
    counts.leftAlone = leftAlone
    return counts
  }

  private static func check(_ batch: Batch, _ suspects: Set<UInt64>) throws(BatchError) {
    var owners: [FilePath: FilePath] = [:]
    var walk = batch.inputs.walk()
    while let found = walk.next() {
      guard case .input(let input) = found,
        let output = batch.files(batch.outputs.target(of: input)).first,
        suspects.contains(stableHash(output.bytes))
      else { continue }
      if let first = owners.updateValue(input.path, forKey: output) {
        throw .collision(first, input.path, output: output)
      }
    }
  }
}
