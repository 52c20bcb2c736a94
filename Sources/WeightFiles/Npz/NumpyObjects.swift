import TensorCore

/// A dictionary from layers to arrays in a `.npy` file, as the first conversions of Caffe's networks were stored.
///
/// `bvlc_alexnet.npy` is one: its single element is a Python object. The pickle is read as data.
///
/// A layer's list `[weights, biases]` becomes `layer/weights` and `layer/biases`, a dictionary in it `layer/key`.
package struct NumpyObjects: Sendable {
  private struct Array: Sendable {
    let type: ElementType
    let order: ByteOrder
    let shape: Shape
    let isFortranOrder: Bool
    let numbers: Numbers

    enum Numbers: Sendable {
      case range(Range<Int>)
      case bytes([UInt8])

      var count: Int {
        switch self {
        case .range(let range): range.count
        case .bytes(let bytes): bytes.count
        }
      }
    }
  }

  private let file: MappedFile
  private var arrays: [String: Array] = [:]
  private(set) var names: [String] = []

  /// Where the pickle begins in a file that says its elements are objects; `nil` for a file of numbers.
  static func pickleOffset(_ bytes: UnsafeRawBufferPointer) -> Int? {
    guard bytes.count > 12 else { return nil }
    let size = bytes[6] == 1 ? 2 : 4
    let length = (8..<(8 + size)).reversed().reduce(0) { $0 << 8 | Int(bytes[$1]) }
    let end = 8 + size + length
    guard length <= 10_000, end < bytes.count else { return nil }
    let header = String(decoding: bytes[(8 + size)..<end], as: UTF8.self)
    return header.contains("'|O'") || header.contains("\"|O\"") ? end : nil
  }

  init(_ file: MappedFile, from start: Int) throws(WeightFileError) {
    self.file = file
    let path = file.path.string
    let pickle: Pickle
    do throws(PickleError) {
      pickle = try file.withBytes { (bytes) throws(PickleError) in try PickleMachine.read(bytes, from: start)
      }
    } catch { throw .damaged(file: path, part: "", problem: error.problem) }
    let damaged = WeightFileError.damaged(
      file: path, part: "",
      problem: "holds a Python object that is no dictionary from layers to arrays")
    // The object stands in an array without axes, or by itself.
    var root = pickle.root
    if case .call(_, _, let state?)? = pickle[root], let parts = pickle.items(state), parts.count == 5,
      let items = pickle.items(parts[4]), items.count == 1
    {
      root = items[0]
    }
    guard let layers = pickle.pairs(root) else { throw damaged }
    for (key, value) in layers {
      guard let layer = key.text else { throw damaged }
      if let items = pickle.items(value) {
        for (index, item) in items.enumerated() {
          try add(item, layer + "/" + (index == 0 ? "weights" : index == 1 ? "biases" : "\(index)"), pickle)
        }
      } else if let pairs = pickle.pairs(value) {
        for (key, item) in pairs {
          guard let kind = key.text else { throw damaged }
          try add(item, layer + "/" + kind, pickle)
        }
      } else {
        try add(value, layer, pickle)
      }
    }
    guard !names.isEmpty else { throw damaged }
  }

  private mutating func add(_ value: PickleValue, _ name: String, _ pickle: Pickle) throws(WeightFileError) {
    let path = file.path.string
    func wrong(_ problem: String) -> WeightFileError { .damaged(file: path, part: name, problem: problem) }
    guard case .call(let global, _, let state?)? = pickle[value], global.name == "_reconstruct",
      let parts = pickle.items(state), parts.count == 5
    else { throw wrong("is no array of numbers") }
    guard let extents = pickle.integers(parts[1]), let shape = Shape(checking: extents),
      case .call(let kind, let arguments, let form)? = pickle[parts[2]], kind.name == "dtype",
      let code = arguments.first?.text
    else { throw wrong("is an array whose shape or type is damaged") }
    let mark = form.flatMap { pickle.items($0) }.flatMap { $0.count > 1 ? $0[1].text : nil } ?? "|"
    guard let (type, order) = NpyHeader.type(named: (mark == ">" || mark == "<" ? mark : "|") + code) else {
      throw .notNumbers(file: path, name: name, found: "numbers of numpy's type \(code)")
    }
    let numbers: Array.Numbers
    switch parts[4] {
    case .bytes(let range): numbers = .range(range)
    case .text(let text): numbers = .bytes(Swift.Array(text.utf8))
    default:
      // Python 3 writes bytes for Python 2 as a text of the characters 0...255.
      guard case .call(let global, let arguments, _)? = pickle[parts[4]], global.module == "_codecs",
        let text = arguments.first?.text, text.unicodeScalars.allSatisfy({ $0.value < 256 })
      else { throw wrong("is an array without numbers") }
      numbers = .bytes(text.unicodeScalars.map { UInt8($0.value) })
    }
    let (size, overflow) = shape.count.multipliedReportingOverflow(by: type.size)
    guard !overflow, numbers.count == size else {
      throw wrong("holds \(numbers.count) bytes of numbers, which are not those of its shape \(shape)")
    }
    guard arrays[name] == nil else { throw .duplicateName(file: path, name: name) }
    arrays[name] = Array(
      type: type, order: order, shape: shape,
      isFortranOrder: parts[3] == .truth(true) || parts[3] == .integer(1),
      numbers: numbers)
    names.append(name)
  }

  func entry(_ name: String) -> WeightFile.Entry? {
    arrays[name].map { WeightFile.Entry(name: name, shape: $0.shape, type: $0.type) }
  }

  func tensor(_ name: String) throws(WeightFileError) -> Tensor {
    guard let array = arrays[name] else {
      throw .noSuchTensor(
        file: file.path.string, name: name, nearest: nearestNames(to: name, in: names))
    }
    let stored = array.isFortranOrder ? Shape(array.shape.dimensions.reversed()) : array.shape
    let tensor: Tensor
    switch array.numbers {
    case .range(let range):
      do { tensor = try file.tensor(in: range, as: array.type, order: array.order, shape: stored) } catch {
        throw .file(error)
      }
    case .bytes(let bytes):
      tensor = bytes.withUnsafeBytes {
        Tensor(decoding: $0, as: array.type, order: array.order, shape: stored)
      }
    }
    guard array.isFortranOrder, stored.rank > 1 else { return tensor }
    return tensor.transposedLater(Swift.Array((0..<stored.rank).reversed()))
  }
}
