public import NeuralNetwork
public import TensorCore

/// What a network that stays as it is sees in pictures, and their classes: features `[N, D]` for a new last layer to learn from.
public struct FeatureExamples: TrainingExamples {
  /// Features and the class of each.
  public struct Labelled: Sendable {
    public let features: Tensor
    public let labels: [Int]

    public init(_ features: Tensor, labels: [Int]) {
      self.features = features
      self.labels = labels
    }
  }

  public let training: Labelled
  public let test: Labelled?

  /// Throws ``TrainingError`` when there are not as many labels as features.
  public init(_ training: Labelled, test: Labelled? = nil) throws(TrainingError) {
    for part in [training, test].compactMap(\.self) {
      guard part.features.shape.rank == 2, part.features.shape[0] == part.labels.count else {
        throw .wrongShape(
          what: "the features", expected: [part.labels.count, training.features.shape[-1]],
          found: part.features.shape)
      }
    }
    self.training = training
    self.test = test
  }

  public var count: Int { training.labels.count }
  public var answers: Int { 1 }
  public var text: String { "\(training.features.shape) features" }

  public func batch(_ indices: [Int], place: Int, seed: UInt64) -> TrainingBatch {
    TrainingBatch(training.features.rows(indices), .labels(indices.map { training.labels[$0] }))
  }

  public func tested(_ network: Network) throws -> TestScore? {
    guard let test, !test.labels.isEmpty else { return nil }
    guard let output = try network.compiled(for: test.features.shape).run(test.features).layers.last?.output
    else { return nil }
    let verdicts = ClassVerdicts(output, labels: test.labels)
    let (count, right) = (Double(test.labels.count), zip(verdicts.classes, test.labels).count { $0 == $1 })
    return TestScore(loss: verdicts.loss / count, accuracy: Double(right) / count)
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
