import WeightFiles

/// A node of an ONNX graph as it is turned into layers, with the errors that are about it.
struct OnnxCall {
  let file: String
  let node: OnnxNode
  /// The layer's name: the node's, else its first output's.
  let name: String
  /// The version of ONNX's operations.
  let opset: Int

  func wrong(_ problem: String) -> ModelFileError {
    .damagedDescription(file: file, layer: name, problem: problem)
  }

  func refusal(_ setting: String, _ found: String, _ expected: String) -> ModelFileError {
    .unsupportedSetting(
      file: file, layer: name, kind: node.operation, setting: setting, found: found, expected: expected)
  }

  var unsupported: ModelFileError {
    let domain = node.domain.isEmpty ? "" : node.domain + "."
    return .unsupportedLayer(file: file, layer: name, kind: "\(domain)\(node.operation) (opset \(opset))")
  }

  func has(_ key: String) -> Bool { node.attributes[key] != nil }

  func integer(_ key: String) throws(ModelFileError) -> Int? {
    guard let value = node.attributes[key] else { return nil }
    guard case .integer(let number) = value else { throw wrong("'\(key)' is no whole number") }
    return number
  }

  func integer(_ key: String, or standard: Int) throws(ModelFileError) -> Int {
    try integer(key) ?? standard
  }

  func truth(_ key: String, or standard: Bool = false) throws(ModelFileError) -> Bool {
    try integer(key).map { $0 != 0 } ?? standard
  }

  func float(_ key: String, or standard: Float) throws(ModelFileError) -> Float {
    switch node.attributes[key] {
    case nil: return standard
    case .float(let number): return number
    case .integer(let number): return Float(number)
    default: throw wrong("'\(key)' is no number")
    }
  }

  func text(_ key: String, or standard: String) throws(ModelFileError) -> String {
    guard let value = node.attributes[key] else { return standard }
    guard case .text(let text) = value else { throw wrong("'\(key)' is no text") }
    return text
  }

  func integers(_ key: String) throws(ModelFileError) -> [Int]? {
    switch node.attributes[key] {
    case nil: return nil
    case .integers(let numbers): return numbers
    case .integer(let number): return [number]
    default: throw wrong("'\(key)' is no list of whole numbers")
    }
  }

  func floats(_ key: String) throws(ModelFileError) -> [Float]? {
    switch node.attributes[key] {
    case nil: return nil
    case .floats(let numbers): return numbers
    case .float(let number): return [number]
    default: throw wrong("'\(key)' is no list of numbers")
    }
  }

  /// An axis of so many, counted from the end where negative.
  func axis(_ number: Int, of rank: Int) throws(ModelFileError) -> Int {
    guard number >= -rank, number < rank else { throw refusal("axis", "\(number)", "one of \(rank) axes") }
    return number < 0 ? number + rank : number
  }

  /// The entries that a slice takes along an axis of `length`, as numpy counts them.
  static func entries(from start: Int, to end: Int, by step: Int, of length: Int) -> StrideTo<Int> {
    guard length > 0 else { return stride(from: 0, to: 0, by: 1) }
    let step = max(-length, min(step, length))
    let range = step > 0 ? 0...length : -1...length - 1
    func bound(_ number: Int) -> Int {
      min(max(number < 0 ? max(number, -length - 1) + length : number, range.lowerBound), range.upperBound)
    }
    return stride(from: bound(start), to: bound(end), by: step)
  }

  func axes(_ numbers: [Int], of rank: Int) throws(ModelFileError) -> [Int] {
    guard numbers.count <= 32 else { throw refusal("axes", "\(numbers.count) of them", "at most 32") }
    var axes: [Int] = []
    for number in numbers {
      let axis = try axis(number, of: rank)
      guard !axes.contains(axis) else { throw refusal("axes", "\(numbers)", "each axis once") }
      axes.append(axis)
    }
    return axes
  }
}
