public import Datasets
public import NeuralNetwork
import TensorCore

/// Drawn pictures and the class of their every pixel.
public struct SegmentationExamples: TrainingExamples {
  public let training: SegmentedPictures
  public let test: SegmentedPictures

  /// Throws ``TrainingError`` when pictures, classes and network do not fit.
  public init(_ training: SegmentedPictures, test: SegmentedPictures, for network: Network) throws {
    let found = try network.graph.shapes(for: [1, training.height, training.width, 3])
    let expected: Shape = [1, training.height, training.width, training.classNames.count]
    guard let output = found[network.graph.outputs[0]], output == expected else {
      throw TrainingError.wrongShape(
        what: "the network's output", expected: expected, found: found[network.graph.outputs[0]] ?? [0])
    }
    self.training = training
    self.test = test
  }

  public var count: Int { training.count }
  public var answers: Int { training.height * training.width }
  public var text: String {
    "\(count) drawn pictures of \(training.height)x\(training.width) \(training.classNames)"
  }

  public func batch(_ indices: [Int], place: Int, seed: UInt64) -> TrainingBatch {
    TrainingBatch(training.prepared(indices), .labels(training.labels(indices)))
  }

  public func tested(_ network: Network) throws -> TestScore? {
    guard test.count > 0 else { return nil }
    let found = try Segmentation(of: network, on: test)
    return TestScore(loss: found.loss, accuracy: found.accuracy)
  }
}
