public import Datasets
public import NeuralNetwork
import TensorCore

/// Pictures of a data set and their classes.
public struct LabelledExamples: TrainingExamples {
  public let training: LabelledPictures
  public let test: LabelledPictures?
  private let preparation: PicturePreparation

  /// Throws ``TrainingError`` when the network they are for wants other pictures, or does not say one number for each class.
  public init(
    _ training: LabelledPictures, test: LabelledPictures? = nil, augmentation: Augmentation? = nil,
    for network: Network
  ) throws {
    let graph = network.graph
    preparation = try PicturePreparation(
      network.preprocessing ?? Preprocessing(), of: training, for: graph, augmentation: augmentation)
    let output = try graph.shapes(for: [1, training.height, training.width, preparation.channels])[
      graph.outputs[0]]
    guard let output, output.count == training.classNames.count else {
      throw TrainingError.wrongShape(
        what: "the network's output, a number for each class", expected: [1, training.classNames.count],
        found: output ?? [0])
    }
    self.training = training
    self.test = test
  }

  public var count: Int { training.count }
  public var answers: Int { 1 }

  public var text: String {
    let changes = preparation.augmentation.map { "\($0)" } ?? "unchanged"
    return "\(count) pictures \(training.classNames) \(changes)"
  }

  public func batch(_ indices: [Int], place: Int, seed: UInt64) -> TrainingBatch {
    TrainingBatch(
      preparation.batch(indices, of: training, seed: seed), .labels(indices.map { training.labels[$0] }))
  }

  public func tested(_ network: Network) throws -> TestScore? {
    guard let test else { return nil }
    let seen = try Evaluation(of: network, on: test)
    return TestScore(loss: seen.loss, accuracy: seen.accuracy)
  }
}
