/// Walks the fields of one message in protobuf's wire format (protobuf.dev, "Encoding") without copying anything.
///
/// ```swift
/// var fields = ProtobufReader(bytes, in: 0..<bytes.count)
/// while let field = try fields.next() { ... }
/// ```
///
/// Nested messages, texts and packed numbers are handed out as ranges of the file and are read only by whoever wants
/// them, so a file of weights is walked in time in proportion to its structure. Lengths beyond the end of the message
/// that holds them are refused, whatever they claim.
struct ProtobufReader {
  enum Value: Equatable {
    case varint(UInt64)
    case fixed64(UInt64)
    case fixed32(UInt32)
    /// A message, a text or packed numbers, by their place in the file.
    case bytes(Range<Int>)
  }

  struct Field: Equatable {
    let number: Int
    let value: Value
    /// Where the field's tag and its value begin in the file.
    let start: Int
    let valueStart: Int
  }

  private let bytes: UnsafeRawBufferPointer
  private(set) var position: Int
  private let end: Int

  /// The message in `range` of `bytes`, which must hold it.
  init(_ bytes: UnsafeRawBufferPointer, in range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= bytes.count, "a message outside the file")
    self.bytes = bytes
    position = range.lowerBound
    end = range.upperBound
  }

  /// The next field, or `nil` at the end of the message.
  mutating func next() throws(ProtobufError) -> Field? {
    guard position < end else { return nil }
    let start = position
    let tag = try varint()
    let number = tag >> 3
    guard number > 0, number < 1 << 29 else {
      throw ProtobufError(start, "no field has the number \(number)")
    }
    let valueStart = position
    let value: Value
    switch tag & 7 {
    case 0: value = .varint(try varint())
    case 1: value = .fixed64(try fixed(UInt64.self))
    case 2:
      let length = try varint()
      guard length <= UInt64(end - position) else {
        throw ProtobufError(
          start, "a field of \(length) bytes goes beyond the end: \(end - position) bytes are left")
      }
      value = .bytes(position..<(position + Int(length)))
      position += Int(length)
    case 5: value = .fixed32(try fixed(UInt32.self))
    default: throw ProtobufError(start, "a field of the unknown wire type \(tag & 7)")
    }
    return Field(number: Int(number), value: value, start: start, valueStart: valueStart)
  }

  /// One number of up to ten bytes, seven bits each, the lowest first.
  mutating func varint() throws(ProtobufError) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: 0, through: 63, by: 7) {
      guard position < end else { throw ProtobufError(position, "a number is cut off") }
      let byte = bytes[position]
      position += 1
      value |= UInt64(byte & 0x7F) << UInt64(shift)
      if byte < 0x80 { return value }
    }
    throw ProtobufError(position, "a number of more than 64 bits")
  }

  private mutating func fixed<Number: FixedWidthInteger>(_: Number.Type) throws(ProtobufError) -> Number {
    let size = MemoryLayout<Number>.size
    guard end - position >= size else { throw ProtobufError(position, "a number is cut off") }
    defer { position += size }
    return Number(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: Number.self))
  }
}

/// What is wrong with a message, and at which byte of the file.
struct ProtobufError: Error, Equatable {
  let offset: Int
  let problem: String

  init(_ offset: Int, _ problem: String) {
    self.offset = offset
    self.problem = problem
  }
}

extension UnsafeRawBufferPointer {
  /// The text in a range of the file; bytes that are no UTF-8 become U+FFFD.
  func text(_ range: Range<Int>) -> String { String(decoding: self[range], as: UTF8.self) }

  /// The numbers of a packed field, at most `limit` of them.
  func packedVarints(_ range: Range<Int>, atMost limit: Int) throws(ProtobufError) -> [UInt64] {
    var reader = ProtobufReader(self, in: range)
    var values: [UInt64] = []
    while reader.position < range.upperBound {
      guard values.count < limit else { throw ProtobufError(range.lowerBound, "more than \(limit) numbers") }
      values.append(try reader.varint())
    }
    return values
  }
}
