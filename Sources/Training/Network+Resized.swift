package import NeuralNetwork

extension Network {
  /// The same network for inputs of another size; its layers must not depend on it.
  package func resized(height: Int, width: Int) throws(NetworkError) -> Network {
    let layers = graph.layers.map { layer -> Layer in
      guard case .input(let shape) = layer.operation, !shape.isVector else { return layer }
      return Layer(layer.name, .input(InputShape(height: height, width: width, channels: shape.channels)))
    }
    var record = preprocessing
    record?.height = height
    record?.width = width
    return try Network(graph: Graph(layers, outputs: graph.outputs), weights: weights, preprocessing: record)
  }
}
