package import TensorCore

/// One stored array of an ONNX file (`TensorProto`), without its numbers.
package struct OnnxTensor: Sendable {
  package let name: String
  package let dimensions: [Int]
  package let type: ElementType
  let place: Place

  /// Where the numbers lie.
  enum Place: Sendable {
    /// One behind the other, little-endian: `raw_data`, or a piece of a file beside the model.
    case bytes(Range<Int>, in: MappedFile)
    /// `float_data` or `double_data`.
    case numbers(ProtobufNumbers, in: MappedFile)
    /// `int32_data`, `int64_data`, `uint64_data`: numbers of varying length, 16-bit floats by their bits.
    case varints([Range<Int>], in: MappedFile)
  }

  package var shape: Shape { Shape(dimensions) }

  /// ONNX's numbers for the types of elements that have a meaning as floats (onnx.proto3, `TensorProto.DataType`).
  static let types: [Int: ElementType] = [
    1: .float32, 2: .uint8, 3: .int8, 4: .uint16, 5: .int16, 6: .int32, 7: .int64, 9: .bool, 10: .float16,
    11: .float64, 12: .uint32, 13: .uint64, 16: .bfloat16,
  ]

  /// The names of the others, for messages.
  static let otherTypes: [Int: String] = [
    0: "values of no type", 8: "texts", 14: "complex numbers", 15: "complex numbers", 17: "8-bit floats",
    18: "8-bit floats", 19: "8-bit floats", 20: "8-bit floats", 21: "4-bit numbers", 22: "4-bit numbers",
    23: "4-bit floats", 24: "8-bit exponents", 25: "2-bit numbers", 26: "2-bit numbers",
  ]

  /// The numbers as floats: borrowed from the file where they are 32-bit floats in one piece, else converted when they are
  /// first looked at.
  package func tensor() throws(WeightFileError) -> Tensor {
    switch place {
    case .bytes(let range, let file):
      do { return try file.tensor(in: range, as: type, shape: shape) } catch { throw .file(error) }
    case .numbers(let numbers, let file):
      do { return try numbers.tensor(in: file, shape: shape) } catch { throw .file(error) }
    case .varints(let ranges, let file):
      let bits = try varints(ranges, in: file)
      let type = type
      return Tensor(bits.map { type.value(ofBits: $0) }, shape: shape)
    }
  }

  /// The numbers of an array of whole numbers or truths, exactly; `nil` for floats.
  package func integers() throws(WeightFileError) -> [Int]? {
    guard type.isWhole else { return nil }
    switch place {
    case .numbers: return nil
    case .varints(let ranges, let file):
      return try varints(ranges, in: file).map { Int(truncatingIfNeeded: $0) }
    case .bytes(let range, let file):
      do { try file.checkSize() } catch { throw .file(error) }
      return file.withBytes { bytes in
        (0..<shape.count).map { index in
          let place = range.lowerBound + index * type.size
          var bits: UInt64 = 0
          for byte in 0..<type.size { bits |= UInt64(bytes[place + byte]) << UInt64(8 * byte) }
          let unused = UInt64(64 - 8 * type.size)
          return type.isSigned
            ? Int(Int64(bitPattern: bits << unused) >> Int64(unused)) : Int(truncatingIfNeeded: bits)
        }
      }
    }
  }

  private func varints(_ ranges: [Range<Int>], in file: MappedFile) throws(WeightFileError) -> [UInt64] {
    try file.checkingSize()
    var values: [UInt64] = []
    let expected = shape.count
    do {
      try file.withBytes { (bytes) throws(ProtobufError) in
        for range in ranges {
          values += try bytes.packedVarints(range, atMost: expected - values.count)
        }
      }
    } catch { throw error.weightFileError(file) }
    guard values.count == expected else {
      throw .damaged(
        file: file.path.string, part: name,
        problem: "has shape \(shape) but holds \(values.count) numbers, expected \(expected)")
    }
    return values
  }
}

extension ElementType {
  fileprivate var isWhole: Bool {
    switch self {
    case .float16, .bfloat16, .float32, .float64: false
    default: true
    }
  }

  fileprivate var isSigned: Bool {
    switch self {
    case .int8, .int16, .int32, .int64: true
    default: false
    }
  }

  /// The float that a number of a varint field stands for: 16-bit floats are stored there by their bits.
  fileprivate func value(ofBits bits: UInt64) -> Float {
    switch self {
    case .float16: Float(halfBits: UInt16(truncatingIfNeeded: bits))
    case .bfloat16: Float(bitPattern: UInt32(UInt16(truncatingIfNeeded: bits)) << 16)
    case .bool: bits == 0 ? 0 : 1
    case .uint64: Float(bits)
    default: Float(Int64(bitPattern: bits))
    }
  }
}
