import NeuralNetwork
import TensorCore
import TestSupport
import WeightFiles

/// The arrays that `Scripts/fixtures/gradients.py` wrote.
struct Fixture {
  let file: WeightFile

  init(_ name: String = "gradients") throws {
    file = try WeightFile(contentsOf: repositoryFolder + "/Tests/TrainingTests/Fixtures/\(name).npz")
  }

  func callAsFunction(_ name: String) throws -> Tensor { try file.tensor(named: name) }

  /// All arrays below `prefix`, by layer and role.
  func weights(_ prefix: String) throws -> [String: [WeightRole: Tensor]] {
    var found: [String: [WeightRole: Tensor]] = [:]
    for entry in file.entries where entry.name.hasPrefix(prefix) {
      let parts = entry.name.dropFirst(prefix.count).split(separator: ".")
      guard parts.count == 2, let role = WeightRole(rawValue: String(parts[1])) else { continue }
      found[String(parts[0]), default: [:]][role] = try file.tensor(named: entry.name)
    }
    return found
  }
}
