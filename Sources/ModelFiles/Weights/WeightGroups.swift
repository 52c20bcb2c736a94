import TensorCore
import WeightFiles

/// The tensors of a file that says nothing of layers, gathered by what their names say of the layer they belong to.
///
/// ```
/// layer1.0.conv1.weight   layer1.0.conv1 · weight     PyTorch, safetensors
/// block1_conv1/kernel:0   block1_conv1 · kernel       Keras
/// conv1_1_W               conv1_1 · W                 arrays of the first VGG conversions
/// ```
struct WeightGroups {
  struct Member {
    /// The last part of the name.
    let kind: String
    /// The name in the file.
    let name: String
    let shape: Shape
  }

  struct Group {
    var name: String
    var members: [Member]

    var shapes: [Shape] { members.map(\.shape) }
  }

  /// In the order of the file.
  private(set) var groups: [Group] = []
  /// Groups that belong to no layer of a network at inference: auxiliary classifiers.
  private(set) var ignored: [String] = []

  init(_ file: WeightFile) {
    var place: [String: Int] = [:]
    for entry in file.networkEntries {
      let (layer, kind) = Self.split(entry.name)
      guard kind != "num_batches_tracked" else { continue }
      let member = Member(kind: kind, name: entry.name, shape: entry.shape)
      if let index = place[layer] {
        groups[index].members.append(member)
      } else {
        place[layer] = groups.count
        groups.append(Group(name: layer, members: [member]))
      }
    }
    dropCommonPrefix()
    ignored = groups.map(\.name).filter(Self.isAuxiliary)
    groups.removeAll { Self.isAuxiliary($0.name) }
    // safetensors' own writer sorts by name, in which 10 comes before 2.
    if file.format == .safetensors { groups.sort { naturallyPrecedes($0.name, $1.name) } }
  }

  /// The layer and the kind of weight in a name.
  private static func split(_ name: String) -> (layer: String, kind: String) {
    var name = name[...]
    if let colon = name.lastIndex(of: ":"), name[colon...].dropFirst().allSatisfy(\.isNumber) {
      name = name[..<colon]
    }
    if let cut = name.lastIndex(where: { $0 == "." || $0 == "/" }) {
      let (layer, kind) = (String(name[..<cut]), String(name[name.index(after: cut)...]))
      // Keras repeats the layer's name: block1_conv1/block1_conv1/kernel.
      let parts = layer.split(separator: "/")
      if parts.count == 2, parts[0] == parts[1] { return (String(parts[0]), kind) }
      return (layer, kind)
    }
    if let cut = name.lastIndex(of: "_"),
      ["W", "b", "w", "kernel", "bias"].contains(name[cut...].dropFirst())
    {
      return (String(name[..<cut]), String(name[cut...].dropFirst()))
    }
    return ("", String(name))
  }

  /// `module.` and the like, which wrappers of networks put before every name.
  private mutating func dropCommonPrefix() {
    let wrappers = ["module", "model", "net", "network", "_orig_mod", "backbone"]
    while let first = groups.first?.name.prefix(while: { $0 != "." }), wrappers.contains(String(first)),
      groups.allSatisfy({ $0.name.hasPrefix(first + ".") })
    {
      for index in groups.indices { groups[index].name.removeFirst(first.count + 1) }
    }
  }

  /// The classifiers half-way that GoogLeNet and Inception are trained with.
  private static func isAuxiliary(_ name: String) -> Bool {
    let first = name.prefix { $0 != "." && $0 != "/" }
    return ["aux", "aux1", "aux2", "aux_logits", "AuxLogits", "loss1", "loss2"].contains(String(first))
  }

  /// The same groups with other names.
  func renamed(_ name: (String) -> String) -> [Group] {
    groups.map { Group(name: name($0.name), members: $0.members) }
  }
}

/// Whether one name comes before another when numbers in them count as numbers: `features.2` before `features.10`.
func naturallyPrecedes(_ a: String, _ b: String) -> Bool {
  var (x, y) = (a[...], b[...])
  while let first = x.first, let second = y.first {
    if first.isASCII, first.isNumber, second.isASCII, second.isNumber {
      let (m, n) = (x.prefix { $0.isASCII && $0.isNumber }, y.prefix { $0.isASCII && $0.isNumber })
      let (p, q) = (m.drop { $0 == "0" }, n.drop { $0 == "0" })
      if p.count != q.count { return p.count < q.count }
      if p != q { return p < q }
      x = x.dropFirst(m.count)
      y = y.dropFirst(n.count)
    } else {
      if first != second { return first < second }
      x = x.dropFirst()
      y = y.dropFirst()
    }
  }
  return x.isEmpty && !y.isEmpty
}
