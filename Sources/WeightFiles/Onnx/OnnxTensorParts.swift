import TensorCore

/// The fields of a `TensorProto` as they come, and the tensor they make when they agree with one another and with the file.
struct OnnxTensorParts {
  var name = ""
  var dimensions: [Int] = []
  var type = 0
  var raw: Range<Int>?
  var floats = ProtobufNumbers(size: 4)
  var doubles = ProtobufNumbers(size: 8)
  var varints: [Range<Int>] = []
  var external: [String: String] = [:]
  var isExternal = false

  /// Adds a number that stands alone, not packed with others.
  mutating func append(varintAt range: Range<Int>) { varints.append(range) }

  /// - Parameter start: where the tensor begins in the file, for messages.
  func tensor(named name: String, in file: MappedFile, at start: Int, _ data: inout OnnxExternalData)
    throws(WeightFileError) -> OnnxTensor
  {
    func damaged(_ problem: String) -> WeightFileError {
      .damaged(file: file.path.string, part: name, problem: problem)
    }
    guard dimensions.count <= 32, let shape = Shape(checking: dimensions) else {
      throw damaged("has the impossible shape \(dimensions)")
    }
    guard let type = OnnxTensor.types[type] else {
      throw .notNumbers(
        file: file.path.string, name: name,
        found: OnnxTensor.otherTypes[self.type] ?? "values of the unknown type \(self.type)")
    }
    func made(_ place: OnnxTensor.Place) -> OnnxTensor {
      OnnxTensor(name: name, dimensions: dimensions, type: type, place: place)
    }
    let (length, overflow) = shape.count.multipliedReportingOverflow(by: type.size)
    guard !overflow else { throw damaged("has the impossible shape \(shape)") }
    if isExternal {
      let (range, other) = try data.find(external, length: length, of: name)
      return made(.bytes(range, in: other))
    }
    if let raw {
      guard raw.count == length else {
        throw damaged("has shape \(shape) of \(type) but holds \(raw.count) bytes, expected \(length)")
      }
      return made(.bytes(raw, in: file))
    }
    let numbers = type == .float64 ? doubles : floats
    if type == .float32 || type == .float64 {
      guard numbers.count == shape.count else {
        throw damaged("has shape \(shape) but holds \(numbers.count) numbers, expected \(shape.count)")
      }
      return made(.numbers(numbers, in: file))
    }
    let bytes = varints.reduce(0) { $0 + $1.count }
    // A number takes one to ten bytes.
    guard shape.count <= bytes, bytes <= shape.count.multipliedReportingOverflow(by: 10).partialValue else {
      throw damaged("has shape \(shape) but holds \(bytes) bytes of whole numbers")
    }
    return made(.varints(varints, in: file))
  }
}
