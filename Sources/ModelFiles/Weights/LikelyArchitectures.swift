import NeuralNetwork
import TensorCore
import WeightFiles

/// Which architectures a file's weights might belong to.
struct LikelyArchitectures: Sendable {
  let names: [String]
  /// Whether the number of parameters is exactly theirs.
  let areExact: Bool

  /// Those with exactly as many parameters; else at most three whose kernels are nearest in shape.
  init(for file: WeightFile) {
    let groups = WeightGroups(file).groups
    let shapes = groups.flatMap(\.shapes)
    let parameters = shapes.reduce(0) { $0 + $1.count }
    let kernels = Self.counts(shapes)
    var exact: [String] = []
    var near: [(String, Double)] = []
    for architecture in Architecture.all {
      guard let graph = try? architecture.graph(), let needed = try? graph.weightShapes() else { continue }
      if needed.reduce(0, { $0 + $1.shape.count }) == parameters {
        exact.append(architecture.name)
        continue
      }
      let wanted = Self.counts(needed.map(\.shape))
      let shared = wanted.reduce(0) { $0 + min($1.value, kernels[$1.key, default: 0]) }
      let all = max(wanted.values.reduce(0, +), kernels.values.reduce(0, +))
      if shared * 2 > all { near.append((architecture.name, Double(shared) / Double(all))) }
    }
    areExact = !exact.isEmpty
    names = areExact ? exact : near.sorted { $0.1 > $1.1 }.prefix(3).map(\.0)
  }

  /// How often each kernel occurs, whatever the order of its axes.
  private static func counts(_ shapes: [Shape]) -> [[Int]: Int] {
    Dictionary(shapes.filter { $0.rank > 1 }.map { ($0.dimensions.sorted(), 1) }, uniquingKeysWith: +)
  }
}

extension WeightFile {
  func likelyArchitectures() -> LikelyArchitectures { LikelyArchitectures(for: self) }

  /// The tensors that are a network's, not an optimiser's.
  var networkEntries: [Entry] {
    if case .pytorch(let content) = contents { return Array(entries.prefix(content.networkCount)) }
    return entries.filter {
      !$0.name.hasPrefix("optimizer") && !$0.name.hasPrefix("_optimizer")
        && !$0.name.contains("seed_generator")
    }
  }
}
