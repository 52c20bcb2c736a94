public import NeuralNetwork
import TensorCore

extension Network {
  /// A network with weights to start training from, by Keras's defaults: kernels uniform within Glorot and Bengio's (2010) bound
  /// `sqrt(6 / (fan in + fan out))`, biases, `beta` and moving means 0, `gamma` and moving variances 1, slopes 0.25.
  ///
  /// The same seed gives the same weights on every machine. Throws ``NetworkError`` where the graph's sizes are open.
  public init(initialising graph: Graph, seed: UInt64, preprocessing: Preprocessing? = nil)
    throws(NetworkError)
  {
    var generator = SeededGenerator(seed: seed)
    var weights: [String: [WeightRole: Tensor]] = [:]
    for needed in try graph.weightShapes() {
      let shape = needed.shape
      let tensor: Tensor
      switch needed.role {
      case .kernel, .pointwiseKernel:
        // As Keras counts: the extents but the last two are the field; a depthwise kernel's last two are channels, multiplier.
        let field = shape.dimensions.dropLast(2).reduce(1, *)
        let bound = (6 / Float(max(1, field * (shape[-1] + shape[-2])))).squareRoot()
        tensor = Tensor(uniform: shape, in: -bound..<bound, using: &generator)
      case .bias, .beta, .movingMean, .value: tensor = Tensor(repeating: 0, shape: shape)
      case .gamma, .movingVariance: tensor = Tensor(repeating: 1, shape: shape)
      case .slope: tensor = Tensor(repeating: 0.25, shape: shape)
      }
      weights[needed.layer, default: [:]][needed.role] = tensor
    }
    try self.init(graph: graph, weights: weights, preprocessing: preprocessing)
  }
}
