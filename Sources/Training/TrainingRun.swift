public import Datasets
public import NeuralNetwork
public import SystemPackage
import TensorCore

/// How long a training goes on, and what it is shown at a time.
public struct Epochs: Sendable, Hashable {
  public var count: Int
  public var batchSize: Int
  public var augmentation: Augmentation?
  /// Ends when the loss on the pictures to test on has not fallen for so many epochs; `nil` never does.
  public var patience: Int?

  public init(_ count: Int, batchSize: Int, augmentation: Augmentation? = nil, patience: Int? = nil) {
    self.count = count
    self.batchSize = batchSize
    self.augmentation = augmentation
    self.patience = patience
  }
}

/// A network's training over the pictures of a data set, epoch by epoch.
///
/// ```swift
/// var run = try TrainingRun(network, TrainingSettings(), plan, training: data.training, test: data.test)
/// while let record = try run.epoch() { print(record) }
/// let network = try run.network()
/// ```
///
/// Each epoch shows all pictures in a new order, drawn from the seed and the number of the epoch.
public struct TrainingRun {
  /// How far an epoch has come.
  public struct Progress: Sendable, Hashable {
    public let epoch: Int
    public let pictures: Int
    public let ofPictures: Int
    public let loss: Double
    public let accuracy: Double
    public let imagesPerSecond: Double
  }

  public let plan: Epochs
  public let training: LabelledPictures
  public let test: LabelledPictures?
  public private(set) var history: [EpochRecord] = []
  private var trainer: Trainer
  private let preparation: PicturePreparation

  /// Throws ``TrainingError`` when pictures, classes and network do not fit, or settings make no sense.
  public init(
    _ network: Network, _ settings: TrainingSettings, _ plan: Epochs,
    training: LabelledPictures, test: LabelledPictures?
  ) throws {
    guard plan.batchSize > 0 else {
      throw TrainingError.badSetting(name: "batch size", found: "\(plan.batchSize)", expected: "1 or more")
    }
    guard plan.count > 0 else {
      throw TrainingError.badSetting(name: "epochs", found: "\(plan.count)", expected: "1 or more")
    }
    guard training.count > 0 else { throw TrainingError.noPictures }
    preparation = try PicturePreparation(
      network.preprocessing ?? Preprocessing(), of: training, for: network.graph,
      augmentation: plan.augmentation)
    self.plan = plan
    self.training = training
    self.test = test
    trainer = try Trainer(network, settings)
  }

  /// The network with the weights of now.
  public func network() throws(NetworkError) -> Network { try trainer.network() }

  /// Whether there is another epoch to come.
  public var isDone: Bool {
    if history.count >= plan.count { return true }
    guard let patience = plan.patience, let best = bestEpoch else { return false }
    return history.count - best >= patience
  }

  /// The epoch, from 1, after which the loss on the pictures to test on, or else on those shown, was the lowest.
  public var bestEpoch: Int? {
    let losses = history.map { $0.testLoss ?? $0.loss }
    return losses.indices.min { losses[$0] < losses[$1] }.map { $0 + 1 }
  }

  /// What the training follows, in words that differ when its weights would.
  public var settingsText: String {
    var plan = plan
    // A training may go on for longer than it was first meant to.
    plan.count = 0
    return "\(trainer.settings.textInOrder) \(plan) \(training.count) pictures \(training.classNames) "
      + "\(trainer.parameters.entries.map { "\($0.layer) \($0.role) \($0.shape)" })"
  }

  /// Writes all that is needed to go on, whole or not at all.
  public func writeCheckpoint(to path: FilePath) throws {
    try Checkpoint(
      settings: settingsText, history: history, steps: trainer.state.step, values: trainer.parameters.values,
      slots: trainer.state.slots
    ).write(to: path)
  }

  /// Goes on from a checkpoint; throws ``TrainingError`` when it is damaged or of another training.
  public mutating func resume(from path: FilePath) throws {
    let checkpoint = try Checkpoint(contentsOf: path)
    guard checkpoint.settings == settingsText, checkpoint.values.count == trainer.parameters.values.count,
      checkpoint.slots.count == trainer.state.slots.count
    else {
      throw TrainingError.badCheckpoint(
        file: path.string, reason: "it is of a training with other settings, pictures or layers")
    }
    var state = trainer.state
    state.step = checkpoint.steps
    state.slots = checkpoint.slots
    trainer.restore(checkpoint.values, state)
    history = checkpoint.history
  }

  /// Shows every picture once and returns what that showed; `nil` when the training is done.
  public mutating func epoch(progress: (Progress) -> Void = { _ in }) throws -> EpochRecord? {
    guard !isDone else { return nil }
    let number = history.count + 1
    let epoch = EpochBatches(
      training.count, batchSize: plan.batchSize, epoch: number, seed: trainer.settings.seed)
    let (preparation, training) = (preparation, training)
    let clock = ContinuousClock()
    let start = clock.now
    var (loss, correct, seen) = (0.0, 0, 0)
    try epoch.forEach(prepare: { batch, _ in preparation.batch(batch, of: training, seed: epoch.seed) }) {
      batch, pictures in
      let step = try trainer.step(pictures, .labels(batch.map { training.labels[$0] }))
      loss += step.loss * Double(step.pictures)
      correct += step.correct
      seen += step.pictures
      progress(
        Progress(
          epoch: number, pictures: seen, ofPictures: training.count, loss: loss / Double(seen),
          accuracy: Double(correct) / Double(seen),
          imagesPerSecond: Double(seen) / max(1e-9, (clock.now - start) / .seconds(1))))
    }
    let seconds = (clock.now - start) / .seconds(1)
    let tested = try test.map { try Evaluation(of: network(), on: $0) }
    let record = EpochRecord(
      epoch: number, loss: loss / Double(seen), accuracy: Double(correct) / Double(seen),
      testLoss: tested?.loss, testAccuracy: tested?.accuracy,
      learningRate: trainer.settings.schedule.rate(trainer.settings.learningRate, at: trainer.state.step - 1),
      seconds: seconds, imagesPerSecond: Double(seen) / seconds)
    history.append(record)
    return record
  }
}

extension TrainingSettings {
  /// The settings in words, the frozen layers in order.
  var textInOrder: String {
    "\(loss) \(optimizer) \(learningRate) \(schedule) l2 \(l2) clip \(clipNorm.map { "\($0)" } ?? "no") seed \(seed) "
      + "frozen \(frozen.sorted())"
  }
}
