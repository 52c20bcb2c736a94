package import TensorCore

extension Graph {
  /// Weights for every layer, fixed by a seed, scaled so that activations neither vanish nor grow as He, Zhang, Ren and Sun (2015) do.
  package func randomWeights(
    seed: UInt64 = 1, for input: Shape? = nil
  ) throws(NetworkError) -> [String: [WeightRole: Tensor]] {
    var generator = SeededGenerator(seed: seed)
    var weights: [String: [WeightRole: Tensor]] = [:]
    for needed in try weightShapes(for: input) {
      let fanIn = Float(max(1, needed.shape.dimensions.dropLast().reduce(1, *)))
      let tensor =
        switch needed.role {
        case .kernel, .pointwiseKernel:
          Tensor(normal: needed.shape, deviation: (2 / fanIn).squareRoot(), using: &generator)
        case .bias, .beta, .movingMean, .value:
          Tensor(normal: needed.shape, deviation: 0.2, using: &generator)
        case .gamma, .movingVariance, .slope: Tensor(uniform: needed.shape, in: 0.5..<1.5, using: &generator)
        }
      weights[needed.layer, default: [:]][needed.role] = tensor
    }
    return weights
  }

  /// The network with ``randomWeights(seed:for:)``: what it answers means nothing, the time it takes does.
  package func randomNetwork(
    seed: UInt64 = 1, for input: Shape? = nil, preprocessing: Preprocessing? = nil
  ) throws(NetworkError) -> Network {
    try Network(
      graph: self, weights: randomWeights(seed: seed, for: input), preprocessing: preprocessing)
  }
}
