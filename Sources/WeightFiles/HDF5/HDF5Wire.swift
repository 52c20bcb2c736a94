import TensorCore

/// A structure as the bytes a worker sends: numbers as eight bytes little-endian, text and lists after their length.
extension HDF5Structure {
  static func bytes(of result: Result<HDF5Structure, HDF5Refusal>) -> [UInt8] {
    var writer = WireWriter()
    switch result {
    case .success(let structure):
      writer.write(0)
      writer.write(structure.groups) { writer, group in
        writer.write(group.path)
        writer.write(group.attributes)
      }
      writer.write(structure.datasets) { writer, dataset in
        writer.write(dataset.path)
        writer.write(dataset.dimensions) { $0.write($1) }
        writer.write(dataset.type)
        writer.write(dataset.layout)
        writer.write(dataset.attributes)
      }
    case .failure(let refusal):
      writer.write(1)
      writer.write(refusal.object)
      writer.write(refusal.problem)
    }
    return writer.bytes
  }

  /// `nil` when the bytes are not what ``bytes(of:)`` writes.
  static func result(from bytes: [UInt8]) -> Result<HDF5Structure, HDF5Refusal>? {
    var reader = WireReader(bytes)
    do {
      switch try reader.number() {
      case 0:
        let groups = try reader.list { (reader) throws(WireError) in
          HDF5Group(path: try reader.text(), attributes: try reader.attributes())
        }
        let datasets = try reader.list { (reader) throws(WireError) in
          HDF5Dataset(
            path: try reader.text(),
            dimensions: try reader.list { (reader) throws(WireError) in try reader.number() },
            type: try reader.type(), layout: try reader.layout(), attributes: try reader.attributes())
        }
        return reader.isAtEnd ? .success(HDF5Structure(groups: groups, datasets: datasets)) : nil
      case 1: return .failure(HDF5Refusal(object: try reader.text(), problem: try reader.text()))
      default: return nil
      }
    } catch { return nil }
  }
}

private struct WireError: Error {}

private struct WireWriter {
  var bytes: [UInt8] = []

  mutating func write(_ number: Int) {
    withUnsafeBytes(of: Int64(number).littleEndian) { bytes.append(contentsOf: $0) }
  }

  mutating func write(_ text: String) {
    write(text.utf8.count)
    bytes.append(contentsOf: text.utf8)
  }

  mutating func write(_ data: [UInt8]) {
    write(data.count)
    bytes.append(contentsOf: data)
  }

  mutating func write<Element>(_ list: [Element], _ each: (inout WireWriter, Element) -> Void) {
    write(list.count)
    for element in list { each(&self, element) }
  }

  mutating func write(_ attributes: [String: HDF5Value]) {
    write(attributes.sorted { $0.key < $1.key }) { writer, attribute in
      writer.write(attribute.key)
      switch attribute.value {
      case .texts(let texts):
        writer.write(0)
        writer.write(texts) { $0.write($1) }
      case .integers(let numbers):
        writer.write(1)
        writer.write(numbers) { $0.write(Int($1)) }
      case .numbers(let numbers):
        writer.write(2)
        writer.write(numbers) { $0.write(Int(bitPattern: UInt($1.bitPattern))) }
      case .other(let kind):
        writer.write(3)
        writer.write(kind)
      }
    }
  }

  mutating func write(_ type: HDF5Type) {
    switch type {
    case .number(let type, let order):
      write(order == .littleEndian ? 0 : 1)
      write(type.rawValue)
    case .other(let name, let size):
      write(2)
      write(name)
      write(size)
    }
  }

