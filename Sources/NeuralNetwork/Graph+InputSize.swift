extension Graph {
  /// The same network for pictures of another size; what follows decides whether its weights still suit.
  ///
  /// Networks that end in global pooling take any size that is not too small; one with a dense layer on a flattened picture does
  /// not, and `Network` then names the layer whose weights have another shape.
  public func takingInput(height: Int, width: Int) throws(NetworkError) -> Graph {
    guard let first = inputLayers.first, case .input(let declared) = first.operation, !declared.isVector,
      declared.height != nil || declared.width != nil, declared.height != height || declared.width != width
    else { return self }
    let input = InputShape(height: height, width: width, channels: declared.channels)
    return try Graph(
      layers.map { $0.name == first.name ? Layer(first.name, .input(input), from: []) : $0 }, outputs: outputs
    )
  }
}
