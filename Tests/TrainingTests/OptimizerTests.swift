import NeuralNetwork
import TensorCore
import TestSupport
import Testing
import Training

/// Steps of every optimiser against Keras, from given gradients.
@Suite struct OptimizerTests {
  @Test(
    "four steps agree with Keras",
    arguments: [
      ("sgd", Optimizer.sgd()), ("momentum", .sgd(momentum: 0.9)),
      ("nesterov", .sgd(momentum: 0.9, nesterov: true)),
      ("rmsprop", .rmsprop()), ("adam", .adam()), ("adamw", .adamW()),
    ])
  func agreesWithKeras(name: String, optimizer: Optimizer) throws {
    let fixture = try Fixture()
    var weights = try fixture("optimizer/start").scalars
    let gradients = try fixture("optimizer/gradients")
    let expected = try fixture("optimizer/\(name)")
    var state = OptimizerState(optimizer, parameters: weights.count)
    for step in 0..<4 {
      let gradient = Array(gradients.scalars[step * 12..<(step + 1) * 12])
      optimizer.step(&weights, gradient, rate: 0.05, &state)
      expectAgreement(
        Tensor(weights, shape: [12]),
        Tensor(Array(expected.scalars[step * 12..<(step + 1) * 12]), shape: [12]),
        to: 1e-6, "\(name) step \(step)")
    }
  }

  @Test("schedules follow their formulas")
  func schedules() {
    #expect(Schedule.inverseTime(decay: 1e-4).rate(1e-3, at: 10_000) == 5e-4)
    #expect(Schedule.exponential(factor: 0.5, steps: 10).rate(1, at: 20) == 0.25)
    #expect(abs(Schedule.cosine(steps: 100).rate(2, at: 50) - 1) < 1e-12)
    #expect(Schedule.cosine(steps: 100).rate(2, at: 1000) < 1e-12)
  }
}
