/// What a pickle holds, as data: nothing in it has been called.
///
/// Containers are numbers of nodes in the ``Pickle`` they belong to, so a pickle that contains itself is a loop of
/// numbers, not of objects.
enum PickleValue: Sendable, Hashable {
  case none
  case truth(Bool)
  case integer(Int)
  /// A whole number beyond 64 bits, little-endian two's complement.
  case longInteger([UInt8])
  case number(Double)
  case text(String)
  /// Where the bytes lie in the pickle.
  case bytes(Range<Int>)
  /// A name of Python's, `module name`, known to be harmless as data.
  case global(PickleGlobal)
  case node(Int)
}

enum PickleNode: Sendable {
  case list([PickleValue])
  case tuple([PickleValue])
  case dictionary([PickleValue], [PickleValue])
  /// A call that Python would have made and what it would have handed to `__setstate__`; kept as data.
  case call(PickleGlobal, [PickleValue], state: PickleValue?)
  /// Something that lies outside of the pickle (PyTorch: a storage).
  case persistent(PickleValue)
}

struct PickleGlobal: Sendable, Hashable, CustomStringConvertible {
  let module: String
  let name: String

  var description: String { module + "." + name }
}

/// What was pickled.
struct Pickle: Sendable {
  let root: PickleValue
  let nodes: [PickleNode]
  /// Where the pickle ends in the bytes it was read from.
  let end: Int

  subscript(_ value: PickleValue) -> PickleNode? {
    if case .node(let index) = value { nodes[index] } else { nil }
  }

  /// The items of a tuple or list.
  func items(_ value: PickleValue) -> [PickleValue]? {
    switch self[value] {
    case .tuple(let items), .list(let items): items
    default: nil
    }
  }

  /// The pairs of a dictionary, in order.
  func pairs(_ value: PickleValue) -> [(PickleValue, PickleValue)]? {
    guard case .dictionary(let keys, let values) = self[value] else { return nil }
    return Array(zip(keys, values))
  }

  func integers(_ value: PickleValue) -> [Int]? {
    guard let items = items(value) else { return nil }
    let numbers = items.compactMap(\.integer)
    return numbers.count == items.count ? numbers : nil
  }

  /// The value a dictionary has under a text.
  func value(_ key: String, in dictionary: PickleValue) -> PickleValue? {
    pairs(dictionary)?.last { $0.0 == .text(key) }?.1
  }
}

extension PickleValue {
  var integer: Int? { if case .integer(let number) = self { number } else { nil } }
  var text: String? { if case .text(let text) = self { text } else { nil } }
  var global: PickleGlobal? { if case .global(let global) = self { global } else { nil } }
}

/// Why a pickle is not read.
enum PickleError: Error, Sendable, Equatable {
  case damaged(offset: Int, problem: String)
  /// It names something that is neither a tensor nor a plain container.
  case refused(String)

  var problem: String {
    switch self {
    case .damaged(let offset, let problem): "its pickle is damaged: \(problem) (byte \(offset))"
    case .refused(let name):
      "its pickle asks Python for \(name), which is no tensor and no plain container; it is refused, nothing was run"
        + (name.hasPrefix("__torch__") || name.hasPrefix("torch.nn.modules") || name.hasPrefix("__main__")
          || name.hasPrefix("torch.jit")
          ? "; save the model's state_dict() instead of the model" : "")
    }
  }
}
