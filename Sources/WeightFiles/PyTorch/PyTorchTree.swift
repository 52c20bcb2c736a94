/// The tensors in what was pickled, with their names: the keys on the way to them, joined by dots.
///
/// A checkpoint often holds the network's tensors below `state_dict`, `model` or the like, beside an optimiser's: that key
/// is left out of the names, and those tensors come first.
struct PyTorchTree {
  private(set) var tensors: [(name: String, tensor: PyTorchTensor)] = []
  /// So many of the first are the network's.
  private(set) var networkCount = 0

  /// Keys that networks' tensors are found under, the likeliest first.
  private static let wrappers = [
    "state_dict", "model_state_dict", "model_state", "model", "net", "network", "module", "params_ema",
    "params",
    "weights", "ema", "encoder", "generator",
  ]
  private static let mostVisits = 1_000_000
  private static let deepest = 32

  private let pickle: Pickle
  private var visits = 0

  init(_ pickle: Pickle) throws(PyTorchProblem) {
    self.pickle = pickle
    var found: [([String], PyTorchTensor)] = []
    try walk(pickle.root, [], into: &found)
    let wrapper = Self.wrapper(of: found.map(\.0))
    let network = found.filter { $0.0.starts(with: wrapper) && $0.0.count > wrapper.count }
    let others = found.filter { !($0.0.starts(with: wrapper) && $0.0.count > wrapper.count) }
    networkCount = network.count
    tensors =
      network.map { ($0.0.dropFirst(wrapper.count).joined(separator: "."), $0.1) }
      + others.map { ($0.0.joined(separator: "."), $0.1) }
    var names: Set<String> = []
    for (name, _) in tensors where !names.insert(name).inserted {
      throw PyTorchProblem(tensor: name, problem: "is there twice")
    }
  }

  /// The keys that lead to the network's tensors: empty where they lie at the top.
  private static func wrapper(of paths: [[String]]) -> [String] {
    var wrapper: [String] = []
    while wrapper.count < 3 {
      let inside = paths.filter { $0.starts(with: wrapper) && $0.count > wrapper.count }
      // Module paths are one key with dots in it; a checkpoint's keys have tensors further down.
      let keys = Set(inside.filter { $0.count > wrapper.count + 1 }.map { $0[wrapper.count] })
      guard let key = wrappers.first(where: keys.contains),
        !inside.contains(where: { $0.count == wrapper.count + 1 && $0[wrapper.count].contains(".") })
      else { break }
      wrapper.append(key)
    }
    return wrapper
  }

  private mutating func walk(
    _ value: PickleValue, _ path: [String], into found: inout [([String], PyTorchTensor)]
  ) throws(PyTorchProblem) {
    visits += 1
    guard visits <= Self.mostVisits, path.count <= Self.deepest else {
      throw PyTorchProblem(tensor: "", problem: "its pickle is nested too deep, or refers to itself")
    }
    guard let node = pickle[value] else { return }
    let name = path.isEmpty ? "tensor" : path.joined(separator: ".")
    switch node {
    case .dictionary(let keys, let values):
      for (key, value) in zip(keys, values) {
        guard let text = key.text ?? key.integer.map(String.init) else { continue }
        try walk(value, path + [text], into: &found)
      }
    case .list(let items), .tuple(let items):
      for (index, item) in items.enumerated() { try walk(item, path + ["\(index)"], into: &found) }
    case .call:
      if let tensor = try PyTorchTensor(value, in: pickle, named: name) {
        found.append((path.isEmpty ? [name] : path, tensor))
      }
    case .persistent: break
    }
  }
}
