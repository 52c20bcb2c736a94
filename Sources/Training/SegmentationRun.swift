public import Datasets
public import NeuralNetwork
import TensorCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A network that learns to say of every pixel which class it belongs to: cross-entropy per pixel, over drawn pictures.
///
/// ```swift
/// var run = try SegmentationRun(network, settings, batchSize: 16, training: drawn, test: others)
/// for _ in 0..<20 { print(try run.epoch()) }
/// ```
public struct SegmentationRun {
  public let training: SegmentedPictures
  public let test: SegmentedPictures
  public let batchSize: Int
  public private(set) var history: [EpochRecord] = []
  private var trainer: Trainer

  /// Throws ``TrainingError`` when pictures, classes and network do not fit, or settings make no sense.
  public init(
    _ network: Network, _ settings: TrainingSettings, batchSize: Int, training: SegmentedPictures,
    test: SegmentedPictures
  ) throws {
    guard training.count > 0, test.count > 0 else { throw TrainingError.noPictures }
    let found = try network.graph.shapes(for: [1, training.height, training.width, 3])
    let expected: Shape = [1, training.height, training.width, training.classNames.count]
    guard let output = found[network.graph.outputs[0]], output == expected else {
      throw TrainingError.wrongShape(
        what: "the network's output", expected: expected, found: found[network.graph.outputs[0]] ?? [0])
    }
    trainer = try Trainer(network, settings)
    self.batchSize = max(1, batchSize)
    (self.training, self.test) = (training, test)
  }

  /// The network with the weights of now.
  public func network() throws(NetworkError) -> Network { try trainer.network() }

  /// Shows every picture once, in a new order; accuracies are shares of pixels.
  public mutating func epoch(progress: (_ pictures: Int, _ loss: Double) -> Void = { _, _ in }) throws
    -> EpochRecord
  {
    let clock = ContinuousClock()
    let start = clock.now
    let number = history.count + 1
    let epoch = EpochBatches(
      training.count, batchSize: batchSize, epoch: number, seed: trainer.settings.seed)
    let pixels = training.height * training.width
    var (loss, correct, seen) = (0.0, 0, 0)
    for batch in epoch.batches {
      let step = try trainer.step(training.prepared(batch), .labels(training.labels(batch)))
      loss += step.loss * Double(step.pictures)
      correct += step.correct
      seen += step.pictures
      progress(seen, loss / Double(seen))
    }
    let seconds = (clock.now - start) / .seconds(1)
    let tested = try Segmentation(of: network(), on: test)
    let record = EpochRecord(
      epoch: number, loss: loss / Double(seen), accuracy: Double(correct) / Double(seen * pixels),
      testLoss: tested.loss, testAccuracy: tested.accuracy,
      learningRate: trainer.settings.schedule.rate(trainer.settings.learningRate, at: trainer.steps - 1),
      seconds: seconds, imagesPerSecond: Double(seen) / seconds)
    history.append(record)
    return record
  }
}

/// What a network says of every pixel of some pictures, and how often that is right.
public struct Segmentation: Sendable {
  /// The class found for every pixel, `[picture, row, column]`.
  public let classes: [UInt8]
  /// The mean cross-entropy of a pixel.
  public let loss: Double
  /// The share of pixels whose class was found.
  public let accuracy: Double
  /// Of each class the pixels found rightly as a share of all that are or were taken for it; NaN where there are none.
  public let overlaps: [Double]

  /// Runs a network whose output is a probability for each class and pixel.
  public init(of network: Network, on pictures: SegmentedPictures, batchSize: Int = 25) throws {
    let count = pictures.classNames.count
    var (found, loss): ([UInt8], Double) = ([], 0)
    var (both, either) = ([Int](repeating: 0, count: count), [Int](repeating: 0, count: count))
    var compiled: [Int: CompiledNetwork] = [:]
    for start in stride(from: 0, to: pictures.count, by: batchSize) {
      let batch = start..<min(pictures.count, start + batchSize)
      let x = pictures.prepared(batch)
      let ready = try compiled[batch.count] ?? network.compiled(for: x.shape)
      compiled[batch.count] = ready
      guard let output = ready.run(x).layers.last?.output else { continue }
      let labels = pictures.labels(batch)
      guard output.shape.count == labels.count * count else {
        throw TrainingError.wrongShape(
          what: "the network's output", expected: [batch.count, pictures.height, pictures.width, count],
          found: output.shape)
      }
      output.withUnsafeScalars { scores in
        for (pixel, label) in labels.enumerated() {
          let own = pixel * count..<(pixel + 1) * count
          let best = (own.max { scores[$0] < scores[$1] } ?? own.lowerBound) - own.lowerBound
          loss -= log(Double(max(scores[own.lowerBound + label], 1e-7)))
          found.append(UInt8(best))
          either[label] += 1
          if best == label { both[label] += 1 } else { either[best] += 1 }
        }
      }
    }
    classes = found
    self.loss = loss / Double(max(1, found.count))
    accuracy = Double(both.reduce(0, +)) / Double(max(1, found.count))
    overlaps = zip(both, either).map { Double($0) / Double($1) }
  }
}

extension SegmentedPictures {
  /// The pictures as the network is shown them, 0...1.
  func prepared(_ indices: some Collection<Int>) -> Tensor {
    var x = pictures(indices)
    x.withUnsafeMutableScalars { values in for index in values.indices { values[index] /= 255 } }
    return x
  }
}
