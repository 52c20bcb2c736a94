public import NeuralNetwork
public import SystemPackage
import TensorCore
import WeightFiles

/// A container that networks are written to.
public enum NetworkFormat: String, Sendable, Hashable, CaseIterable {
  /// A full Keras model in HDF5, as `model.save("x.h5")` writes it.
  case h5
  /// Weights only, as `save_weights("x.weights.h5")` writes them.
  case weightsH5 = "weights.h5"
  /// A Keras 3 archive.
  case keras
  /// F32 tensors in Keras's layout, with the description of the layers among the metadata.
  case safetensors
  /// Tensors in Keras's layout, `layer/kernel`.
  case npz

  /// The format a file's suffix stands for; `nil` for any other.
  public init?(path: FilePath) {
    let name = (path.lastComponent?.string ?? "").lowercased()
    let found = [Self.weightsH5, .h5, .keras, .safetensors, .npz].first { name.hasSuffix("." + $0.rawValue) }
    guard let found = found ?? (name.hasSuffix(".hdf5") ? .h5 : nil) else { return nil }
    self = found
  }
}

extension Network {
  /// Writes the network so that Keras (or a reader of safetensors or npz) loads it and predicts the same.
  ///
  /// Kernels are `[H, W, I, O]`, dense ones `[I, O]`. The file appears whole or not at all. The preprocessing record travels
  /// along in `.h5`, `.weights.h5`, `.keras` and `.safetensors`.
  /// Of a network with a layer that Keras does not have, `.safetensors` and `.npz` hold the tensors alone, under the layers' own
  /// names; the others throw ``ModelFileError``, as when the file cannot be written.
  public func write(to path: FilePath, as format: NetworkFormat) throws(ModelFileError) {
    let holdsTensorsAlone = format == .safetensors || format == .npz
    let export =
      holdsTensorsAlone
      ? try KerasExport(tensorsOf: self, file: path.string) : try KerasExport(self, file: path.string)
    do {
      switch format {
      case .h5: try export.legacy.write(to: path)
      case .weightsH5: try export.variables(attributes: true).write(to: path)
      case .keras:
        try KerasArchive.write(
          config: export.description.serialised, metadata: export.archiveMetadata.serialised,
          weights: export.variables(attributes: false), to: path)
      case .safetensors:
        var metadata = ["format": "keras", "layout": "HWIO", "keras_version": KerasExport.version]
        if export.isDescribed { metadata["model_config"] = export.description.serialised }
        metadata[PreprocessingText.key] = preprocessing.map { PreprocessingText.json($0).serialised }
        try SafetensorsFile.write(export.namedTensors, metadata: metadata, to: path)
      case .npz:
        var archive = try NpzWriter(path)
        for (name, tensor) in export.namedTensors { try archive.add(tensor, named: name) }
        try archive.finish()
      }
    } catch { throw .weights(error) }
  }
}

extension KerasExport {
  /// The Keras whose formats these are.
  static let version = "3.9.0"

  /// `model_config`: a Functional model.
  var description: JSONValue {
    func reference(_ name: String) -> JSONValue { .list([.text(name), .number(0), .number(0)]) }
    let layers = rows.map { row -> JSONValue in
      let node = row.inputs.map { input -> JSONValue in
        .list([.text(input), .number(0), .number(0), .object([:])])
      }
      return .object([
        "module": .text("keras.layers"), "class_name": .text(row.kind), "config": .object(row.config),
        "registered_name": .null, "name": .text(row.name),
        "inbound_nodes": .list(node.isEmpty ? [] : [.list(node)]),
      ])
    }
    let inputs = rows.filter { $0.kind == "InputLayer" }.map { reference($0.name) }
    return .object([
      "module": .text("keras.src.models.functional"), "class_name": .text("Functional"),
      "registered_name": .text("Functional"),
      "config": .object([
        "name": .text("network"), "trainable": .truth(true), "layers": .list(layers),
        "input_layers": .list(inputs), "output_layers": .list(outputs.map(reference)),
      ]),
    ])
  }

  var archiveMetadata: JSONValue {
    var members: [String: JSONValue] = ["keras_version": .text(Self.version)]
    if let preprocessing { members[PreprocessingText.key] = PreprocessingText.json(preprocessing) }
    return .object(members)
  }

  /// `layer/kernel` and the like, in Keras's order.
  var namedTensors: [(name: String, tensor: Tensor)] {
    rows.flatMap { row in row.weights.map { (name: row.name + "/" + $0.name, tensor: $0.tensor) } }
  }

  /// A full model in the legacy layout: `model_config` and a group a layer in `model_weights`.
  var legacy: HDF5Content {
    var content = HDF5Content()
    content.items.append(.text(description.serialised, of: "", named: "model_config"))
    let root = "model_weights"
    content.items.append(.group(root))
    for owner in ["", root] {
      content.items.append(.text(Self.version, of: owner, named: "keras_version"))
      content.items.append(.text("tensorflow", of: owner, named: "backend"))
    }
    if let preprocessing {
      content.items.append(
        .text(PreprocessingText.json(preprocessing).serialised, of: "", named: PreprocessingText.key))
    }
    content.items.append(.texts(rows.map(\.name), of: root, named: "layer_names"))
    for row in rows {
      let group = root + "/" + row.name
      content.items.append(.group(group))
      content.items.append(
        .texts(row.weights.map { "\(row.name)/\($0.name)" }, of: group, named: "weight_names"))
      for weight in row.weights {
        content.items.append(.tensor(weight.tensor, at: "\(group)/\(row.name)/\(weight.name)"))
      }
    }
    return content
  }

  /// Keras 3's layout: `layers/conv2d_1/vars/0`, groups named after classes.
  func variables(attributes: Bool) -> HDF5Content {
    var content = HDF5Content()
    content.items.append(.group("layers"))
    if attributes, let preprocessing {
      content.items.append(
        .text(PreprocessingText.json(preprocessing).serialised, of: "", named: PreprocessingText.key))
    }
    content.items.append(.group("vars"))
    var counts: [String: Int] = [:]
    for row in rows {
      let kind = row.kind.snakeCase
      let count = counts[kind, default: 0]
      counts[kind] = count + 1
      let group = "layers/" + kind + (count == 0 ? "" : "_\(count)")
      content.items.append(.group(group + "/vars"))
      content.items.append(.text(row.name, of: group + "/vars", named: "name"))
      for (index, weight) in row.weights.enumerated() {
        content.items.append(.tensor(weight.tensor, at: "\(group)/vars/\(index)"))
      }
    }
    return content
  }
}
