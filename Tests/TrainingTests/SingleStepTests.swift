import NeuralNetwork
import TensorCore
import TestSupport
import Testing
import Training
import WeightFiles

/// Single steps of training, each from the state that Keras had, against what Keras made of it in 64 bits.
@Suite struct SingleStepTests {
  static let optimizers: [(String, Optimizer)] = [("rmsprop", .rmsprop()), ("adam", .adam())]

  @Test("ten single steps from Keras's state end where Keras's end", arguments: optimizers)
  func steps(name: String, optimizer: Optimizer) throws {
    let steps = try KerasSteps(name)
    for step in 0..<steps.count {
      let network = try Network(initialising: Graph(KerasSteps.layers), seed: 0)
      var trainer = try Trainer(
        network,
        TrainingSettings(
          loss: .crossEntropy, optimizer: optimizer, learningRate: 1e-3, schedule: .inverseTime(decay: 1e-4)))
      var state = OptimizerState(optimizer, parameters: trainer.parameters.values.count)
      state.step = step
      state.slots = steps.slots.flatMap { $0.row(step) }
      trainer.restore(steps.weights.row(step), state)
      let seen = try trainer.step(steps.input(step), .labels(steps.labels(step)))
      #expect(abs(seen.loss / Double(steps.losses.scalars[step]) - 1) < 1e-5, "the loss of step \(step + 1)")
      // Against the largest of all: a bias before a batch normalisation has a gradient of 0 but for rounding. What the step
      // has divided by roots of such numbers is compared in 64 bits, below.
      expectAgreement(
        Tensor(trainer.gradients, shape: [steps.size]),
        Tensor(steps.gradients.row(step), shape: [steps.size]),
        to: 1e-5, "the gradients of step \(step + 1)")
      for slot in steps.slots.indices {
        let found = Array(trainer.state.slots[slot * steps.size..<(slot + 1) * steps.size])
        // Both end with the mean of the gradients' squares, of which the optimiser divides by the roots.
        let isOfSquares = slot == steps.slots.count - 1
        func compared(_ numbers: [Float]) -> Tensor {
          Tensor(isOfSquares ? numbers.map { $0.squareRoot() } : numbers, shape: [steps.size])
        }
        expectAgreement(
          compared(found), compared(steps.slots[slot].row(step + 1)), to: 1e-5,
          "slot \(slot) of step \(step + 1)")
      }
      let after = steps.weights.row(step + 1)
      for entry in trainer.parameters.entries where !entry.isTrained {
        expectAgreement(
          Tensor(Array(trainer.parameters.values[entry.range]), shape: entry.shape),
          Tensor(Array(after[entry.range]), shape: entry.shape), to: 1e-5,
          "\(entry.layer) \(entry.role) of step \(step + 1)")
      }
    }
  }

  @Test(
    "the optimisers' definitions in 64 bits, from Keras's gradients, give Keras's weights",
    arguments: optimizers)
  func definitions(name: String, optimizer: Optimizer) throws {
    let steps = try KerasSteps(name)
    for step in 0..<steps.count {
      let rate = 1e-3 / (1 + 1e-4 * Double(step))
      #expect(abs(Double(steps.rates.scalars[step]) / rate - 1) < 1e-6)
      var weights = steps.weights.row(step).map(Double.init)
      var slots = steps.slots.map { $0.row(step).map(Double.init) }
      let gradients = steps.gradients.row(step).map(Double.init)
      for (index, g) in gradients.enumerated() where g != 0 {
        switch optimizer {
        case .rmsprop(let rho, let epsilon):
          let (rho, epsilon) = (decimal(rho), decimal(epsilon))
          slots[0][index] = rho * slots[0][index] + (1 - rho) * g * g
          weights[index] -= rate * g / (slots[0][index] + epsilon).squareRoot()
        case .adam(let beta1, let beta2, let epsilon):
          let (beta1, beta2, epsilon) = (decimal(beta1), decimal(beta2), decimal(epsilon))
          slots[0][index] += (g - slots[0][index]) * (1 - beta1)
          slots[1][index] += (g * g - slots[1][index]) * (1 - beta2)
          let (share1, share2) = (1 - power(beta1, step + 1), 1 - power(beta2, step + 1))
          weights[index] -=
            rate * share2.squareRoot() / share1 * slots[0][index]
            / (slots[1][index].squareRoot() + epsilon)
        case .sgd, .adamW: Issue.record("no such steps are stored")
        }
      }
      let wanted = steps.weights.row(step + 1)
      for (index, g) in gradients.enumerated() where g != 0 {
        // To a millionth of the largest weight; what 32 bits keep of them is ten times finer.
        #expect(abs(weights[index] - Double(wanted[index])) < 1e-6, "weight \(index), step \(step + 1)")
      }
    }
  }

  /// The short decimal that a 32-bit setting stands for: 0.9, not 0.8999999762.
  private func decimal(_ value: Float) -> Double { Double("\(value)") ?? Double(value) }

  private func power(_ base: Double, _ exponent: Int) -> Double {
    (0..<exponent).reduce(1) { product, _ in product * base }
  }
}

/// What `Scripts/fixtures/training_steps.py` wrote.
private struct KerasSteps {
  static let layers = [
    Layer("input", .input(InputShape(height: 10, width: 10, channels: 1))),
    Layer("conv1", .convolution(.init(filters: 4, kernelSize: 3, activation: .relu)), from: "input"),
    Layer("pool1", .pooling(.init(.maximum, size: 2, stride: 2)), from: "conv1"),
    Layer("norm1", .batchNormalization(.init()), from: "pool1"),
    Layer("conv2", .convolution(.init(filters: 4, kernelSize: 2, activation: .relu)), from: "norm1"),
    Layer("pool2", .pooling(.init(.maximum, size: 2, stride: 2)), from: "conv2"),
    Layer("flatten", .flatten(.channelsLast), from: "pool2"),
    Layer("norm2", .batchNormalization(.init()), from: "flatten"),
    Layer("dense1", .dense(.init(units: 8, activation: .relu)), from: "norm2"),
    Layer("norm3", .batchNormalization(.init()), from: "dense1"),
    Layer("dense2", .dense(.init(units: 10, activation: .softmax)), from: "norm3"),
  ]

  let weights, gradients, inputs, labelled, losses, rates: Tensor
  let slots: [Tensor]
  var count: Int { gradients.shape[0] }
  /// How many numbers all weights are.
  var size: Int { gradients.shape[1] }

  init(_ name: String) throws {
    let file = try WeightFile(
      contentsOf: repositoryFolder + "/Tests/TrainingTests/Fixtures/steps-\(name).npz")
    weights = try file.tensor(named: "weights")
    gradients = try file.tensor(named: "gradients")
    inputs = try file.tensor(named: "inputs")
    labelled = try file.tensor(named: "labels")
    losses = try file.tensor(named: "losses")
    rates = try file.tensor(named: "rates")
    slots = try file.entries.map(\.name).filter { $0.hasPrefix("slot") }.sorted().map(file.tensor(named:))
  }

  func input(_ step: Int) -> Tensor { Tensor(inputs.row(step), shape: [4, 10, 10, 1]) }
  func labels(_ step: Int) -> [Int] { labelled.row(step).map { Int($0) } }
}

extension Tensor {
  fileprivate func row(_ index: Int) -> [Float] {
    let size = shape.count / shape[0]
    return Array(scalars[index * size..<(index + 1) * size])
  }
}
