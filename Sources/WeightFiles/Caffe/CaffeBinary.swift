import TensorCore

/// Reads Caffe's binary messages (`.caffemodel`, `.binaryproto`) by ``CaffeSchema``; blobs stay in the file.
struct CaffeBinary {
  private let bytes: UnsafeRawBufferPointer
  private var fieldsLeft = mostFields

  /// More fields than any network has; each takes memory here.
  private static let mostFields = 2_000_000

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// The message of a name in the schema; fields the schema does not know are skipped.
  mutating func message(_ kind: String, in range: Range<Int>) throws(ProtobufError) -> CaffeMessage {
    guard let schema = CaffeSchema.messages[kind] else { return CaffeMessage() }
    var message = CaffeMessage()
    var reader = ProtobufReader(bytes, in: range)
    while let field = try reader.next() {
      guard let (name, kind) = schema[field.number] else { continue }
      guard fieldsLeft > 0 else { throw ProtobufError(field.start, "more than \(Self.mostFields) fields") }
      fieldsLeft -= 1
      try append(field, name, kind, to: &message)
    }
    return message
  }

  private mutating func append(
    _ field: ProtobufReader.Field, _ name: String, _ kind: CaffeSchema.Kind, to message: inout CaffeMessage
  ) throws(ProtobufError) {
    func wrong() -> ProtobufError {
      ProtobufError(field.start, "the field '\(name)' is of a wrong wire type")
    }
    func add(_ value: CaffeMessage.Value) { message.fields.append((name, value)) }
    switch (kind, field.value) {
    case (.text, .bytes(let range)): add(.text(bytes.text(range)))
    case (.integer, .varint(let number)), (.integers, .varint(let number)):
      add(.number(Double(Int64(bitPattern: number))))
    case (.truth, .varint(let number)): add(.word(number == 0 ? "false" : "true"))
    case (.words(let words), .varint(let number)):
      add(.word(Int(exactly: number).flatMap { words[$0] } ?? "\(number)"))
    case (.float, .fixed32(let bits)): add(.number(Double(Float(bitPattern: bits))))
    case (.float, .bytes(let range)):
      guard range.count % 4 == 0, range.count <= 4 * 65_536 else { throw wrong() }
      for place in stride(from: range.lowerBound, to: range.upperBound, by: 4) {
        let bits = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self))
        add(.number(Double(Float(bitPattern: bits))))
      }
    case (.integer, .bytes(let range)), (.integers, .bytes(let range)):
      for number in try bytes.packedVarints(range, atMost: 4096) {
        add(.number(Double(Int64(bitPattern: number))))
      }
    case (.message(let kind), .bytes(let range)):
      let inner = try self.message(kind, in: range)
      message.fields.append((name, .message(inner)))
    case (.blob, .bytes(let range)): add(.blob(try blob(in: range)))
    default: throw wrong()
    }
  }

  /// The extents of a `BlobProto` and where its numbers lie; gradients are skipped.
  func blob(in range: Range<Int>) throws(ProtobufError) -> CaffeBlob {
    var legacy = [0, 0, 0, 0]
    var isLegacy = false
    var shape: [Int]?
    var floats = ProtobufNumbers(size: 4)
    var doubles = ProtobufNumbers(size: 8)
    var reader = ProtobufReader(bytes, in: range)
    while let field = try reader.next() {
      switch (field.number, field.value) {
      case (1...4, .varint(let extent)):
        legacy[field.number - 1] = Int(exactly: Int64(bitPattern: extent)) ?? -1
        isLegacy = true
      case (5, _): try floats.append(field)
      case (8, _): try doubles.append(field)
      case (7, .bytes(let range)):
        var reader = CaffeBinary(bytes)
        shape = try reader.message("Shape", in: range).integers("dim")
      default: break
      }
    }
    guard floats.count == 0 || doubles.count == 0 else {
      throw ProtobufError(range.lowerBound, "a blob with numbers in 32 and in 64 bits")
    }
    let numbers = doubles.count > 0 ? doubles : floats
    let dimensions = shape ?? (isLegacy ? legacy : [numbers.count])
    guard dimensions.count <= 32, let size = Shape(checking: dimensions) else {
      throw ProtobufError(range.lowerBound, "a blob of the impossible shape \(dimensions)")
    }
    guard numbers.count == size.count || numbers.count == 0 else {
      throw ProtobufError(
        range.lowerBound, "a blob of shape \(size) holds \(numbers.count) numbers, expected \(size.count)")
    }
    return CaffeBlob(dimensions: dimensions, numbers: numbers)
  }
}
