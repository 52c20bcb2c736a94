import NeuralNetwork
import TensorCore
import WeightFiles

/// Gives the tensors of a file without a network (PyTorch, safetensors, npz, a dictionary of arrays) to the layers of a
/// graph, by name, or by position where the graph is a chain and no other order is possible.
struct NamedMatching {
  let file: WeightFile
  let graph: Graph
  /// The weights, and the graph with what is flattened counted as the file counts it.
  private(set) var weights: [String: [WeightRole: Tensor]] = [:]
  private(set) var countedGraph: Graph
  /// Whether the names of the file are those of the layers.
  private(set) var namesAgree = true
  private(set) var layout = StoredLayout.outputsFirst
  /// What of the file is not used: auxiliary classifiers.
  let ignored: [String]

  private let needs: [String: [WeightNeed]]
  private let fileName: String
  /// The layer whose weights a further call of it shares.
  private let originals: [String: String]

  init(_ file: WeightFile, for graph: Graph, architecture: String? = nil, copies: [String: [String]] = [:])
    throws(ModelFileError)
  {
    self.file = file
    self.graph = graph
    fileName = file.path.string
    var originals: [String: String] = [:]
    for (original, names) in copies { for name in names { originals[name] = original } }
    self.originals = originals
    countedGraph = graph
    needs = try graph.weightNeeds(file: fileName)
    let groups = WeightGroups(file)
    ignored = groups.ignored
    let pairs = try pairs(groups, architecture)
    layout = layout(of: pairs)
    for (layer, group) in pairs { weights[layer] = try taken(group, for: layer, layout: layout) }
    try recount(layout)
  }

  // MARK: which group is which layer

  private var layers: [String] { graph.layers.map(\.name).filter { needs[$0]?.isEmpty == false } }

  private mutating func pairs(_ found: WeightGroups, _ architecture: String?) throws(ModelFileError)
    -> [(String, WeightGroups.Group)]
  {
    let layers = layers
    if let pairs = byName(found.groups, layers) { return try whole(pairs, of: found) }
    if let flat = byName(found.renamed(Self.plain), layers, Self.plain) { return try whole(flat, of: found) }
    namesAgree = false
    if let architecture,
      let renaming = TorchvisionNames.renaming(for: architecture, found.groups.map(\.name)),
      let pairs = byName(found.renamed(renaming), layers)
    {
      return try whole(pairs, of: found)
    }
    return try byPosition(found, layers)
  }

  /// A name without what frameworks disagree in.
  private static func plain(_ name: String) -> String {
    String(name.map { $0 == "." || $0 == "/" || $0 == "-" ? "_" : $0 }).lowercased()
  }

  private func byName(
    _ groups: [WeightGroups.Group], _ layers: [String], _ key: (String) -> String = { $0 }
  ) -> [(String, WeightGroups.Group)]? {
    let known = Dictionary(groups.map { ($0.name, $0) }) { first, _ in first }
    var pairs: [(String, WeightGroups.Group)] = []
    for layer in layers {
      guard let group = known[key(originals[layer] ?? layer)] else { return nil }
      pairs.append((layer, group))
    }
    return pairs
  }

  /// Refuses weights that belong to no layer: the file is of another network.
  private func whole(_ pairs: [(String, WeightGroups.Group)], of found: WeightGroups) throws(ModelFileError)
    -> [(String, WeightGroups.Group)]
  {
    let used = Set(pairs.flatMap { $0.1.members.map(\.name) })
    guard used.count < found.groups.reduce(0, { $0 + $1.members.count }) else { return pairs }
    let extra = found.groups.first { group in group.members.allSatisfy { !used.contains($0.name) } }
    throw .layerCount(
      file: fileName, expected: pairs.count, found: found.groups.count,
      firstDifference: "it has '\(extra?.name ?? "")', which is no layer of the network")
  }

  private func byPosition(_ found: WeightGroups, _ layers: [String]) throws(ModelFileError)
    -> [(String, WeightGroups.Group)]
  {
    let joins = graph.layers.contains { $0.inputs.count > 1 }
    guard !joins else {
      let names = Set(found.groups.map(\.name))
      let missing = layers.first { !names.contains($0) } ?? ""
      let likely = file.likelyArchitectures()
      throw .unknownNames(
        file: fileName, layer: missing, found: found.groups.prefix(3).map(\.name), likely: likely.names,
        areExact: likely.areExact)
    }
    for order in Self.orders(of: found.groups, sorted: file.format == .safetensors) {
      guard order.count == layers.count else { break }
      let pairs = Array(zip(layers, order))
      let layout = layout(of: pairs)
      if pairs.allSatisfy({ fits($0.1, $0.0, layout) }) { return pairs }
    }
    try requireEqualCount(found.groups, layers)
    return Array(zip(layers, found.groups))
  }

