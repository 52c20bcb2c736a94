public import Datasets
public import NeuralNetwork
public import TensorCore

extension Network {
  /// A new last layer on features `[N, D]`: dense, with a softmax, its first weights drawn by `seed`.
  public init(headOn features: Int, classes: Int, seed: UInt64) throws(NetworkError) {
    try self.init(
      initialising: Graph([
        Layer("features", .input(InputShape(channels: features, isVector: true))),
        Layer("head", .dense(.init(units: classes, activation: .softmax)), from: "features"),
      ]), seed: seed)
  }

  /// The network up to a layer, by default what its last layer of weights reads, averaged over the picture where it has rows
  /// and columns: what is left to be learned anew is one dense layer.
  public func cut(after name: String? = nil) throws(NetworkError) -> Network {
    let weighted = graph.layers.last { weights[$0.name]?.isEmpty == false }
    let found = name ?? weighted?.inputs.first ?? graph.outputs[0]
    let end = try graph.index(of: found)
    var needed: Set<String> = [found]
    for layer in graph.layers[...end].reversed() where needed.contains(layer.name) {
      needed.formUnion(layer.inputs)
    }
    var layers = graph.layers.filter { needed.contains($0.name) }
    let shapes = try graph.shapes(for: graph.inputShape() ?? [1, 224, 224, 3])
    if shapes[found]?.rank == 4 {
      layers.append(Layer("features_mean", .globalPooling(.average, keepsAxes: false), from: found))
    }
    return try Network(
      graph: Graph(layers), weights: weights.filter { needed.contains($0.key) }, preprocessing: preprocessing)
  }

  /// What a network that was ``cut(after:)`` says of pictures, `[N, D]`.
  public func features(of pictures: LabelledPictures, batchSize: Int = 16) throws -> Tensor {
    let preparation = try PicturePreparation(preprocessing ?? Preprocessing(), of: pictures, for: graph)
    var (values, width): ([Float], Int) = ([], 0)
    var compiled: [Int: CompiledNetwork] = [:]
    for start in stride(from: 0, to: pictures.count, by: batchSize) {
      let x = preparation.batch(
        Array(start..<min(pictures.count, start + batchSize)), of: pictures, seed: 0)
      let ready = try compiled[x.shape[0]] ?? self.compiled(for: x.shape)
      compiled[x.shape[0]] = ready
      guard let output = ready.run(x).layers.last?.output else { continue }
      width = output.shape.count / x.shape[0]
      values += output.scalars
    }
    return Tensor(values, shape: [pictures.count, width])
  }

  /// This network with a head behind it that reads its output.
  public func joined(to head: Network) throws(NetworkError) -> Network {
    let own = Set(graph.layers.map(\.name))
    let added = head.graph.layers.dropFirst().map { layer in
      Layer(
        layer.name, layer.operation,
        from: layer.inputs.map { own.contains($0) || $0 == head.graph.layers[0].name ? graph.outputs[0] : $0 }
      )
    }
    return try Network(
      graph: Graph(graph.layers + added), weights: weights.merging(head.weights) { _, new in new },
      preprocessing: preprocessing)
  }
}