  mutating func write(_ layout: HDF5Layout) {
    switch layout {
    case .compact(let data):
      write(0)
      write(data)
    case .contiguous(let offset, let size):
      write(1)
      write(offset)
      write(size)
    case .chunked(let extents, let filters, let chunks):
      write(2)
      write(extents) { $0.write($1) }
      write(filters) { writer, filter in
        switch filter {
        case .deflate: writer.write(0)
        case .shuffle(let size):
          writer.write(1)
          writer.write(size)
        case .fletcher32: writer.write(2)
        case .other(let number):
          writer.write(3)
          writer.write(number)
        }
      }
      write(chunks) { writer, chunk in
        writer.write(chunk.start) { $0.write($1) }
        writer.write(chunk.offset)
        writer.write(chunk.size)
        writer.write(Int(chunk.skippedFilters))
      }
    case .unwritten(let fill):
      write(3)
      write(fill)
    }
  }
}

private struct WireReader {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { position == bytes.count }

  mutating func number() throws(WireError) -> Int {
    guard bytes.count - position >= 8 else { throw WireError() }
    defer { position += 8 }
    return bytes.withUnsafeBytes {
      Int(Int64(littleEndian: $0.loadUnaligned(fromByteOffset: position, as: Int64.self)))
    }
  }

  /// A length, which can never be more than the bytes that are left.
  private mutating func length() throws(WireError) -> Int {
    let length = try number()
    guard length >= 0, length <= bytes.count - position else { throw WireError() }
    return length
  }

  mutating func data() throws(WireError) -> [UInt8] {
    let length = try length()
    defer { position += length }
    return Array(bytes[position..<(position + length)])
  }

  mutating func text() throws(WireError) -> String { String(decoding: try data(), as: UTF8.self) }

  mutating func list<Element>(
    _ each: (inout WireReader) throws(WireError) -> Element
  ) throws(WireError) -> [Element] {
    let count = try length()
    var list: [Element] = []
    for _ in 0..<count { list.append(try each(&self)) }
    return list
  }

  mutating func attributes() throws(WireError) -> [String: HDF5Value] {
    var attributes: [String: HDF5Value] = [:]
    for _ in 0..<(try length()) {
      let name = try text()
      switch try number() {
      case 0: attributes[name] = .texts(try list { (reader) throws(WireError) in try reader.text() })
      case 1:
        attributes[name] = .integers(
          try list { (reader) throws(WireError) in Int64(try reader.number()) })
      case 2:
        attributes[name] = .numbers(
          try list { (reader) throws(WireError) in
            Double(bitPattern: UInt64(UInt(bitPattern: try reader.number())))
          })
      case 3: attributes[name] = .other(try text())
      default: throw WireError()
      }
    }
    return attributes
  }

  mutating func type() throws(WireError) -> HDF5Type {
    switch try number() {
    case 0, 1:
      // The order was the number just read.
      let isLittle = bytes[position - 8] == 0
      guard let type = ElementType(rawValue: try text()) else { throw WireError() }
      return .number(type, isLittle ? .littleEndian : .bigEndian)
    case 2:
      let name = try text()
      let size = try number()
      guard size >= 0 else { throw WireError() }
      return .other(name, size: size)
    default: throw WireError()
    }
  }

  mutating func layout() throws(WireError) -> HDF5Layout {
    switch try number() {
    case 0: return .compact(try data())
    case 1: return .contiguous(offset: try number(), size: try number())
    case 2:
      let extents = try list { (reader) throws(WireError) in try reader.number() }
      let filters = try list { (reader) throws(WireError) -> HDF5Filter in
        switch try reader.number() {
        case 0: return .deflate
        case 1: return .shuffle(try reader.number())
        case 2: return .fletcher32
        case 3: return .other(try reader.number())
        default: throw WireError()
        }
      }
      let chunks = try list { (reader) throws(WireError) in
        HDF5Chunk(
          start: try reader.list { (reader) throws(WireError) in try reader.number() },
          offset: try reader.number(), size: try reader.number(),
          skippedFilters: UInt32(truncatingIfNeeded: try reader.number()))
      }
      return .chunked(extents: extents, filters: filters, chunks: chunks)
    case 3: return .unwritten(fill: try data())
    default: throw WireError()
    }
  }
}
