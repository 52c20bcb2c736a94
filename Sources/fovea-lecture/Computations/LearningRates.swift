import Fovea

/// The loss of a network on the two spirals, every ten steps their mean, as plain gradient descent brings it down.
///
/// A training that runs away ends at the step whose loss is no number.
func spiralLosses(
  rate: Double, normalises: Bool, steps: Int
) throws -> [(x: Double, y: Double)] {
  var generator = SeededGenerator(seed: 8)
  let set = PointSet.spirals(&generator)
  var layers = [Layer("points", .input(InputShape(channels: 2, isVector: true)))]
  func append(_ name: String, _ operation: NeuralNetwork.Operation) {
    layers.append(Layer(name, operation, from: layers[layers.count - 1].name))
  }
  for depth in 1...3 {
    append("dense\(depth)", .dense(.init(units: 24)))
    if normalises { append("norm\(depth)", .batchNormalization(.init())) }
    append("relu\(depth)", .activation(.relu))
  }
  append("unit", .dense(.init(units: 1, activation: .sigmoid)))
  let x = Tensor(set.points.flatMap { [$0.x, $0.y] }, shape: [set.points.count, 2])
  let targets = Targets.values(Tensor(set.classes.map { Float($0) }, shape: [set.classes.count, 1]))
  var trainer = try Trainer(
    Network(initialising: Graph(layers), seed: 2),
    TrainingSettings(loss: .binaryCrossEntropy, optimizer: .sgd(), learningRate: rate))
  var losses: [(x: Double, y: Double)] = []
  var sum = 0.0
  for step in 1...steps {
    do { sum += try trainer.step(x, targets).loss } catch TrainingError.notFinite { break }
    if step % 10 == 0 {
      losses.append((Double(step), sum / 10))
      sum = 0
    }
  }
  return losses
}
