/// How a file stores one number; readers turn every type into the 32-bit floats of a ``Tensor``.
public enum ElementType: String, Sendable, Hashable, CaseIterable {
  case float16, bfloat16, float32, float64
  case int8, int16, int32, int64
  case uint8, uint16, uint32, uint64
  /// One byte, zero or not.
  case bool

  /// The bytes one number takes.
  public var size: Int {
    switch self {
    case .int8, .uint8, .bool: 1
    case .float16, .bfloat16, .int16, .uint16: 2
    case .float32, .int32, .uint32: 4
    case .float64, .int64, .uint64: 8
    }
  }
}

/// The order of the bytes of one stored number.
public enum ByteOrder: Sendable, Hashable {
  case littleEndian, bigEndian

  /// The order of the machine this runs on.
  public static let native: ByteOrder = UInt16(littleEndian: 1) == 1 ? .littleEndian : .bigEndian
}

extension ElementType {
  /// Turns as many stored numbers as `floats` has room for into floats, the nearest where 32 bits do not suffice.
  package func decode(
    _ bytes: UnsafeRawBufferPointer, order: ByteOrder, into floats: UnsafeMutableBufferPointer<Float>
  ) {
    precondition(bytes.count >= floats.count * size, "\(bytes.count) bytes for \(floats.count) of \(self)")
    let swapped = size > 1 && order != .native
    func fill<Stored: FixedWidthInteger>(_: Stored.Type, _ value: (Stored) -> Float) {
      for index in 0..<floats.count {
        let stored = bytes.loadUnaligned(fromByteOffset: index * MemoryLayout<Stored>.size, as: Stored.self)
        floats[index] = value(swapped ? stored.byteSwapped : stored)
      }
    }
    switch self {
    case .float32:
      if swapped { return fill(UInt32.self, Float.init(bitPattern:)) }
      UnsafeMutableRawBufferPointer(floats).copyMemory(
        from: UnsafeRawBufferPointer(rebasing: bytes[..<(floats.count * 4)]))
    case .float64: fill(UInt64.self) { Float(Double(bitPattern: $0)) }
    case .float16: fill(UInt16.self, Float.init(halfBits:))
    case .bfloat16: fill(UInt16.self) { Float(bitPattern: UInt32($0) << 16) }
    case .int8: fill(Int8.self) { Float($0) }
    case .int16: fill(Int16.self) { Float($0) }
    case .int32: fill(Int32.self) { Float($0) }
    case .int64: fill(Int64.self) { Float($0) }
    case .uint8: fill(UInt8.self) { Float($0) }
    case .uint16: fill(UInt16.self) { Float($0) }
    case .uint32: fill(UInt32.self) { Float($0) }
    case .uint64: fill(UInt64.self) { Float($0) }
    case .bool: fill(UInt8.self) { $0 == 0 ? 0 : 1 }
    }
  }
}

extension Float {
  /// The value of an IEEE 754 binary16 number, exactly; spelt out because `Float16` does not exist on every platform.
  package init(halfBits bits: UInt16) {
    let sign = UInt32(bits & 0x8000) << 16
    let exponent = UInt32(bits >> 10 & 0x1F)
    let fraction = UInt32(bits & 0x3FF)
    switch exponent {
    case 0:
      // Zero or subnormal: a multiple of 2^-24.
      let magnitude = Float(fraction) * 0x1p-24
      self = Float(bitPattern: magnitude.bitPattern | sign)
    case 31: self = Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
    default: self = Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
  }
}
