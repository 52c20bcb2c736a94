import Convolution
public import NeuralNetwork
public import TensorCore

/// What one training follows.
public struct TrainingSettings: Sendable, Hashable {
  public var loss: Loss
  public var optimizer: Optimizer
  /// The learning rate of the first step.
  public var learningRate: Double
  public var schedule: Schedule
  /// Added to the loss: this times the sum of the squares of all kernels (Keras's `l2`).
  public var l2: Float
  /// Gradients are shrunk to this norm over all weights together where theirs is larger; `nil` leaves them.
  public var clipNorm: Float?
  /// Fixes dropout; the same seed gives the same weights, bit for bit, whatever the number of threads.
  public var seed: UInt64
  /// Layers whose weights stay as they are; frozen batch normalisation uses its stored statistics.
  public var frozen: Set<String>

  public init(
    loss: Loss = .crossEntropy, optimizer: Optimizer = .rmsprop(), learningRate: Double = 1e-3,
    schedule: Schedule = .constant, l2: Float = 0, clipNorm: Float? = nil, seed: UInt64 = 0,
    frozen: Set<String> = []
  ) {
    self.loss = loss
    self.optimizer = optimizer
    self.learningRate = learningRate
    self.schedule = schedule
    self.l2 = l2
    self.clipNorm = clipNorm
    self.seed = seed
    self.frozen = frozen
  }
}

/// A network in training: takes batches, step by step, and hands out the network as it has become.
///
/// ```swift
/// var trainer = try Trainer(Network(initialising: graph, seed: 1), TrainingSettings())
/// let seen = try trainer.step(pictures, .labels(labels))    // pictures [N, H, W, C], as the network wants them
/// let network = try trainer.network()
/// ```
public struct Trainer {
  /// What a step saw before it changed the weights.
  public struct Seen: Sendable, Hashable {
    /// The mean over the batch, weight decay included.
    public let loss: Double
    /// Pictures whose own class came first; 0 without labels.
    public let correct: Int
    public let pictures: Int
  }

  public let settings: TrainingSettings
  private let source: Network
  package private(set) var parameters: Parameters
  package private(set) var state: OptimizerState
  /// The gradients of the last step, laid out as the parameters.
  package private(set) var gradients: [Float]
  private var passes: [Int: TrainingPass] = [:]

  /// Prepares a network for training from the weights it has.
  ///
  /// Throws ``TrainingError`` for settings that make no sense and for layers without a gradient, ``NetworkError`` for sizes.
  public init(_ network: Network, _ settings: TrainingSettings) throws {
    guard settings.learningRate > 0, settings.learningRate.isFinite else {
      throw TrainingError.badSetting(
        name: "learning rate", found: "\(settings.learningRate)", expected: "a number above 0")
    }
    for name in settings.frozen.sorted() { _ = try network.graph.index(of: name) }
    self.settings = settings
    source = network
    parameters = try Parameters(network, frozen: settings.frozen)
    state = OptimizerState(settings.optimizer, parameters: parameters.values.count)
    gradients = [Float](repeating: 0, count: parameters.values.count)
    _ = try TrainingPlan(network.graph, batch: 1, parameters)
  }

  /// The steps taken.
  public var steps: Int { state.step }

  /// The network with the weights of now.
  public func network() throws(NetworkError) -> Network {
    try Network(graph: source.graph, weights: parameters.weights, preprocessing: source.preprocessing)
  }

  /// Goes back to a state saved before.
  package mutating func restore(_ values: [Float], _ state: OptimizerState) {
    parameters.values = values
    self.state = state
  }

  /// One step: forwards, backwards, and the weights changed.
  ///
  /// `pictures` are `[N, H, W, C]` as the network expects them (preprocessed). Throws ``TrainingError`` when shapes or labels do
  /// not fit, or when the loss is no number; the weights then are those of the step before.
  public mutating func step(_ pictures: Tensor, _ targets: Targets) throws -> Seen {
    let seen = try gradient(pictures, targets)
    let rate = Float(settings.schedule.rate(settings.learningRate, at: state.step))
    settings.optimizer.update(
      &parameters.values, gradients, parameters.entries.filter(\.isTrained).map(\.range), rate: rate, &state)
    return seen
  }

