public import TensorCore

/// A network planned for one input shape and one set of recorded layers; running it cannot throw.
///
/// Steps are fused where nobody looks, and all values share one arena by lifetimes. Several threads may run it at once.
public struct CompiledNetwork: Sendable {
  struct Record: Sendable {
    let name: String
    let layer: Int
  }

  /// The names that are recorded, as they were asked for.
  public let recordedNames: [String]

  let steps: [Step]
  let runs: [Bool]
  let records: [Int: [Record]]
  let plan: ArenaPlan
  private let arenas = ArenaPool()

  /// Only steps that run are prepared: fusing leaves the ones it has taken up behind.
  init(steps: [Step], records: [Int: [Record]], names: [String], within tolerance: Float) {
    var runs = [Bool](repeating: false, count: steps.count)
    for index in steps.indices.reversed() where runs[index] || records[index] != nil {
      runs[index] = true
      for input in steps[index].inputs { runs[input] = true }
      if case .maximumUnpooling(let pooling) = steps[index].computation { runs[pooling] = true }
    }
    self.steps = zip(steps, runs).map { step, runs in runs ? step.prepared(within: tolerance) : step }
    self.runs = runs
    self.records = records
    recordedNames = names
    plan = ArenaPlan(self.steps, runs: runs)
  }

  /// The memory that one run needs besides weights, recorded layers and each thread's gathered windows, in bytes.
  public var arenaBytes: Int { plan.count * MemoryLayout<Float>.stride }

  /// The shapes that the inputs must have.
  public var inputShapes: [String: Shape] {
    var shapes: [String: Shape] = [:]
    for (index, step) in steps.enumerated() where runs[index] {
      if case .input(let name) = step.computation { shapes[name] = step.shape }
    }
    return shapes
  }

  /// The recorded layers for one input, which must have the shape compiled for.
  public func run(_ x: Tensor) -> Activations {
    var layers: [RecordedLayer] = []
    run(x) { layers.append($0) }
    return Activations(layers)
  }

  /// Hands over each recorded layer as soon as it is computed, in the order of execution, and keeps none of them.
  public func run<Failure: Error>(
    _ x: Tensor, each body: (RecordedLayer) throws(Failure) -> Void
  ) throws(Failure) {
    try run(inputShapes.mapValues { _ in x }, each: body)
  }

  /// As ``run(_:each:)-(Tensor,_)`` with a tensor for each input layer.
  public func run<Failure: Error>(
    _ inputs: [String: Tensor], each body: (RecordedLayer) throws(Failure) -> Void
  ) throws(Failure) {
    let arena = arenas.take(plan.count)
    defer { arenas.give(arena) }
    for (index, step) in steps.enumerated() where runs[index] {
      guard let offset = plan.offsets[index] else { continue }
      let output = arena.base + offset
      if case .input(let name) = step.computation {
        guard let tensor = inputs[name], tensor.shape == step.shape else {
          preconditionFailure(
            "input '\(name)' is \(inputs[name].map { "\($0.shape)" } ?? "missing"), compiled for \(step.shape)"
          )
        }
        tensor.withPointer { output.update(from: $0, count: step.shape.count) }
      } else {
        let sources = step.inputs.map {
          (UnsafePointer(arena.base + (plan.offsets[$0] ?? 0)), steps[$0].shape)
        }
        step.run(reading: sources, into: output, positions: positions(of: index, in: arena))
      }
      for record in records[index] ?? [] {
        let value = Tensor(shape: step.shape) { $0.baseAddress?.update(from: output, count: $0.count) }
        try body(RecordedLayer(name: record.name, index: record.layer, output: value))
      }
    }
  }

  /// Where the step keeps or finds the places of maxima: whole numbers of the floats' size.
  private func positions(of index: Int, in arena: TensorStorage) -> UnsafeMutablePointer<UInt32>? {
    var owner = index
    if case .maximumUnpooling(let pooling) = steps[index].computation { owner = pooling }
    return plan.positions[owner].map {
      UnsafeMutableRawPointer(arena.base + $0).assumingMemoryBound(to: UInt32.self)
    }
  }
}

/// One layer's output during a run.
public struct RecordedLayer: Sendable {
  /// The name asked for: the layer's, or `NAME:linear`.
  public let name: String
  /// The layer's place in the order of execution.
  public let index: Int
  /// `[N, H, W, C]` or `[N, C]`.
  public let output: Tensor
}

/// The recorded layers of one run, in the order of execution.
public struct Activations: Sendable {
  public let layers: [RecordedLayer]

  public init(_ layers: [RecordedLayer]) { self.layers = layers }

  public var names: [String] { layers.map(\.name) }

  /// The output of the layer recorded under that name.
  public subscript(name: String) -> Tensor? { layers.first { $0.name == name }?.output }

  /// The output of the layer recorded under that name; throws ``NetworkError/unknownLayer(_:nearest:)`` when none is.
  public func layer(_ name: String) throws(NetworkError) -> Tensor {
    guard let tensor = self[name] else {
      throw .unknownLayer(name, nearest: nearestNames(to: name, in: names))
    }
    return tensor
  }
}
