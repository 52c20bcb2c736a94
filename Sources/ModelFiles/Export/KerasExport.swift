import Convolution
import NeuralNetwork
import TensorCore
import WeightFiles

/// A network as Keras would describe it: layers of Keras's classes, in Keras's order, with their weights.
///
/// A layer that Keras has in another form is spelt out (explicit padding becomes a `ZeroPadding2D`), and one it does not have
/// is refused by name, unless the tensors alone are wanted. Names keep their letters; what Keras
/// does not allow in them, such as `/`, becomes `_`.
struct KerasExport {
  struct Row {
    let kind: String
    let name: String
    var config: [String: JSONValue]
    let inputs: [String]
    var weights: [(name: String, tensor: Tensor)] = []
  }

  private(set) var rows: [Row] = []
  private(set) var outputs: [String] = []
  let preprocessing: Preprocessing?

  let network: Network
  /// Whether Keras has all layers; else there is no description, and the tensors go by the network's own names.
  let isDescribed: Bool
  private let file: String
  private let shapes: [String: Shape]
  /// Keras's name of each layer's output.
  private var outputNames: [String: String] = [:]
  private var used: Set<String> = []

  /// For a container that holds tensors without the layers.
  init(tensorsOf network: Network, file: String) throws(ModelFileError) {
    do { self = try KerasExport(network, file: file) } catch {
      guard case .damagedDescription = error else { throw error }
      self = try KerasExport(network, file: file, isDescribed: false)
    }
  }

  init(_ network: Network, file: String, isDescribed: Bool = true) throws(ModelFileError) {
    self.network = network
    self.isDescribed = isDescribed
    self.file = file
    preprocessing = network.preprocessing
    let side = network.preprocessing?.height ?? 224
    guard let input = network.graph.inputShape(freeSide: side) else {
      throw .damagedDescription(
        file: file, layer: "", problem: "the network's input has no number of channels")
    }
    do { shapes = try network.graph.shapes(for: input) } catch { throw .network(file: file, error) }
    guard isDescribed else {
      rows = network.graph.layers.map(tensors)
      return
    }
    for layer in network.graph.layers { try add(layer) }
    outputs = network.graph.outputs.compactMap { outputNames[$0] }
    sortAsKerasDoes()
  }

  func unsupported(_ layer: Layer, _ what: String) -> ModelFileError {
    .damagedDescription(
      file: file, layer: layer.name,
      problem: "\(what), for which Keras has no layer; it cannot be written as a Keras model")
  }

  func inputShape(of layer: Layer) -> Shape { layer.inputs.first.flatMap { shapes[$0] } ?? [1, 1, 1, 1] }
  func outputShape(of layer: Layer) -> Shape { shapes[layer.name] ?? [1, 1, 1, 1] }

  /// The operation of the layer that a layer reads.
  func producer(of layer: Layer) -> Layer? { layer.inputs.first.flatMap { network.graph[$0] } }

  func weight(_ role: WeightRole, of layer: Layer) -> Tensor? { network.weights[layer.name]?[role] }

  /// A name that Keras takes and no other layer has.
  private mutating func unique(_ wanted: String) -> String {
    // TensorFlow, on which Keras mostly runs, takes these letters as the name of a scope.
    let plain = String(
      wanted.unicodeScalars.map { scalar in
        scalar.isASCII && (scalar.properties.isAlphabetic || "0123456789_.-".unicodeScalars.contains(scalar))
          ? Character(scalar) : "_"
      })
    var name = plain.first.map { $0.isLetter || $0.isNumber } == true ? plain : "layer" + plain
    var number = 1
    while !used.insert(name).inserted {
      name = "\(plain)_\(number)"
      number += 1
    }
    return name
  }

  /// The layer's tensors alone, in Keras's layout where Keras has such a layer.
  private func tensors(of layer: Layer) -> Row {
    var row = Row(kind: "", name: layer.name, config: [:], inputs: [])
    let own = (network.weights[layer.name] ?? [:]).sorted { $0.key.rawValue < $1.key.rawValue }
    do { row.weights = try kerasSteps(of: layer).flatMap(\.weights) } catch {
      row.weights = own.map { (name: $0.key.rawValue, tensor: $0.value) }
    }
    return row
  }

  private mutating func add(_ layer: Layer) throws(ModelFileError) {
    var inputs = layer.inputs.compactMap { outputNames[$0] }
    for step in try kerasSteps(of: layer) {
      let name = unique(layer.name + step.suffix)
      var row = Row(kind: step.kind, name: name, config: step.config, inputs: inputs)
      row.config["name"] = .text(name)
      row.config["trainable"] = .truth(true)
      row.weights = step.weights
      rows.append(row)
      inputs = [name]
    }
    outputNames[layer.name] = inputs.first
  }

  /// Far ones from the output first, equals as a walk from the outputs meets them: on it matching by position rests.
  private mutating func sortAsKerasDoes() {
    let byName = Dictionary(rows.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    var met: [String: Int] = [:]
    // Depth first, a layer after all that it reads; the order in which Keras builds its list of operations.
    for output in outputs {
      var path: [(name: String, next: Int)] = [(output, 0)]
      while let (name, next) = path.last {
        let inputs = byName[name]?.inputs ?? []
        if met[name] == nil { met[name] = met.count }
        if next < inputs.count {
          path[path.count - 1].next += 1
          if met[inputs[next]] == nil { path.append((inputs[next], 0)) }
        } else {
          path.removeLast()
        }
      }
    }
    var distance: [String: Int] = [:]
    for row in rows.reversed() {
      for input in row.inputs {
        distance[input] = max(distance[input, default: 0], distance[row.name, default: 0] + 1)
      }
    }
    rows = rows.filter { met[$0.name] != nil }.sorted {
      let (a, b) = (distance[$0.name, default: 0], distance[$1.name, default: 0])
      return a == b ? met[$0.name, default: 0] < met[$1.name, default: 0] : a > b
    }
  }
}
