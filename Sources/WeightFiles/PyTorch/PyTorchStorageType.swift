import TensorCore

/// How PyTorch names the types of numbers: the classes of storages and the dtypes.
enum PyTorchStorageType {
  private static let storages: [String: ElementType] = [
    "FloatStorage": .float32, "DoubleStorage": .float64, "HalfStorage": .float16,
    "BFloat16Storage": .bfloat16, "ByteStorage": .uint8, "CharStorage": .int8, "ShortStorage": .int16,
    "IntStorage": .int32, "LongStorage": .int64, "BoolStorage": .bool,
  ]

  private static let types: [String: ElementType] = [
    "float32": .float32, "float": .float32, "float64": .float64, "double": .float64, "float16": .float16,
    "half": .float16, "bfloat16": .bfloat16, "uint8": .uint8, "int8": .int8, "int16": .int16,
    "short": .int16, "int32": .int32, "int": .int32, "int64": .int64, "long": .int64, "bool": .bool,
    "uint16": .uint16, "uint32": .uint32, "uint64": .uint64,
  ]

  /// The type of a storage's class, `FloatStorage`.
  static func type(named storage: String) -> ElementType? { storages[storage] }

  /// The type a dtype stands for, `torch.float32` without `torch.`.
  static func type(of name: String) -> ElementType? { types[name] }
}
