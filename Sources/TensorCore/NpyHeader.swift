/// What a `.npy` file says of the array it holds; the format is numpy's (`numpy/lib/format.py`), versions 1 to 3.
///
/// ```swift
/// let header = try NpyHeader(bytes, file: "kernel.npy")
/// header.shape, header.type, header.dataOffset
/// ```
public struct NpyHeader: Sendable, Hashable {
  public let type: ElementType
  public let order: ByteOrder
  /// Whether the first axis varies fastest, as in Fortran.
  public let isFortranOrder: Bool
  public let shape: Shape
  /// Where the numbers begin, in bytes from the start.
  public let dataOffset: Int

  /// The bytes of all numbers.
  public var dataSize: Int { shape.count * type.size }

  /// A real header takes some hundred bytes; numpy itself refuses longer ones than this.
  static let longestHeader = 10_000
  static let magic: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]

  /// Reads the header at the start of `bytes`; errors name `file`.
  ///
  /// Whether the numbers are all there is not looked at.
  public init(_ bytes: UnsafeRawBufferPointer, file: String) throws(TensorFileError) {
    guard bytes.starts(with: Self.magic) else { throw .notNpy(file: file, found: Array(bytes.prefix(6))) }
    guard bytes.count >= 10 else {
      throw .damagedHeader(file: file, problem: "it ends after the magic number")
    }
    let lengthSize: Int
    switch (bytes[6], bytes[7]) {
    case (1, 0): lengthSize = 2
    case (2, 0), (3, 0): lengthSize = 4
    default: throw .unknownVersion(file: file, found: "\(bytes[6]).\(bytes[7])")
    }
    let start = 8 + lengthSize
    guard bytes.count >= start else { throw .damagedHeader(file: file, problem: "its length is cut off") }
    let length = (8..<start).reversed().reduce(0) { $0 << 8 | Int(bytes[$1]) }
    guard length <= Self.longestHeader else {
      throw .damagedHeader(
        file: file, problem: "\(length) bytes long, at most \(Self.longestHeader) are sensible")
    }
    guard bytes.count >= start + length else {
      throw .damagedHeader(file: file, problem: "expected \(length) bytes, found \(bytes.count - start)")
    }
    var literal = PythonDictionary(Array(bytes[start..<(start + length)]))
    let entries: [String: PythonDictionary.Value]
    do { entries = try literal.parse() } catch {
      throw .damagedHeader(file: file, problem: error.problem)
    }
    guard case .text(let descriptor) = entries["descr"] else {
      throw .damagedHeader(file: file, problem: "'descr' is no text")
    }
    guard case .truth(let isFortranOrder) = entries["fortran_order"] else {
      throw .damagedHeader(file: file, problem: "'fortran_order' is neither True nor False")
    }
    guard case .tuple(let extents) = entries["shape"] else {
      throw .damagedHeader(file: file, problem: "'shape' is no tuple")
    }
    guard let (type, order) = Self.type(named: descriptor) else {
      throw .unsupportedType(file: file, found: descriptor)
    }
    guard let shape = Shape(checking: extents),
      !shape.count.multipliedReportingOverflow(by: type.size).overflow
    else { throw .damagedHeader(file: file, problem: "shape \(extents) is too large") }
    self.type = type
    self.order = order
    self.isFortranOrder = isFortranOrder
    self.shape = shape
    dataOffset = start + length
  }

  /// The type numpy writes as `descriptor`: a byte order (`<`, `>`, `=` or `|`), a kind and a size.
  package static func type(named descriptor: String) -> (ElementType, ByteOrder)? {
    let order: ByteOrder
    switch descriptor.first {
    case "<": order = .littleEndian
    case ">": order = .bigEndian
    case "|", "=": order = .native
    default: return nil
    }
    let types: [String: ElementType] = [
      "f2": .float16, "f4": .float32, "f8": .float64, "i1": .int8, "i2": .int16, "i4": .int32, "i8": .int64,
      "u1": .uint8, "u2": .uint16, "u4": .uint32, "u8": .uint64, "b1": .bool,
    ]
    return types[String(descriptor.dropFirst())].map { ($0, order) }
  }

  /// The bytes that go before little-endian 32-bit floats of `shape`: version 1.0, padded so that they begin at a multiple of 64.
  package static func bytes(for shape: Shape) -> [UInt8] {
    let extents = shape.dimensions.map(String.init)
    let tuple = extents.count == 1 ? "(\(extents[0]),)" : "(" + extents.joined(separator: ", ") + ")"
    let literal = "{'descr': '<f4', 'fortran_order': False, 'shape': \(tuple), }"
    let padding = 63 - (10 + literal.utf8.count) % 64
    let length = literal.utf8.count + padding + 1
    return magic + [1, 0, UInt8(length & 0xFF), UInt8(length >> 8)] + Array(literal.utf8)
      + [UInt8](repeating: 0x20, count: padding) + [0x0A]
  }
}
