public import Datasets
public import NeuralNetwork
public import TensorCore

/// A new last layer on the features of a network that stays as it is: dense, with a softmax.
public struct FeatureHead {
  private var trainer: Trainer
  private let features: Tensor
  private let labels: [Int]
  private let batchSize: Int
  private var epochs = 0

  /// A head for features `[N, D]` and their labels.
  ///
  /// Throws ``TrainingError``.
  public init(
    _ features: Tensor, labels: [Int], classes: Int, settings: TrainingSettings, batchSize: Int
  ) throws {
    let graph = try Graph([
      Layer("features", .input(InputShape(channels: features.shape[1], isVector: true))),
      Layer("head", .dense(.init(units: classes, activation: .softmax)), from: "features"),
    ])
    trainer = try Trainer(Network(initialising: graph, seed: settings.seed), settings)
    self.features = features
    self.labels = labels
    self.batchSize = max(1, batchSize)
  }

  /// The head with the weights of now.
  public func network() throws(NetworkError) -> Network { try trainer.network() }

  /// Shows all features once, in a new order.
  public mutating func epoch() throws -> (loss: Double, accuracy: Double) {
    epochs += 1
    let epoch = EpochBatches(
      labels.count, batchSize: batchSize, epoch: epochs, seed: trainer.settings.seed)
    var (loss, correct) = (0.0, 0)
    for batch in epoch.batches {
      let seen = try trainer.step(features.rows(batch), .labels(batch.map { labels[$0] }))
      loss += seen.loss * Double(seen.pictures)
      correct += seen.correct
    }
    return (loss / Double(labels.count), Double(correct) / Double(labels.count))
  }

  /// An epoch with what it showed, tested on other features.
  package mutating func record(test: (features: Tensor, labels: [Int])?) throws -> EpochRecord {
    let clock = ContinuousClock()
    let start = clock.now
    let seen = try epoch()
    let seconds = (clock.now - start) / .seconds(1)
    let steps = epochs * ((labels.count + batchSize - 1) / batchSize)
    let settings = trainer.settings
    return EpochRecord(
      epoch: epochs, loss: seen.loss, accuracy: seen.accuracy, testLoss: nil,
      testAccuracy: try test.map { Double(try right($0.features, $0.labels)) / Double($0.labels.count) },
      learningRate: settings.schedule.rate(settings.learningRate, at: steps - 1), seconds: seconds,
      imagesPerSecond: Double(labels.count) / seconds)
  }

  /// How many of other features have their label on top.
  public func right(_ features: Tensor, _ labels: [Int]) throws -> Int {
    guard let output = try network().compiled(for: features.shape).run(features).layers.last?.output else {
      return 0
    }
    let classes = output.shape[1]
    return output.withUnsafeScalars { scores in
      labels.indices.count { row in
        let own = scores[row * classes..<(row + 1) * classes]
        return own.indices.max { own[$0] < own[$1] } == row * classes + labels[row]
      }
    }
  }
}

extension Tensor {
  /// The rows `indices` of a matrix.
  fileprivate func rows(_ indices: [Int]) -> Tensor {
    let width = shape[1]
    return Tensor(shape: [indices.count, width]) { target in
      withUnsafeScalars { source in
        for (row, index) in indices.enumerated() {
          for column in 0..<width { target[row * width + column] = source[index * width + column] }
        }
      }
    }
  }
}

extension Network {
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
