import NeuralNetwork
import TensorCore
import WeightFiles

/// Finds each layer's weights in Keras 3's `.weights.h5`: groups named after classes, `layers/conv2d_1/vars/0`.
struct KerasVariables {
  let file: HDF5File
  let fileName: String
  let needs: [String: [WeightNeed]]

  /// Whether a file is laid out so.
  static func areIn(_ file: HDF5File) -> Bool {
    file.texts("layer_names") == nil && !file.hasGroup("model_weights")
      && file.groupNames.contains { name in
        name == "layers" || name.hasPrefix("layers\\") || name.hasPrefix("_layer_checkpoint_dependencies")
      }
  }

  typealias Found = [String: [WeightRole: Tensor]]

  func found(for model: KerasModel) throws(ModelFileError) -> Found {
    var result: Found = [:]
    try take(model.members, in: "", into: &result)
    for (name, copies) in model.copies { for copy in copies { result[copy] = result[name] } }
    return result
  }

  /// For a named architecture: by the names of layers where the file has them, else by class and number.
  func found(for graph: Graph) throws(ModelFileError) -> Found {
    let members = graph.layers.compactMap { layer in
      layer.operation.kerasClass.map {
        KerasModel.Member(name: layer.name, kind: $0, isTrainable: true, content: .layer(layer.name))
      }
    }
    var result: Found = [:]
    try take(members, in: "", into: &result)
    return result
  }

  private func take(_ members: [KerasModel.Member], in group: String, into result: inout Found)
    throws(ModelFileError)
  {
    // Written on Windows, the separator within `layers\conv2d` is a backslash; Keras 2.13 had another name for `layers`.
    let start = group.isEmpty ? "" : group + "/"
    let prefix =
      ["layers/", "layers\\", "_layer_checkpoint_dependencies/", "_layer_checkpoint_dependencies\\"]
      .map { start + $0 }.first { candidate in file.groupNames.contains { $0.hasPrefix(candidate) } } ?? start
      + "layers/"
    let named = namedGroups(under: prefix)
    var counts: [String: Int] = [:]
    for member in members {
      let kind = member.kind.snakeCase
      let count = counts[kind, default: 0]
      counts[kind] = count + 1
      let path = named[member.name] ?? prefix + kind + (count == 0 ? "" : "_\(count)")
      switch member.content {
      case .model(let inner): try take(inner, in: path, into: &result)
      case .layer(let layer):
        let needs = needs[layer] ?? []
        guard !needs.isEmpty else { continue }
        try take(needs, for: layer, in: path, into: &result)
      }
    }
  }

  private func take(_ needs: [WeightNeed], for layer: String, in path: String, into result: inout Found)
    throws(ModelFileError)
  {
    var shapes: [Shape] = []
    while let shape = file.shape(of: "\(path)/vars/\(shapes.count)") { shapes.append(shape) }
    // A layer that adapts to data also counts what it has seen.
    if needs.last?.role.isStatistic == true, shapes.count == needs.count + 1, shapes.last == [] {
      shapes.removeLast()
    }
    guard shapes == needs.map(\.shape) else {
      throw .weightShapes(
        file: fileName, layer: layer, group: path, expected: needs.map(\.shape), found: shapes)
    }
    for (index, need) in needs.enumerated() {
      do { result[need.layer, default: [:]][need.role] = try file.tensor("\(path)/vars/\(index)") } catch {
        throw .weights(error)
      }
    }
  }

  /// The groups that say which layer they belong to (since Keras 3.6), by that layer's name.
  private func namedGroups(under prefix: String) -> [String: String] {
    var named: [String: String] = [:]
    for path in file.groupNames where path.hasPrefix(prefix) && path.hasSuffix("/vars") {
      let group = String(path.dropLast(5))
      guard !group.dropFirst(prefix.count).contains("/"), let name = file.texts("name", of: path)?.first
      else {
        continue
      }
      named[name] = group
    }
    return named
  }
}

extension NeuralNetwork.Operation {
  /// The class of Keras's that has such weights; `nil` for layers without.
  fileprivate var kerasClass: String? {
    switch self {
    case .convolution: "Conv2D"
    case .transposedConvolution: "Conv2DTranspose"
    case .depthwiseConvolution: "DepthwiseConv2D"
    case .separableConvolution: "SeparableConv2D"
    case .dense: "Dense"
    case .batchNormalization: "BatchNormalization"
    case .activation(.parametricRelu): "PReLU"
    default: nil
    }
  }
}

extension String {
  /// Keras's `to_snake_case`: `BatchNormalization` is `batch_normalization`, `Conv2D` is `conv2d`, `ReLU` is `re_lu`.
  var snakeCase: String {
    let letters = Array(self)
    var result = ""
    for (index, letter) in letters.enumerated() {
      if letter.isUppercase, index > 0 {
        let before = letters[index - 1]
        let after = index + 1 < letters.count ? letters[index + 1] : " "
        if before.isLowercase || (before.isUppercase && after.isLowercase) { result += "_" }
      }
      result += letter.lowercased()
    }
    return result
  }
}
