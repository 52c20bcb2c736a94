public import TensorCore

extension Network {
  /// The network made ready to run on inputs of one shape, keeping the outputs of the layers named.
  ///
  /// - Parameters:
  ///   - shape: `[N, H, W, C]`, or `[N, C]` for a network on vectors; further input layers take the shape they declare.
  ///   - names: the layers to record, `NAME:linear` for the value before a layer's own activation; none: the network's outputs.
  ///     What is recorded is what the layer would have output unfused; only what it depends on is computed. A layer's sums
  ///     lie within 1e-5 of the exact ones, relative to the largest.
  /// - Throws: ``NetworkError`` for an unknown layer and for an input shape that a layer cannot take.
  public func compiled(
    for shape: Shape, recording names: [String] = []
  ) throws(NetworkError) -> CompiledNetwork {
    try compiled(for: graph.declaredInputs(or: shape), recording: names)
  }

  /// As ``compiled(for:recording:)-(Shape,_)`` with a shape for each input layer.
  public func compiled(
    for inputs: [String: Shape], recording names: [String] = []
  ) throws(NetworkError) -> CompiledNetwork {
    let wanted = names.isEmpty ? graph.outputs : names
    var recorded: [(name: String, layer: Int, isLinear: Bool)] = []
    for name in wanted {
      let (layer, isLinear) = try graph.recorded(name)
      recorded.append((name, layer, isLinear))
    }
    let shapes = try graph.shapes(for: inputs)
    let lowering = Lowering(graph.layers(neededFor: recorded.map(\.layer)), of: self, shapes: shapes)
    var records: [Int: [CompiledNetwork.Record]] = [:]
    for (name, layer, isLinear) in recorded {
      let layerName = graph.layers[layer].name
      guard let step = (isLinear ? lowering.linearValueOf : lowering.valueOf)[layerName] else { continue }
      records[step, default: []].append(.init(name: name, layer: layer))
    }
    return CompiledNetwork(
      steps: fuse(lowering.steps, kept: Set(records.keys)), records: records, names: wanted)
  }
}

extension Graph {
  /// The layer that a recorded name means, and whether the value before its own activation is meant.
  package func recorded(_ name: String) throws(NetworkError) -> (layer: Int, isLinear: Bool) {
    if let index = position[name] { return (index, false) }
    let suffix = ":linear"
    if name.hasSuffix(suffix), let index = position[String(name.dropLast(suffix.count))],
      layers[index].operation.mayCarryActivation
    {
      return (index, true)
    }
    throw .unknownLayer(name, nearest: nearestNames(to: name, in: layers.map(\.name)))
  }

  /// Those layers and all they depend on, in order.
  func layers(neededFor wanted: [Int]) -> [Layer] {
    var needed = Set(wanted)
    for index in layers.indices.reversed() where needed.contains(index) {
      needed.formUnion(layers[index].dependencies.compactMap { position[$0] })
    }
    return layers.indices.filter(needed.contains).map { layers[$0] }
  }
}
