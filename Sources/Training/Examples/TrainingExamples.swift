public import NeuralNetwork
public import TensorCore

/// What a ``TrainingRun`` teaches: inputs to show the network, what it is to answer, and how it does on others kept apart.
public protocol TrainingExamples: Sendable {
  /// How many there are to learn from.
  var count: Int { get }
  /// Answers an accuracy counts in one example: 1 for the class of a picture, its pixels in a segmentation, 0 where an answer is
  /// near or far rather than right or wrong.
  var answers: Int { get }
  /// The examples in words, which differ when what is learned from them would.
  var text: String { get }
  /// The examples `indices` as the network wants them. `place` is that of their first in the epoch, and `seed` the epoch's: they fix
  /// what is drawn at random.
  func batch(_ indices: [Int], place: Int, seed: UInt64) -> TrainingBatch
  /// How a network does on the examples kept apart; `nil` where there are none.
  func tested(_ network: Network) throws -> TestScore?
}

/// Inputs of one step of training, `[N, ...]`, and what the network is to answer.
public struct TrainingBatch: Sendable {
  public let inputs: Tensor
  public let targets: Targets

  public init(_ inputs: Tensor, _ targets: Targets) {
    self.inputs = inputs
    self.targets = targets
  }
}

/// How a network does on examples it has not learned from.
public struct TestScore: Sendable, Hashable {
  /// The mean of the loss that is trained for, without weight decay.
  public let loss: Double
  /// The share of right answers; `nil` where none is right or wrong.
  public let accuracy: Double?

  public init(loss: Double, accuracy: Double?) {
    self.loss = loss
    self.accuracy = accuracy
  }
}
