import NeuralNetwork
import TensorCore
import WeightFiles

/// Finds each layer's weights in a legacy Keras file.
struct KerasMatching {
  let weights: KerasWeights
  /// What each flattened layer needs, in Keras's order.
  let needs: [String: [WeightNeed]]

  init(_ weights: KerasWeights, for graph: Graph) throws(ModelFileError) {
    self.weights = weights
    needs = try graph.weightNeeds(file: weights.fileName)
  }

  typealias Found = [String: [WeightRole: Tensor]]

  /// For a model the file describes itself: member by member.
  func found(for model: KerasModel) throws(ModelFileError) -> Found {
    let members = model.members.filter { !needed($0).isEmpty }
    let groups = weights.groups
    // The description and the weights were saved together, so the names agree; by position only if they do not.
    let byName = Dictionary(groups.map { ($0.name, $0) }) { first, _ in first }
    var result: Found = [:]
    if members.allSatisfy({ byName[$0.name] != nil }) {
      for member in members {
        if let group = byName[member.name] { try take(group, for: member, into: &result) }
      }
    } else {
      try requireEqualCount(members.map { ($0.name, needed($0)) })
      for (member, group) in zip(members, groups) { try take(group, for: member, into: &result) }
    }
    for (name, copies) in model.copies { for copy in copies { result[copy] = result[name] } }
    return result
  }

  /// For a named architecture: by position among the layers with weights, or by name where every name is there.
  func found(inOrder layers: [String]) throws(ModelFileError) -> Found {
    let layers = layers.filter { needs[$0]?.isEmpty == false }
    let groups = weights.groups
    let byName = Dictionary(groups.map { ($0.name, $0) }) { first, _ in first }
    var result: Found = [:]
    if layers.allSatisfy({ byName[$0] != nil }) {
      for layer in layers { if let group = byName[layer] { try take(group, for: layer, into: &result) } }
      return result
    }
    try requireEqualCount(layers.map { ($0, needs[$0] ?? []) })
    for (layer, group) in zip(layers, groups) { try take(group, for: layer, into: &result) }
    return result
  }

  private func take(_ group: KerasWeightGroup, for layer: String, into result: inout Found)
    throws(ModelFileError)
  {
    let needs = needs[layer] ?? []
    for (need, tensor) in zip(needs, try weights.weights(of: group, for: needs)) {
      result[need.layer, default: [:]][need.role] = tensor
    }
  }

  private func take(_ group: KerasWeightGroup, for member: KerasModel.Member, into result: inout Found)
    throws(ModelFileError)
  {
    if case .layer(let layer) = member.content { return try take(group, for: layer, into: &result) }
    let all = needed(member)
    if let named = try byName(group, all) {
      for (need, tensor) in zip(all, named) { result[need.layer, default: [:]][need.role] = tensor }
      return
    }
    // Keras lists what is trained first, then what is not, each in the order of the layers.
    let ordered = all.filter { !$0.role.isStatistic } + all.filter { $0.role.isStatistic }
    for (need, tensor) in zip(ordered, try weights.weights(of: group, for: ordered)) {
      result[need.layer, default: [:]][need.role] = tensor
    }
  }

  /// The weights of a nested model by the names the file gives them (`.../conv1/kernel:0`), when those say it all.
  private func byName(_ group: KerasWeightGroup, _ needs: [WeightNeed]) throws(ModelFileError) -> [Tensor]? {
    guard group.names.count == needs.count else { return nil }
    var paths: [String: String] = [:]
    for (name, path) in zip(group.names, group.paths) {
      let parts = name.split(separator: "/").map(String.init)
      guard let last = parts.last, parts.count > 1 else { return nil }
      let weight = String(last.prefix { $0 != ":" })
      guard paths.updateValue(path, forKey: parts[parts.count - 2] + "/" + weight) == nil else { return nil }
    }
    var tensors: [Tensor] = []
    for need in needs {
      let layer = need.layer.split(separator: "/").last.map(String.init) ?? need.layer
      let path = need.role.kerasNames.lazy.compactMap { paths[layer + "/" + $0] }.first
      guard let path, let tensor = try weights.tensor(path, for: need) else { return nil }
      tensors.append(tensor)
    }
    return tensors
  }

  /// What a member needs, nested layers in order.
  private func needed(_ member: KerasModel.Member) -> [WeightNeed] {
    switch member.content {
    case .layer(let layer): needs[layer] ?? []
    case .model(let members): members.flatMap(needed)
    }
  }

  private func requireEqualCount(_ expected: [(name: String, needs: [WeightNeed])]) throws(ModelFileError) {
    let groups = weights.groups
    guard expected.count != groups.count else { return }
    var difference = "the last layer both have is '\(expected.last?.name ?? "none")'"
    for (layer, group) in zip(expected, groups) {
      let found = try weights.shapes(of: group)
      if found != layer.needs.map(\.shape) {
        let needed = layer.needs.map(\.shape.description).joined(separator: " ")
        let held = found.map(\.description).joined(separator: " ")
        difference =
          "they differ first at layer '\(layer.name)' (\(needed)), where the file has '\(group.name)' (\(held))"
        break
      }
    }
    throw .layerCount(
      file: weights.fileName, expected: expected.count, found: groups.count, firstDifference: difference)
  }
}

extension Graph {
  /// What every layer needs, by its name, in Keras's order.
  func weightNeeds(file: String) throws(ModelFileError) -> [String: [WeightNeed]] {
    let shapes: [WeightShape]
    do { shapes = try weightShapes() } catch { throw .network(file: file, error) }
    var needs: [String: [WeightNeed]] = [:]
    for shape in shapes {
      needs[shape.layer, default: []].append(
        WeightNeed(layer: shape.layer, role: shape.role, shape: shape.shape))
    }
    return needs
  }
}

extension WeightRole {
  /// Kept by running averages, not trained.
  var isStatistic: Bool { self == .movingMean || self == .movingVariance }

  /// How Keras calls such a weight.
  var kerasNames: [String] {
    switch self {
    case .kernel: ["kernel", "depthwise_kernel"]
    case .pointwiseKernel: ["pointwise_kernel"]
    case .bias: ["bias"]
    case .gamma: ["gamma"]
    case .beta: ["beta"]
    case .movingMean: ["moving_mean", "running_mean", "mean"]
    case .movingVariance: ["moving_variance", "running_std", "running_variance", "variance"]
    case .slope: ["alpha"]
    case .value: ["value"]
    }
  }
}
