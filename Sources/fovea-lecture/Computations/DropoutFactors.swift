import Fovea
import NeuralNetwork
import Training

/// What dropout multiplies each of `count` units by in a training step.
///
/// All units are 1 and lead with equal weights into one sum, which should have been 0. A weight's gradient then is twice the sum
/// times the factor of its unit: units that were left out learn nothing in this step.
func dropoutFactors(count: Int, rate: Float, seed: UInt64) throws -> [Double] {
  let graph = try dropoutGraph(count: count, rate: rate)
  let weights: [WeightRole: Tensor] = [
    .kernel: Tensor(repeating: 1 / Float(count), shape: [count, 1]), .bias: Tensor(repeating: 0, shape: [1]),
  ]
  let network = try Network(graph: graph, weights: ["sum": weights])
  var trainer = try Trainer(network, TrainingSettings(loss: .meanSquaredError, seed: seed))
  let ones = Tensor(repeating: 1, shape: [1, count])
  let seen = try trainer.gradient(ones, .values(Tensor(repeating: 0, shape: [1, 1])))
  guard let kernel = trainer.parameters.entry(.kernel, of: "sum") else { throw LectureError.noKernel }
  return trainer.gradients[kernel.range].map { Double($0) / (2 * seen.loss.squareRoot()) }
}

/// What the same layer makes of ones when the network is used.
func dropoutAtTest(count: Int, rate: Float) throws -> [Double] {
  let network = try Network(
    graph: dropoutGraph(count: count, rate: rate),
    weights: [
      "sum": [.kernel: Tensor(repeating: 1, shape: [count, 1]), .bias: Tensor(repeating: 0, shape: [1])]
    ])
  let ones = Tensor(repeating: 1, shape: [1, count])
  let seen = try network.compiled(for: ones.shape, recording: ["dropout"]).run(ones)
  return try seen.layer("dropout").scalars.map(Double.init)
}

private func dropoutGraph(count: Int, rate: Float) throws -> Graph {
  try Graph([
    Layer("units", .input(InputShape(channels: count, isVector: true))),
    Layer("dropout", .dropout(rate: rate), from: "units"),
    Layer("sum", .dense(.init(units: 1)), from: "dropout"),
  ])
}
