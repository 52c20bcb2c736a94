import Fovea

/// Points of the plane in two classes.
struct PointSet {
  var points: [(x: Float, y: Float)] = []
  var classes: [Int] = []

  mutating func add(_ x: Float, _ y: Float, _ kind: Int) {
    points.append((x, y))
    classes.append(kind)
  }

  /// Two clouds, one on each side of a line.
  static func clouds(_ generator: inout SeededGenerator) -> PointSet {
    var set = PointSet()
    let noise = Tensor(normal: [160, 2], deviation: 0.45, using: &generator).scalars
    for k in 0..<80 {
      set.add(noise[4 * k] - 0.9, noise[4 * k + 1] - 0.5, 0)
      set.add(noise[4 * k + 2] + 0.9, noise[4 * k + 3] + 0.5, 1)
    }
    return set
  }

  /// A disc, and a ring around it.
  static func ring(_ generator: inout SeededGenerator) -> PointSet {
    var set = PointSet()
    for k in 0..<200 {
      let kind = k % 2
      let radius = kind == 1 ? 0.75 * generator.uniform().squareRoot() : 1.15 + 0.65 * generator.uniform()
      let angle = 2 * Float.pi * generator.uniform()
      set.add(radius * cosine(angle), radius * sine(angle), kind)
    }
    return set
  }

  /// Two spirals wound into each other.
  static func spirals(_ generator: inout SeededGenerator) -> PointSet {
    var set = PointSet()
    for k in 0..<240 {
      let along = Float(k / 2) / 120
      let angle = 1.35 * 2 * Float.pi * along + Float(k % 2) * Float.pi
      let radius = 0.2 + 1.6 * along
      let noise = 0.04 * (generator.uniform() - 0.5)
      set.add((radius + noise) * cosine(angle), (radius + noise) * sine(angle), k % 2)
    }
    return set
  }
}

/// A network of dense layers for points: `hidden` units a layer with tanh, then one sigmoid unit.
func pointNetwork(hidden: [Int], seed: UInt64) throws -> Network {
  var layers = [Layer("points", .input(InputShape(channels: 2, isVector: true)))]
  for (depth, units) in hidden.enumerated() {
    layers.append(
      Layer("hidden\(depth + 1)", .dense(.init(units: units, activation: .tanh)), from: layers[depth].name))
  }
  layers.append(Layer("unit", .dense(.init(units: 1, activation: .sigmoid)), from: layers[hidden.count].name))
  return try Network(initialising: Graph(layers), seed: seed)
}

/// Trains it on all points at once, step by step, and says how it did.
func trained(
  _ network: Network, on set: PointSet, steps: Int
) throws -> (network: Network, loss: Double, accuracy: Double) {
  let x = Tensor(set.points.flatMap { [$0.x, $0.y] }, shape: [set.points.count, 2])
  let targets = Targets.values(Tensor(set.classes.map { Float($0) }, shape: [set.classes.count, 1]))
  var trainer = try Trainer(
    network, TrainingSettings(loss: .binaryCrossEntropy, optimizer: .adam(), learningRate: 0.03))
  var loss = 0.0
  for _ in 0..<steps { loss = try trainer.step(x, targets).loss }
  let result = try trainer.network()
  let answers = try outputs(of: result, at: set.points)
  let right = zip(answers, set.classes).count { ($0 > 0.5) == ($1 == 1) }
  return (result, loss, Double(right) / Double(set.classes.count))
}

/// The sigmoid unit's output at each point.
func outputs(of network: Network, at points: [(x: Float, y: Float)]) throws -> [Float] {
  let x = Tensor(points.flatMap { [$0.x, $0.y] }, shape: [points.count, 2])
  return try network.compiled(for: x.shape, recording: ["unit"]).run(x).layer("unit").scalars
}