  /// The orders to try: the file's; of sorted names also those in which whole parts (`classifier`, `features`) change places.
  private static func orders(of groups: [WeightGroups.Group], sorted: Bool) -> [[WeightGroups.Group]] {
    guard sorted else { return [groups] }
    var parts: [(String, [WeightGroups.Group])] = []
    for group in groups {
      let part = String(group.name.prefix { $0 != "." && $0 != "/" })
      if parts.last?.0 == part {
        parts[parts.count - 1].1.append(group)
      } else {
        parts.append((part, [group]))
      }
    }
    guard (2...4).contains(parts.count) else { return [groups] }
    var orders: [[Int]] = [[]]
    for _ in parts.indices {
      orders = orders.flatMap { order in parts.indices.filter { !order.contains($0) }.map { order + [$0] } }
    }
    return orders.map { $0.flatMap { parts[$0].1 } }
  }

  private func requireEqualCount(_ groups: [WeightGroups.Group], _ layers: [String]) throws(ModelFileError) {
    guard groups.count != layers.count else { return }
    var difference = "the last layer both have is '\(layers.last ?? "none")'"
    for (layer, group) in zip(layers, groups)
    where !fits(group, layer, .outputsFirst) && !fits(group, layer, .outputsLast) {
      let needed = (needs[layer] ?? []).map(\.shape.description).joined(separator: " ")
      let held = group.shapes.map(\.description).joined(separator: " ")
      difference =
        "they differ first at layer '\(layer)' (\(needed)), where the file has '\(group.name)' (\(held))"
      break
    }
    throw .layerCount(
      file: fileName, expected: layers.count, found: groups.count, firstDifference: difference)
  }

  // MARK: which tensor is which weight

  /// PyTorch's files have outputs first; of others the name of the kernels tells, or else which layout fits.
  private func layout(of pairs: [(String, WeightGroups.Group)]) -> StoredLayout {
    if file.format == .pytorch { return .outputsFirst }
    if file.metadata["layout"] == "HWIO" { return .outputsLast }
    let kinds = Set(pairs.flatMap { $0.1.members.map(\.kind) })
    if !kinds.isDisjoint(with: ["kernel", "depthwise_kernel", "weights"]) { return .outputsLast }
    let first = pairs.filter { fits($0.1, $0.0, .outputsFirst) }.count
    let last = pairs.filter { fits($0.1, $0.0, .outputsLast) }.count
    if first != last { return first > last ? .outputsFirst : .outputsLast }
    return kinds.contains("weight") ? .outputsFirst : .outputsLast
  }

  private func member(_ need: WeightNeed, of group: WeightGroups.Group) -> WeightGroups.Member? {
    group.members.first { need.role.isCalled($0.kind) }
  }

  private func fits(_ group: WeightGroups.Group, _ layer: String, _ layout: StoredLayout) -> Bool {
    guard let operation = graph[layer]?.operation, let needs = needs[layer],
      needs.count == group.members.count
    else { return false }
    return needs.allSatisfy { need in
      member(need, of: group).map { layout.fits($0.shape, need.shape, operation) } ?? false
    }
  }

  private func taken(_ group: WeightGroups.Group, for layer: String, layout: StoredLayout)
    throws(ModelFileError) -> [WeightRole: Tensor]
  {
    let needs = needs[layer] ?? []
    let mismatch = ModelFileError.weightShapes(
      file: fileName, layer: layer, group: group.name, expected: needs.map(\.shape), found: group.shapes)
    guard fits(group, layer, layout), let operation = graph[layer]?.operation else { throw mismatch }
    var found: [WeightRole: Tensor] = [:]
    for need in needs {
      guard let member = member(need, of: group) else { throw mismatch }
      let stored: Tensor
      do { stored = try file.tensor(named: member.name) } catch { throw .weights(error) }
      guard let weight = layout.weight(stored, as: need.shape, of: operation) else { throw mismatch }
      found[need.role] = weight
    }
    return found
  }

  /// Dense layers count the pixels of what is flattened before them as their file does.
  private mutating func recount(_ layout: StoredLayout) throws(ModelFileError) {
    let layers = graph.layers.map { layer in
      guard case .flatten = layer.operation else { return layer }
      return Layer(layer.name, .flatten(layout.flattening), from: layer.inputs)
    }
    guard layers != graph.layers else { return }
    do { countedGraph = try Graph(layers, outputs: graph.outputs) } catch {
      throw .network(file: fileName, error)
    }
  }
}
