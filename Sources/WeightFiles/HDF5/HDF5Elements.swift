import CHDF5
import TensorCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

enum HDF5Space {
  /// The extents of a dataspace; an empty (null) one counts as one axis of none.
  static func dimensions(of space: hid_t, path: String) throws(HDF5Refusal) -> [Int] {
    switch H5Sget_simple_extent_type(space) {
    case H5S_SCALAR: return []
    case H5S_NULL: return [0]
    default: break
    }
    let rank = H5Sget_simple_extent_ndims(space)
    guard rank >= 0, rank <= 32 else { throw HDF5Refusal(object: path, problem: "its shape is damaged") }
    var extents = [hsize_t](repeating: 0, count: 32)
    guard H5Sget_simple_extent_dims(space, &extents, nil) >= 0,
      extents[..<Int(rank)].allSatisfy({ $0 <= hsize_t(Int.max) })
    else { throw HDF5Refusal(object: path, problem: "its shape is damaged") }
    return extents[..<Int(rank)].map(Int.init)
  }
}

extension HDF5Type {
  /// What libhdf5's open type `id` stands for.
  init(describing id: hid_t) {
    let size = H5Tget_size(id)
    let kind = H5Tget_class(id)
    // h5py stores truth values as an enumeration over one-byte integers.
    if kind == H5T_ENUM {
      self = size == 1 ? .number(.bool, .native) : .other("enumeration", size: size)
      return
    }
    let order: ByteOrder
    switch H5Tget_order(id) {
    case H5T_ORDER_LE: order = .littleEndian
    case H5T_ORDER_BE: order = .bigEndian
    default: order = .native
    }
    if kind == H5T_FLOAT, let type = Self.float(id, size: size) {
      self = .number(type, order)
    } else if kind == H5T_INTEGER, let type = Self.integer(id, size: size) {
      self = .number(type, order)
    } else {
      self = .other(Self.name(of: kind), size: size)
    }
  }

  private static func float(_ id: hid_t, size: Int) -> ElementType? {
    var (sign, exponent, exponentBits, fraction, fractionBits) = (0, 0, 0, 0, 0)
    guard H5Tget_fields(id, &sign, &exponent, &exponentBits, &fraction, &fractionBits) >= 0 else {
      return nil
    }
    let known: [(ElementType, [Int], Int)] = [
      (.float16, [15, 10, 5, 0, 10], 15), (.bfloat16, [15, 7, 8, 0, 7], 127),
      (.float32, [31, 23, 8, 0, 23], 127), (.float64, [63, 52, 11, 0, 52], 1023),
    ]
    let fields = [sign, exponent, exponentBits, fraction, fractionBits]
    return known.first { $0.0.size == size && $0.1 == fields && H5Tget_ebias(id) == $0.2 }?.0
  }

  private static func integer(_ id: hid_t, size: Int) -> ElementType? {
    guard H5Tget_precision(id) == size * 8, H5Tget_offset(id) == 0 else { return nil }
    let isSigned = H5Tget_sign(id) == H5T_SGN_2
    switch size {
    case 1: return isSigned ? .int8 : .uint8
    case 2: return isSigned ? .int16 : .uint16
    case 4: return isSigned ? .int32 : .uint32
    case 8: return isSigned ? .int64 : .uint64
    default: return nil
    }
  }

  private static func name(of kind: H5T_class_t) -> String {
    switch kind {
    case H5T_STRING: "text"
    case H5T_OPAQUE: "opaque bytes"
    case H5T_COMPOUND: "compound"
    case H5T_REFERENCE: "reference"
    case H5T_VLEN: "lists of varying length"
    case H5T_ARRAY: "arrays"
    case H5T_FLOAT, H5T_INTEGER: "numbers of an unusual form"
    default: "an unknown type"
    }
  }
}

extension HDF5Value {
  /// The value of an open attribute and the bytes it takes, which must not be more than `limit`.
  static func read(_ attribute: hid_t, named name: String, of path: String, atMost limit: Int)
    throws(HDF5Refusal) -> (HDF5Value, size: Int)
  {
    let damaged = HDF5Refusal(object: path, problem: "its attribute '\(name)' is damaged")
    let space = Handle(H5Aget_space(attribute), H5Sclose)
    let type = Handle(H5Aget_type(attribute), H5Tclose)
    guard space.isSound, type.isSound else { throw damaged }
    guard let shape = Shape(checking: try HDF5Space.dimensions(of: space.id, path: path)) else {
      throw damaged
    }
    let elementSize = H5Tget_size(type.id)
    let (size, overflow) = shape.count.multipliedReportingOverflow(by: max(elementSize, 8))
    guard !overflow, size <= limit else {
      throw HDF5Refusal(object: path, problem: "its attribute '\(name)' claims more bytes than the file has")
    }
    switch H5Tget_class(type.id) {
    case H5T_STRING where H5Tis_variable_str(type.id) > 0:
      return (.texts(try variableTexts(attribute, type.id, space.id, count: shape.count, damaged)), size)
    case H5T_STRING:
      return (
        .texts(try fixedTexts(attribute, type.id, count: shape.count, size: elementSize, damaged)), size
      )
    case H5T_INTEGER, H5T_ENUM:
      guard H5Tget_class(type.id) == H5T_INTEGER else { return (.other("enumeration"), size) }
      var numbers = [Int64](repeating: 0, count: shape.count)
      guard shape.count == 0 || H5Aread(attribute, fovea_h5_native_int64(), &numbers) >= 0 else {
        throw damaged
      }
      return (.integers(numbers), size)
    case H5T_FLOAT:
      var numbers = [Double](repeating: 0, count: shape.count)
      guard shape.count == 0 || H5Aread(attribute, fovea_h5_native_double(), &numbers) >= 0 else {
        throw damaged
      }
      return (.numbers(numbers), size)
    default: return (.other("a type without use here"), size)
    }
  }

  private static func fixedTexts(
    _ attribute: hid_t, _ type: hid_t, count: Int, size: Int, _ damaged: HDF5Refusal
  ) throws(HDF5Refusal) -> [String] {
    guard count > 0 else { return [] }
    var bytes = [UInt8](repeating: 0, count: count * size)
    guard size > 0, H5Aread(attribute, type, &bytes) >= 0 else { throw damaged }
    let isSpacePadded = H5Tget_strpad(type) == H5T_STR_SPACEPAD
    return (0..<count).map { index in
      var text = bytes[(index * size)..<((index + 1) * size)].prefix { $0 != 0 }
      if isSpacePadded { while text.last == 0x20 { text.removeLast() } }
      return String(decoding: text, as: UTF8.self)
    }
  }

  private static func variableTexts(
    _ attribute: hid_t, _ type: hid_t, _ space: hid_t, count: Int, _ damaged: HDF5Refusal
  ) throws(HDF5Refusal) -> [String] {
    guard count > 0 else { return [] }
    let memory = Handle(H5Tcopy(type), H5Tclose)
    var pointers = [UnsafeMutablePointer<CChar>?](repeating: nil, count: count)
    guard memory.isSound, H5Aread(attribute, memory.id, &pointers) >= 0 else { throw damaged }
    defer { H5Dvlen_reclaim(memory.id, space, fovea_h5_default(), &pointers) }
    return pointers.map { $0.map { String(cString: $0) } ?? "" }
  }
}
