public import Datasets
public import NeuralNetwork
public import TensorCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// An autoencoder that learns to take normal noise out of pictures: it is shown noisy ones and asked for the clean.
///
/// Values are 0...1; the noise is added and not clipped, so that its power is the same everywhere.
public struct DenoisingRun {
  public let pictures: LabelledPictures
  /// The standard deviation of the noise, of a range of 1.
  public let noise: Float
  public let batchSize: Int
  public private(set) var losses: [Double] = []
  private var trainer: Trainer
  private let preparation: PicturePreparation

  /// Throws ``TrainingError`` when the pictures do not fit the network.
  public init(
    _ network: Network, _ settings: TrainingSettings, noise: Float, batchSize: Int, pictures: LabelledPictures
  ) throws {
    guard noise > 0, noise.isFinite else {
      throw TrainingError.badSetting(name: "noise", found: "\(noise)", expected: "a number above 0")
    }
    preparation = try PicturePreparation(Preprocessing(scale: 1 / 255), of: pictures, for: network.graph)
    trainer = try Trainer(network, settings)
    self.noise = noise
    self.batchSize = max(1, batchSize)
    self.pictures = pictures
  }

  /// The network with the weights of now.
  public func network() throws(NetworkError) -> Network { try trainer.network() }

  /// Shows every picture once, each time with other noise; returns the mean loss.
  public mutating func epoch(progress: (_ pictures: Int, _ loss: Double) -> Void = { _, _ in }) throws
    -> Double
  {
    let epoch = EpochBatches(
      pictures.count, batchSize: batchSize, epoch: losses.count + 1, seed: trainer.settings.seed)
    let (preparation, pictures, noise) = (preparation, pictures, noise)
    @Sendable func prepared(_ batch: [Int], _ first: Int) -> (clean: Tensor, noisy: Tensor) {
      let clean = preparation.batch(batch, of: pictures, seed: epoch.seed)
      return (clean, clean.withNoise(noise, seed: epoch.seed &+ UInt64(first)))
    }
    var (sum, seen) = (0.0, 0)
    try epoch.forEach(prepare: prepared) { _, batch in
      let step = try trainer.step(batch.noisy, .values(batch.clean))
      sum += step.loss * Double(step.pictures)
      seen += step.pictures
      progress(seen, sum / Double(seen))
    }
    losses.append(sum / Double(max(1, seen)))
    return losses[losses.count - 1]
  }
}

extension Tensor {
  /// With independent normal noise added, which `seed` fixes.
  public func withNoise(_ deviation: Float, seed: UInt64) -> Tensor {
    var generator = SeededGenerator(seed: seed)
    let noise = Tensor(normal: shape, deviation: deviation, using: &generator)
    return Tensor(shape: shape) { sum in
      withUnsafeScalars { own in
        noise.withUnsafeScalars { noise in for index in sum.indices { sum[index] = own[index] + noise[index] }
        }
      }
    }
  }

  /// The peak signal-to-noise ratio against `clean` in decibels, for values on a range of 1: `-10 log10(mean squared error)`.
  public func peakSignalToNoise(against clean: Tensor) -> Double {
    precondition(shape == clean.shape, "\(shape) against \(clean.shape)")
    var sum = 0.0
    withUnsafeScalars { own in
      clean.withUnsafeScalars { clean in
        for index in own.indices {
          let difference = Double(own[index]) - Double(clean[index])
          sum += difference * difference
        }
      }
    }
    return -10 * log10(sum / Double(max(1, shape.count)))
  }
}

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
