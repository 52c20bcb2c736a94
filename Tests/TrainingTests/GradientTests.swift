import Convolution
import NeuralNetwork
import TensorCore
import TestSupport
import Testing
import Training

/// Back-propagation through the networks of GradientNetworks.swift against PyTorch in 64 bits.
@Suite struct GradientTests {
  private static func trainer(_ name: String, _ fixture: Fixture, loss: Loss) throws -> Trainer {
    let graph = try Graph(try #require(networks[name]))
    var weights = try fixture.weights("\(name)/weight/")
    for (layer, roles) in try fixture.weights("\(name)/moving/") {
      for (role, moved) in roles {
        weights[layer]?[role] = Tensor(repeating: role == .movingMean ? 0 : 1, shape: moved.shape)
      }
    }
    return try Trainer(Network(graph: graph, weights: weights), TrainingSettings(loss: loss))
  }

  @Test(
    "every weight's gradient, the loss and the moving statistics agree with PyTorch",
    arguments: networks.keys.sorted())
  func agreesWithPyTorch(name: String) throws {
    let fixture = try Fixture()
    var trainer = try Self.trainer(name, fixture, loss: name == "decoder" ? .meanSquaredError : .crossEntropy)
    let targets: Targets =
      name == "convolutions"
      ? .labels(try fixture("convolutions/labels").scalars.map { Int($0) })
      : .values(try fixture("\(name)/target"))
    let seen = try trainer.gradient(try fixture("\(name)/input"), targets)
    let loss = Double(try fixture("\(name)/loss").scalars[0])
    #expect(abs(seen.loss - loss) < 1e-5 * loss)
    for (layer, roles) in try fixture.weights("\(name)/gradient/") {
      for (role, expected) in roles {
        let entry = try #require(trainer.parameters.entry(role, of: layer))
        expectAgreement(
          Tensor(Array(trainer.gradients[entry.range]), shape: entry.shape), expected, "\(layer) \(role)")
      }
    }
    for (layer, roles) in try fixture.weights("\(name)/moving/") {
      for (role, expected) in roles {
        let entry = try #require(trainer.parameters.entry(role, of: layer))
        expectAgreement(
          Tensor(Array(trainer.parameters.values[entry.range]), shape: entry.shape), expected,
          "\(layer) \(role)")
      }
    }
  }

  @Test(
    "the same seed gives the same weights, bit for bit, on one thread and on all",
    arguments: ["pools", "residual", "responses", "pieces"])
  func threadsDoNotMatter(name: String) throws {
    let fixture = try Fixture()
    func trained(threads: Int) throws -> [Float] {
      var trainer = try Self.trainer(name, fixture, loss: .crossEntropy)
      try Parallelism.limited(to: threads) {
        for _ in 0..<5 {
          _ = try trainer.step(try fixture("\(name)/input"), .values(try fixture("\(name)/target")))
        }
      }
      return trainer.parameters.values
    }
    #expect(try trained(threads: 1) == trained(threads: 2))
    #expect(try trained(threads: 2) == trained(threads: 5))
  }

  @Test("frozen layers keep their weights, the others learn")
  func freezes() throws {
    let fixture = try Fixture()
    let graph = try Graph(try #require(Self.networks["convolutions"]))
    let network = try Network(graph: graph, weights: fixture.weights("convolutions/weight/"))
    var trainer = try Trainer(network, TrainingSettings(frozen: ["strided", "grouped"]))
    let labels = try fixture("convolutions/labels").scalars.map { Int($0) }
    for _ in 0..<3 { _ = try trainer.step(try fixture("convolutions/input"), .labels(labels)) }
    let after = try trainer.network().weights
    #expect(after["strided"]?[.kernel] == network.weights["strided"]?[.kernel])
    #expect(after["grouped"]?[.bias] == network.weights["grouped"]?[.bias])
    #expect(after["row"]?[.kernel] != network.weights["row"]?[.kernel])
  }

  @Test("a loss that is no number stops with the step and the layer, and keeps the weights")
  func stopsAtNaN() throws {
    let fixture = try Fixture()
    var trainer = try Self.trainer("pools", fixture, loss: .crossEntropy)
    let before = trainer.parameters.values
    let broken = Tensor(repeating: .nan, shape: [4, 8, 8, 2])
    #expect(throws: TrainingError.notFinite(step: 1, layer: "input")) {
      try trainer.step(broken, .values(try fixture("pools/target")))
    }
    #expect(trainer.parameters.values == before)
  }

  @Test("labels and shapes that do not fit are refused by name")
  func refusals() throws {
    let fixture = try Fixture()
    var trainer = try Self.trainer("convolutions", fixture, loss: .crossEntropy)
    let x = try fixture("convolutions/input")
    #expect(throws: TrainingError.badLabel(picture: 1, found: 5, classes: 5)) {
      try trainer.step(x, .labels([0, 5, 1]))
    }
    #expect(throws: TrainingError.wrongShape(what: "the labels", expected: [3], found: [2])) {
      try trainer.step(x, .labels([0, 1]))
    }
    #expect(
      throws: TrainingError.wrongShape(what: "the pictures", expected: [3, 9, 8, 3], found: [3, 9, 9, 3])
    ) {
      try trainer.step(Tensor(repeating: 0, shape: [3, 9, 9, 3]), .labels([0, 1, 2]))
    }
  }

  @Test("gradients through cut and padded channels are those of small differences of the loss")
  func channelWindows() throws {
    let graph = try Graph([
      Layer("input", .input(InputShape(height: 5, width: 4, channels: 3))),
      Layer("conv", .convolution(.init(filters: 4, kernelSize: 3, activation: .tanh)), from: "input"),
      Layer("cut", .channels(1..<3), from: "conv"),
      Layer("padded", .channelPadding(before: 1, after: 1), from: "cut"),
      Layer("sum", .add, from: "conv", "padded"),
      Layer("mean", .globalPooling(.average, keepsAxes: false), from: "sum"),
      Layer("dense", .dense(.init(units: 3)), from: "mean"),
    ])
    var generator = SeededGenerator(seed: 5)
    let x = Tensor(normal: [4, 5, 4, 3], using: &generator)
    var trainer = try Trainer(Network(initialising: graph, seed: 2), TrainingSettings())
    _ = try trainer.gradient(x, .labels([0, 1, 2, 1]))
    let (start, state, gradients) = (trainer.parameters.values, trainer.state, trainer.gradients)
    for index in stride(from: 0, to: start.count, by: 7) {
      func loss(_ change: Float) throws -> Double {
        var values = start
        values[index] += change
        trainer.restore(values, state)
        return try trainer.gradient(x, .labels([0, 1, 2, 1])).loss
      }
      let slope = try (loss(0.01) - loss(-0.01)) / 0.02
      #expect(abs(slope - Double(gradients[index])) < 1e-4, "parameter \(index)")
    }
  }
}
