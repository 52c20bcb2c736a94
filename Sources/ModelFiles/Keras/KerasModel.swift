import NeuralNetwork
import WeightFiles

/// A model as Keras describes it (`model_config`, `config.json`), flattened: nested models are spelt out, their layers
/// named `outer/inner`; a layer that is called several times becomes several layers that share weights.
struct KerasModel {
  private(set) var layers: [Layer] = []
  private(set) var outputs: [String] = []
  /// The tree of what has weights, in the order of `model.layers`.
  private(set) var members: [Member] = []
  /// The further names of layers that are called more than once.
  private(set) var copies: [String: [String]] = [:]

  /// A layer of the model, or a model inside it, by the names it has in the files of weights.
  struct Member {
    /// The layer's own name, as `layer_names` has it.
    let name: String
    /// Its class, from which `.weights.h5` derives the name of its group.
    let kind: String
    let isTrainable: Bool
    /// The flattened layer it is; for a nested model, its members.
    let content: Content

    enum Content {
      case layer(String)
      case model([Member])
    }
  }

  private let file: String

  /// Models that call models that call models grow fast.
  private static let mostLayers = 100_000

  init(_ config: String, file: String) throws(ModelFileError) {
    self.file = file
    let document: JSONValue
    do { document = try JSONValue(parsing: config) } catch {
      throw .damagedDescription(
        file: file, layer: "",
        problem: "its model_config is no JSON: \(error.problem) (character \(error.offset))")
    }
    let model = try Description(document, file: file)
    members = try flatten(model, prefix: "", first: "", feeding: nil)
    outputs = try model.outputs().map { (reference) throws(ModelFileError) in
      try name(of: reference, in: model, prefix: "")
    }
  }

  private func damaged(_ layer: String, _ problem: String) -> ModelFileError {
    .damagedDescription(file: file, layer: layer, problem: problem)
  }

  /// Appends a model's layers; `feeding` names what feeds its inputs when it stands inside another one, and `first` is
  /// the prefix its layers had when it was called first.
  private mutating func flatten(_ model: Description, prefix: String, first: String, feeding: [String]?)
    throws(ModelFileError) -> [Member]
  {
    var members: [Member] = []
    for item in model.items {
      // An input is there once, without a call; a layer that nobody calls is not part of the model.
      let calls = item.isInput ? [[]] : item.calls
      var content: Member.Content?
      for (index, references) in calls.enumerated() {
        let own = prefix + item.name + (index == 0 ? "" : "@\(index)")
        let inputs = try references.map { (reference) throws(ModelFileError) in
          try name(of: reference, in: model, prefix: prefix)
        }
        if let nested = item.model {
          let inner = try flatten(nested, prefix: own + "/", first: first + item.name + "/", feeding: inputs)
          if content == nil { content = .model(inner) }
          continue
        }
        guard layers.count < Self.mostLayers else {
          throw damaged(own, "there are more than \(Self.mostLayers) layers")
        }
        if item.isInput, let feeding {
          guard let place = model.inputIndex(of: item.name), feeding.indices.contains(place) else {
            throw damaged(own, "nothing feeds this input of a nested model")
          }
          layers.append(Layer(own, .identity, from: feeding[place]))
        } else {
          layers.append(Layer(own, try item.settings.operation(), from: inputs))
        }
        if index == 0 { content = .layer(own) }
        if own != first + item.name { copies[first + item.name, default: []].append(own) }
      }
      guard let content else { continue }
      members.append(
        Member(name: item.name, kind: item.settings.kind, isTrainable: item.isTrainable, content: content))
    }
    return members
  }

  /// The flattened name of a layer's output.
  private func name(of reference: Reference, in model: Description, prefix: String) throws(ModelFileError)
    -> String
  {
    guard let item = model.item(reference.layer) else {
      throw damaged(prefix + reference.layer, "is read by another layer but is not there")
    }
    let own = prefix + item.name + (reference.call == 0 ? "" : "@\(reference.call)")
    guard let nested = item.model else {
      guard reference.output == 0 else {
        throw damaged(own, "has only one output, number \(reference.output) is read")
      }
      return own
    }
    let outputs = try nested.outputs()
    guard outputs.indices.contains(reference.output) else {
      throw damaged(own, "has \(outputs.count) outputs, number \(reference.output) is read")
    }
    return try name(of: outputs[reference.output], in: nested, prefix: own + "/")
  }
}

/// One tensor of a model: the output of a call of a layer.
private struct Reference {
  let layer: String
  let call: Int
  let output: Int

  /// `["conv1", 0, 0, {}]`; `nil` for anything else.
  init?(_ value: JSONValue) {
    guard let list = value.list, (3...4).contains(list.count), let layer = list[0].text,
      let call = list[1].integer,
      let output = list[2].integer, call >= 0, output >= 0
    else { return nil }
    self.init(layer: layer, call: call, output: output)
  }

  init(layer: String, call: Int = 0, output: Int = 0) {
    self.layer = layer
    self.call = call
    self.output = output
  }

