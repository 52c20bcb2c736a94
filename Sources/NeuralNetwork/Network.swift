public import TensorCore

/// A graph with its weights and what its pictures are prepared by: immutable, checked, ready to compile.
///
/// ```swift
/// let compiled = try network.compiled(for: [1, 224, 224, 3], recording: ["block1_conv1"])
/// let seen = compiled.run(x)
/// ```
public struct Network: Sendable {
  public let graph: Graph
  /// The weights by layer name.
  ///
  /// Tensors that borrow a mapped file stay borrowed.
  public let weights: [String: [WeightRole: Tensor]]
  public let preprocessing: Preprocessing?

  /// - Throws: ``NetworkError`` when a weight is missing, has another shape than its layer needs, or belongs to no layer.
  public init(
    graph: Graph, weights: [String: [WeightRole: Tensor]], preprocessing: Preprocessing? = nil
  ) throws(NetworkError) {
    let size: Shape? =
      if let height = preprocessing?.height, let width = preprocessing?.width {
        graph.inputShape().flatMap { $0.rank == 4 ? Shape(checking: [1, height, width, $0[3]]) : $0 }
      } else { nil }
    let declaresSize = graph.inputShape(freeSide: 1) == graph.inputShape(freeSide: 2)
    var expected: [String: Set<WeightRole>] = [:]
    for needed in try graph.weightShapes(for: declaresSize ? nil : size) {
      guard let found = weights[needed.layer]?[needed.role] else {
        throw .missingWeight(layer: needed.layer, role: needed.role, expected: needed.shape)
      }
      guard found.shape == needed.shape else {
        throw .wrongWeightShape(
          layer: needed.layer, role: needed.role, expected: needed.shape, found: found.shape)
      }
      expected[needed.layer, default: []].insert(needed.role)
    }
    for (layer, roles) in weights.sorted(by: { $0.key < $1.key }) {
      _ = try graph.index(of: layer)
      for role in WeightRole.allCases where roles[role] != nil && expected[layer]?.contains(role) != true {
        throw .unexpectedWeight(layer: layer, role: role)
      }
    }
    self.graph = graph
    self.weights = weights
    self.preprocessing = preprocessing
  }

  func weight(_ role: WeightRole, of layer: Layer) -> Tensor? { weights[layer.name]?[role] }
}