  /// The loss of a batch and its ``gradients``; moving statistics move, weights do not.
  package mutating func gradient(_ pictures: Tensor, _ targets: Targets) throws -> Seen {
    let count = pictures.shape.rank > 0 ? pictures.shape[0] : 0
    guard count > 0 else { throw TrainingError.noPictures }
    let pass = try pass(for: count)
    let nodes = pass.nodes
    if let input = nodes.first(where: { if case .input = $0.computation { true } else { false } }),
      input.shape != pictures.shape
    {
      throw TrainingError.wrongShape(what: "the pictures", expected: input.shape, found: pictures.shape)
    }
    let output = nodes[pass.plan.output]
    try check(targets, output.shape)
    let kernels = settings.l2 == 0 ? [] : parameters.entries.filter { $0.isTrained && $0.role.isKernel }
    // What a step that fails has changed already.
    let statistics = parameters.entries.filter(\.isStatistic).map(\.range)
    let saved = statistics.map { Array(parameters.values[$0]) }
    let seed = settings.seed &+ UInt64(state.step) &* 0xD134_2543_DE82_EF95
    var result = BatchResult(loss: 0, correct: 0)
    parameters.values.withUnsafeMutableBufferPointer { values in
      gradients.withUnsafeMutableBufferPointer { gradients in
        guard let values = values.baseAddress, let gradients = gradients.baseAddress,
          let outputGradient = pass.gradient(pass.plan.output)
        else { return }
        pass.forward(pictures, parameters: values, seed: seed)
        let units = settings.loss == .crossEntropy ? output.channels : output.shape.count / count
        result = settings.loss.evaluate(
          pass.value(pass.plan.output), count: output.shape.count / units, units: units, targets,
          gradient: outputGradient)
        guard result.loss.isFinite else { return }
        pass.backward(parameters: values, result: gradients)
        for kernel in kernels {
          var squares = 0.0
          for i in kernel.range {
            squares += Double(values[i]) * Double(values[i])
            gradients[i] += 2 * settings.l2 * values[i]
          }
          result.loss += Double(settings.l2) * squares
        }
      }
    }
    // A NaN may hide from the loss behind a maximum, but not from the gradients.
    let isFinite =
      result.loss.isFinite
      && gradients.withUnsafeBufferPointer { gradients in
        guard let base = gradients.baseAddress else { return true }
        return parameters.entries.allSatisfy { entry in
          !entry.isTrained || allFinite(entry.range.count, base + entry.range.lowerBound)
        }
      }
    guard isFinite else {
      for (range, values) in zip(statistics, saved) {
        parameters.values.replaceSubrange(range, with: values)
      }
      throw TrainingError.notFinite(step: state.step + 1, layer: pass.firstLayerNotFinite)
    }
    clip()
    return Seen(loss: result.loss, correct: result.correct, pictures: count)
  }

  private mutating func pass(for count: Int) throws -> TrainingPass {
    if let pass = passes[count] { return pass }
    let plan = try TrainingPlan(
      source.graph, batch: count, parameters, leavesSoftmaxToLoss: settings.loss == .crossEntropy)
    let pass = TrainingPass(plan)
    // The full batch and the last, smaller one.
    if passes.count > 1, let smallest = passes.keys.min() { passes[smallest] = nil }
    passes[count] = pass
    return pass
  }

  private func check(_ targets: Targets, _ output: Shape) throws(TrainingError) {
    switch targets {
    case .labels(let labels):
      guard labels.count == output.count / output[-1] else {
        throw .wrongShape(what: "the labels", expected: [output.count / output[-1]], found: [labels.count])
      }
      for (picture, label) in labels.enumerated() where label < 0 || label >= output[-1] {
        throw .badLabel(picture: picture, found: label, classes: output[-1])
      }
    case .values(let values):
      guard values.shape == output else {
        throw .wrongShape(what: "the targets", expected: output, found: values.shape)
      }
    }
  }

  private mutating func clip() {
    guard let limit = settings.clipNorm else { return }
    let trained = parameters.entries.filter(\.isTrained).map(\.range)
    let squares = trained.reduce(0.0) { sum, range in
      range.reduce(sum) { $0 + Double(gradients[$1]) * Double(gradients[$1]) }
    }
    let norm = squares.squareRoot()
    guard norm > Double(limit) else { return }
    let share = Float(Double(limit) / norm)
    for range in trained { for i in range { gradients[i] *= share } }
  }
}

extension WeightRole {
  var isKernel: Bool { self == .kernel || self == .pointwiseKernel }
}