  /// All references in a value, in order: Keras 2's nested lists, Keras 3's `__keras_tensor__` objects.
  static func all(in value: JSONValue) -> [Reference] {
    if let one = Reference(value) { return [one] }
    switch value {
    case .list(let list): return list.flatMap(all)
    case .object(let object):
      if object["class_name"]?.text == "__keras_tensor__" {
        return (object["config"]?["keras_history"]).flatMap(Reference.init).map { [$0] } ?? []
      }
      if let arguments = object["args"] {
        let named = object["kwargs"]?.object ?? [:]
        return all(in: arguments) + named.sorted { $0.key < $1.key }.flatMap { all(in: $0.value) }
      }
      return []
    default: return []
    }
  }
}

/// A Sequential or Functional model as its JSON lists it, not yet flattened.
private struct Description {
  struct Item {
    let name: String
    let settings: KerasSettings
    let isTrainable: Bool
    /// What each call of the layer reads.
    var calls: [[Reference]]
    /// The model it is, when it is one.
    let model: Description?

    var isInput: Bool { settings.kind == "InputLayer" }
  }

  private(set) var items: [Item] = []
  let isSequential: Bool
  private let file: String
  private var position: [String: Int] = [:]
  private var inputs: [Reference] = []
  private var outputReferences: [Reference] = []

  static let classes: Set<String> = ["Sequential", "Model", "Functional"]

  init(_ document: JSONValue, file: String) throws(ModelFileError) {
    self.file = file
    let kind = document["class_name"]?.text ?? "(no class)"
    guard Self.classes.contains(kind), let config = document["config"] else {
      throw .unsupportedLayer(file: file, layer: document["config"]?["name"]?.text ?? "the model", kind: kind)
    }
    isSequential = kind == "Sequential"
    // Keras before 2.2.3 put a Sequential's layers there directly.
    guard let list = config.list ?? config["layers"]?.list else {
      throw .damagedDescription(file: file, layer: "", problem: "its model_config lists no layers")
    }
    for (index, value) in list.enumerated() {
      let config = value["config"] ?? .object([:])
      let name = config["name"]?.text ?? value["name"]?.text ?? "layer_\(index)"
      let kind = value["class_name"]?.text ?? "(no class)"
      let calls = (value["inbound_nodes"]?.list ?? []).map(Reference.all)
      let settings = KerasSettings(
        file: file, layer: name, kind: kind, config: config, operands: KerasOperands(of: value))
      let model = Self.classes.contains(kind) ? try Description(value, file: file) : nil
      try append(
        Item(
          name: name, settings: settings, isTrainable: config["trainable"]?.truth ?? true, calls: calls,
          model: model))
    }
    if isSequential {
      try chain(config)
    } else {
      inputs = Reference.all(in: config["input_layers"] ?? .null)
      outputReferences = Reference.all(in: config["output_layers"] ?? .null)
      guard !outputReferences.isEmpty else {
        throw .damagedDescription(file: file, layer: "", problem: "its model_config names no output_layers")
      }
    }
  }

  private mutating func append(_ item: Item) throws(ModelFileError) {
    guard position.updateValue(items.count, forKey: item.name) == nil else {
      throw .damagedDescription(file: file, layer: item.name, problem: "is there twice")
    }
    items.append(item)
  }

  /// A Sequential's layers each read the one before; an input goes first where the file leaves it out.
  private mutating func chain(_ config: JSONValue) throws(ModelFileError) {
    guard let first = items.first else {
      throw .damagedDescription(file: file, layer: "", problem: "its model_config lists no layers")
    }
    if !first.isInput {
      var shape: [String: JSONValue] = [:]
      if first.settings.declaresInput, case .object(let object) = first.settings.config {
        shape = object.filter { ["batch_shape", "batch_input_shape", "input_dim"].contains($0.key) }
      } else if let built = config["build_input_shape"] ?? config["batch_input_shape"] {
        shape = ["batch_shape": built]
      } else if let inner = first.model, let input = inner.items.first, input.isInput,
        case .object(let object) = input.settings.config
      {
        shape = object
      }
      let name = first.name + "_input"
      let settings = KerasSettings(file: file, layer: name, kind: "InputLayer", config: .object(shape))
      items.insert(Item(name: name, settings: settings, isTrainable: true, calls: [], model: nil), at: 0)
      position = [:]
      for (index, item) in items.enumerated() { position[item.name] = index }
    }
    for index in items.indices.dropFirst() {
      items[index].calls = [[Reference(layer: items[index - 1].name)]]
    }
    inputs = [Reference(layer: items[0].name)]
    outputReferences = items.last.map { [Reference(layer: $0.name)] } ?? []
  }

  func item(_ name: String) -> Item? { position[name].map { items[$0] } }

  func outputs() throws(ModelFileError) -> [Reference] { outputReferences }

  /// The place of an input layer among the model's inputs.
  func inputIndex(of name: String) -> Int? { inputs.firstIndex { $0.layer == name } }
}
