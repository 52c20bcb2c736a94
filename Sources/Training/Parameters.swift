package import NeuralNetwork
package import TensorCore

/// All weights of a network in training, one after the other in one array: what optimisers walk over.
package struct Parameters: Sendable {
  /// One weight tensor as a run of the array.
  package struct Entry: Sendable, Hashable {
    package let layer: String
    package let role: WeightRole
    package let shape: Shape
    package let range: Range<Int>
    /// Whether the optimiser changes it: not moving statistics nor constants, and nothing of a frozen layer.
    package let isTrained: Bool

    /// Whether it is a moving mean or variance, which the forward pass moves.
    package var isStatistic: Bool { role == .movingMean || role == .movingVariance }
  }

  package let entries: [Entry]
  package var values: [Float]
  /// The layers that keep their weights, and whose batch normalisation keeps to its stored statistics.
  package let frozen: Set<String>
  private let places: [String: [WeightRole: Int]]

  /// The weights of `network`; the layers `frozen` keep theirs.
  package init(_ network: Network, frozen: Set<String> = []) throws(NetworkError) {
    var (entries, values, places): ([Entry], [Float], [String: [WeightRole: Int]]) = ([], [], [:])
    for needed in try network.graph.weightShapes() {
      guard let tensor = network.weights[needed.layer]?[needed.role] else { continue }
      let range = values.count..<values.count + tensor.shape.count
      let isStatistic = needed.role == .movingMean || needed.role == .movingVariance
      places[needed.layer, default: [:]][needed.role] = entries.count
      entries.append(
        Entry(
          layer: needed.layer, role: needed.role, shape: tensor.shape, range: range,
          isTrained: !isStatistic && needed.role != .value && !frozen.contains(needed.layer)))
      values += tensor.scalars
    }
    (self.entries, self.values, self.places, self.frozen) = (entries, values, places, frozen)
  }

  /// The entry of a layer's weight, `nil` where the layer has none.
  package func entry(_ role: WeightRole, of layer: String) -> Entry? {
    places[layer]?[role].map { entries[$0] }
  }

  /// The weights as tensors, by layer and role.
  package var weights: [String: [WeightRole: Tensor]] {
    var weights: [String: [WeightRole: Tensor]] = [:]
    for entry in entries {
      weights[entry.layer, default: [:]][entry.role] = Tensor(Array(values[entry.range]), shape: entry.shape)
    }
    return weights
  }
}
