import TensorCore

/// A safetensors file (huggingface/safetensors, README): a header in JSON, then the numbers of all tensors without a hole.
package struct SafetensorsFile: Sendable {
  struct Entry: Sendable {
    let type: ElementType
    let shape: Shape
    /// In the file.
    let bytes: Range<Int>
  }

  private let file: MappedFile
  /// In the order of the numbers.
  let names: [String]
  let entries: [String: Entry]
  let metadata: [String: String]

  /// The longest header the format allows.
  static let longestHeader = 100_000_000

  private static let types: [String: ElementType] = [
    "F64": .float64, "F32": .float32, "F16": .float16, "BF16": .bfloat16, "I64": .int64, "I32": .int32,
    "I16": .int16, "I8": .int8, "U64": .uint64, "U32": .uint32, "U16": .uint16, "U8": .uint8, "BOOL": .bool,
  ]

  /// Whether bytes may begin a safetensors file: a plausible length, then a brace.
  static func isLikely(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard bytes.count >= 10, bytes[8] == UInt8(ascii: "{") else { return false }
    return UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self)) <= UInt64(longestHeader)
  }

  init(_ file: MappedFile) throws(WeightFileError) {
    let name = file.path.string
    func wrong(_ part: String, _ problem: String) -> WeightFileError {
      .damaged(file: name, part: part, problem: problem)
    }
    do { try file.checkSize() } catch { throw .file(error) }
    let header = file.withBytes { bytes -> [UInt8]? in
      guard Self.isLikely(bytes) else { return nil }
      let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
      guard length <= UInt64(bytes.count - 8) else { return nil }
      return Array(bytes[8..<(8 + Int(length))])
    }
    guard let header else { throw wrong("", "the header of this safetensors file is cut off") }
    let start = 8 + header.count
    let members: [String: JSONValue]
    do {
      guard let object = try JSONValue(parsing: header).object else {
        throw wrong("", "its header is no object")
      }
      members = object
    } catch let error as JSONError {
      throw wrong("", "its header is damaged: \(error.problem) (byte \(8 + error.offset))")
    } catch let error as WeightFileError { throw error } catch { throw wrong("", "\(error)") }

    var entries: [String: Entry] = [:]
    for (key, value) in members where key != "__metadata__" {
      guard let typeName = value["dtype"]?.text, let extents = value["shape"]?.list?.map(\.integer),
        let offsets = value["data_offsets"]?.list?.map(\.integer), offsets.count == 2,
        let begin = offsets[0], let end = offsets[1]
      else { throw wrong(key, "is not described by a dtype, a shape and two data_offsets") }
      guard let type = Self.types[typeName] else {
        throw .notNumbers(file: name, name: key, found: "numbers of the type \(typeName), which is not read")
      }
      let dimensions = extents.compactMap { $0 }
      guard dimensions.count == extents.count, let shape = Shape(checking: dimensions) else {
        throw wrong(key, "has a shape that is none")
      }
      let (size, overflow) = shape.count.multipliedReportingOverflow(by: type.size)
      guard !overflow, begin >= 0, end >= begin, end - begin == size else {
        throw wrong(
          key, "claims bytes \(begin) to \(end), its shape \(shape) of \(typeName) does not take as many")
      }
      guard end <= file.size - start else {
        throw wrong(key, "lies beyond the end of the file: its numbers end at \(end) of \(file.size - start)")
      }
      entries[key] = Entry(type: type, shape: shape, bytes: (start + begin)..<(start + end))
    }
    let names = entries.sorted { ($0.value.bytes.lowerBound, $0.key) < ($1.value.bytes.lowerBound, $1.key) }
      .map(\.key)
    var position = start
    for tensor in names {
      guard let bytes = entries[tensor]?.bytes, bytes.lowerBound == position else {
        throw wrong(tensor, "does not begin where the tensor before it ends")
      }
      position = bytes.upperBound
    }
    guard position == file.size else {
      throw wrong("", "\(file.size - position) bytes follow the last tensor")
    }
    self.file = file
    self.names = names
    self.entries = entries
    metadata = (members["__metadata__"]?.object ?? [:]).compactMapValues(\.text)
  }

  func tensor(_ name: String) throws(WeightFileError) -> Tensor {
    guard let entry = entries[name] else {
      throw .noSuchTensor(
        file: file.path.string, name: name, nearest: nearestNames(to: name, among: names))
    }
    do { return try file.tensor(in: entry.bytes, as: entry.type, shape: entry.shape) } catch {
      throw .file(error)
    }
  }
}
