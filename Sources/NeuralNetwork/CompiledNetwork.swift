import Convolution
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
  init(steps: [Step], records: [Int: [Record]], names: [String]) {
    let runs = steps.needed(for: Set(records.keys))
    var prepared = zip(steps, runs).map { step, runs in runs ? step.prepared() : step }
    prepared.shelveWeights()
    self.steps = prepared
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
      if case .input(let name) = step.computation {
        load(inputs[name], named: name, at: index, into: arena)
      } else {
        run(index, in: arena)
      }
      for record in records[index] ?? [] {
        try body(
          RecordedLayer(name: record.name, index: record.layer, output: value(of: index, in: arena)))
      }
    }
  }

  private func load(_ tensor: Tensor?, named name: String, at index: Int, into arena: TensorStorage) {
    let shape = steps[index].shape
    guard let tensor, tensor.shape == shape else {
      preconditionFailure(
        "input '\(name)' is \(tensor.map { "\($0.shape)" } ?? "missing"), compiled for \(shape)")
    }
    let target = pixels(of: index, in: arena).start
    tensor.withPointer { source in
      // By all threads, which are then awake for the first layer.
      parallelFor(shape.count, grain: 16_384) {
        (target + $0.lowerBound).update(from: source + $0.lowerBound, count: $0.count)
      }
    }
  }

  /// Puts the same input into all that are read.
  func load(_ x: Tensor, into arena: TensorStorage) {
    for (index, step) in steps.enumerated() where runs[index] {
      if case .input(let name) = step.computation { load(x, named: name, at: index, into: arena) }
    }
  }

  /// Computes one value whose inputs are there.
  func run(_ index: Int, in arena: TensorStorage) {
    let step = steps[index]
    var first = 0
    let sources = step.inputs.map { input in
      defer { first += steps[input].channels }
      return Source(
        pixels: Pixels(pixels(of: input, in: arena)), shape: steps[input].shape,
        isInPlace: plan.slices.isInPlace(input, of: index, channel: first)
          || plan.slices.parent[index] == input)
    }
    step.run(
      reading: sources, into: pixels(of: index, in: arena), positions: positions(of: index, in: arena))
  }

  private func pixels(of index: Int, in arena: TensorStorage) -> MutablePixels {
    MutablePixels(arena.base + (plan.offsets[index] ?? 0), stride: plan.slices.stride[index])
  }

  /// A copy of a value, its pixels side by side.
  private func value(of index: Int, in arena: TensorStorage) -> Tensor {
    let (step, source) = (steps[index], pixels(of: index, in: arena))
    return Tensor(shape: step.shape) { target in
      guard let base = target.baseAddress else { return }
      guard source.stride != step.channels else {
        return base.update(from: source.start, count: target.count)
      }
      for pixel in 0..<step.pixels {
        (base + pixel * step.channels).update(
          from: source.start + pixel * source.stride, count: step.channels)
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
