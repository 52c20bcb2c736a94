import TensorCore

/// The layers of a network and how they feed one another, checked: names are unique, inputs exist, nothing runs in circles.
///
/// ```swift
/// let graph = try Graph([
///   Layer("input", .input(InputShape(height: 28, width: 28, channels: 1))),
///   Layer("conv", .convolution(.init(filters: 8, kernelSize: 3)), from: "input"),
///   Layer("pool", .globalPooling(.average, keepsAxes: false), from: "conv"),
/// ])
/// ```
public struct Graph: Sendable, Hashable {
  /// Every layer after the layers it reads: the order given where that holds already, else the nearest such order.
  public let layers: [Layer]
  /// The names of the layers that are the network's result.
  public let outputs: [String]

  let position: [String: Int]

  /// A checked graph.
  ///
  /// Without `outputs`, the layers that no other layer reads are the result.
  ///
  /// - Throws: ``NetworkError`` for duplicate names, unknown inputs or outputs, a wrong number of inputs, parameters no layer
  ///   can have (a stride of 0), circles.
  public init(_ layers: [Layer], outputs: [String]? = nil) throws(NetworkError) {
    guard !layers.isEmpty else { throw .noLayers }
    var given: [String: Int] = [:]
    for (index, layer) in layers.enumerated() {
      guard given.updateValue(index, forKey: layer.name) == nil else { throw .duplicateLayer(layer.name) }
    }
    for layer in layers {
      try layer.validate()
      for input in layer.dependencies where given[input] == nil {
        throw .unknownInput(
          layer: layer.name, input: input, nearest: nearestNames(to: input, in: layers.map(\.name)))
      }
    }
    let ordered = try Self.sorted(layers, given)
    let read = Set(layers.flatMap(\.inputs))
    let outputs = outputs ?? ordered.map(\.name).filter { !read.contains($0) }
    for output in outputs where given[output] == nil {
      throw .unknownLayer(output, nearest: nearestNames(to: output, in: layers.map(\.name)))
    }
    self.layers = ordered
    self.outputs = outputs
    position = Dictionary(
      ordered.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The layer of that name.
  public subscript(name: String) -> Layer? { position[name].map { layers[$0] } }

  /// The place of a layer in the order of execution, from 0.
  public func index(of name: String) throws(NetworkError) -> Int {
    guard let index = position[name] else {
      throw .unknownLayer(name, nearest: nearestNames(to: name, in: layers.map(\.name)))
    }
    return index
  }

  /// The layers where pictures enter.
  public var inputLayers: [Layer] {
    layers.filter { if case .input = $0.operation { true } else { false } }
  }

  /// Each layer as early as its inputs allow, otherwise in the order given.
  private static func sorted(_ layers: [Layer], _ given: [String: Int]) throws(NetworkError) -> [Layer] {
    var order: [Layer] = []
    var placed = [Bool](repeating: false, count: layers.count)
    // Depth first without recursion: a file may hold a chain of any length.
    for start in layers.indices where !placed[start] {
      var path = [start]
      var onPath: Set<Int> = [start]
      while let current = path.last {
        let open = layers[current].dependencies.lazy.compactMap { given[$0] }.first { !placed[$0] }
        if let open {
          guard onPath.insert(open).inserted else {
            let circle = path.drop { $0 != open }
            throw .cycle(through: circle.map { layers[$0].name })
          }
          path.append(open)
        } else {
          placed[current] = true
          order.append(layers[current])
          onPath.remove(current)
          path.removeLast()
        }
      }
    }
    return order
  }
}

extension Layer {
  /// The layers that must have run before this one.
  var dependencies: [String] {
    if case .maxUnpooling(let pooling) = operation { inputs + [pooling] } else { inputs }
  }
}
