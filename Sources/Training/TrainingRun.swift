public import NeuralNetwork
public import SystemPackage

/// How long a training goes on, and what it is shown at a time.
public struct Epochs: Sendable, Hashable {
  public var count: Int
  public var batchSize: Int
  /// Ends when the loss on the examples to test on has not fallen for so many epochs; `nil` never does.
  public var patience: Int?

  public init(_ count: Int, batchSize: Int, patience: Int? = nil) {
    self.count = count
    self.batchSize = batchSize
    self.patience = patience
  }
}

/// A network's training over examples, epoch by epoch: pictures and their classes, noisy pictures, pixels, features.
///
/// ```swift
/// let examples = try LabelledExamples(data.training, test: data.test, for: network)
/// var run = try TrainingRun(network, TrainingSettings(), Epochs(10, batchSize: 32), on: examples)
/// while let record = try run.epoch() { print(record) }
/// let trained = try run.network()
/// ```
///
/// Each epoch shows all examples in a new order, drawn from the seed and the number of the epoch.
public struct TrainingRun {
  /// How far an epoch has come.
  public struct Progress: Sendable, Hashable {
    public let epoch: Int
    /// Examples shown, of so many.
    public let shown: Int
    public let ofCount: Int
    public let loss: Double
    /// `nil` where answers are neither right nor wrong.
    public let accuracy: Double?
    public let imagesPerSecond: Double
  }

  public let plan: Epochs
  public let examples: any TrainingExamples
  public private(set) var history: [EpochRecord] = []
  private var trainer: Trainer

  /// Throws ``TrainingError`` when there are no examples, or settings make no sense.
  public init(
    _ network: Network, _ settings: TrainingSettings, _ plan: Epochs, on examples: any TrainingExamples
  ) throws {
    guard plan.batchSize > 0 else {
      throw TrainingError.badSetting(name: "batch size", found: "\(plan.batchSize)", expected: "1 or more")
    }
    guard plan.count > 0 else {
      throw TrainingError.badSetting(name: "epochs", found: "\(plan.count)", expected: "1 or more")
    }
    if let patience = plan.patience, patience < 1 {
      throw TrainingError.badSetting(name: "patience", found: "\(patience)", expected: "1 or more")
    }
    guard examples.count > 0 else { throw TrainingError.noPictures }
    self.plan = plan
    self.examples = examples
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

  /// The epoch, from 1, after which the loss on the examples to test on, or else on those shown, was the lowest.
  public var bestEpoch: Int? {
    let losses = history.map { $0.testLoss ?? $0.loss }
    return losses.indices.min { losses[$0] < losses[$1] }.map { $0 + 1 }
  }

  /// What the training follows, in words that differ when its weights would; it may go on for longer than it was first meant to.
  public var settingsText: String {
    "\(trainer.settings.textInOrder) batches of \(plan.batchSize) \(examples.text) "
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

  /// Shows every example once and returns what that showed; `nil` when the training is done.
  public mutating func epoch(progress: (Progress) -> Void = { _ in }) throws -> EpochRecord? {
    guard !isDone else { return nil }
    let number = history.count + 1
    let examples = examples
    let epoch = EpochBatches(
      examples.count, batchSize: plan.batchSize, epoch: number, seed: trainer.settings.seed)
    let clock = ContinuousClock()
    let start = clock.now
    var (loss, correct, seen) = (0.0, 0, 0)
    func accuracy() -> Double? {
      examples.answers == 0 ? nil : Double(correct) / Double(seen * examples.answers)
    }
    try epoch.forEach(prepare: { indices, place in
      examples.batch(indices, place: place, seed: epoch.seed)
    }) { _, batch in
      let step = try trainer.step(batch.inputs, batch.targets)
      loss += step.loss * Double(step.pictures)
      correct += step.correct
      seen += step.pictures
      progress(
        Progress(
          epoch: number, shown: seen, ofCount: examples.count, loss: loss / Double(seen),
          accuracy: accuracy(), imagesPerSecond: Double(seen) / max(1e-9, (clock.now - start) / .seconds(1))))
    }
    let seconds = (clock.now - start) / .seconds(1)
    let tested = try examples.tested(network())
    let record = EpochRecord(
      epoch: number, loss: loss / Double(seen), accuracy: accuracy(), testLoss: tested?.loss,
      testAccuracy: tested?.accuracy,
      learningRate: trainer.settings.schedule.rate(trainer.settings.learningRate, at: trainer.steps - 1),
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
