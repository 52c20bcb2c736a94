import TensorCore

/// A view of a storage, as `torch._utils._rebuild_tensor_v2` is told of it.
struct PyTorchTensor: Sendable {
  let type: ElementType
  let shape: Shape
  /// In elements of the storage, as ``offset``.
  let strides: [Int]
  let offset: Int
  let storage: String
  /// The elements the pickle says the storage has.
  let storageCount: Int

  /// Whether the elements lie one after another in the order of the shape.
  var isContiguous: Bool {
    zip(shape.dimensions, zip(strides, shape.strides)).allSatisfy { $0 == 1 || $1.0 == $1.1 }
  }

  /// The index after the last element that is looked at; `nil` when it overflows.
  var end: Int? {
    guard shape.count > 0 else { return offset }
    var last = offset
    for (extent, stride) in zip(shape.dimensions, strides) {
      let (step, overflow) = (extent - 1).multipliedReportingOverflow(by: stride)
      let (sum, tooFar) = last.addingReportingOverflow(step)
      guard !overflow, !tooFar else { return nil }
      last = sum
    }
    return last == .max ? nil : last + 1
  }
}

/// What keeps a pickle from being a set of tensors.
struct PyTorchProblem: Error {
  let tensor: String
  let problem: String
}

extension PyTorchTensor {
  /// The tensor a node stands for; `nil` when the node is no tensor at all.
  init?(_ value: PickleValue, in pickle: Pickle, named name: String, depth: Int = 0) throws(PyTorchProblem) {
    guard case .call(let global, let arguments, _)? = pickle[value] else { return nil }
    func wrong(_ problem: String) -> PyTorchProblem { PyTorchProblem(tensor: name, problem: problem) }
    switch (global.module, global.name) {
    case ("torch._utils", "_rebuild_parameter"), ("torch._utils", "_rebuild_parameter_with_state"),
      ("torch.nn.parameter", "Parameter"), ("torch.nn.parameter", "Buffer"), ("torch", "Tensor"):
      guard depth < 8, let first = arguments.first else { throw wrong("is a parameter without a tensor") }
      guard let tensor = try PyTorchTensor(first, in: pickle, named: name, depth: depth + 1) else {
        throw wrong("is a parameter without a tensor")
      }
      self = tensor
    case ("torch._tensor", "_rebuild_from_type_v2"):
      guard arguments.count >= 3, let function = arguments[0].global, let inner = pickle.items(arguments[2])
      else { throw wrong("is rebuilt from what is no tensor") }
      guard function.module == "torch._utils" else { throw wrong("is rebuilt by \(function)") }
      try self.init(rebuilding: function, inner, in: pickle, named: name, depth: depth)
    case ("torch._utils", _):
      try self.init(rebuilding: global, arguments, in: pickle, named: name, depth: depth)
    default: return nil
    }
  }

  /// What `_rebuild_tensor_v2(storage, offset, size, stride, ...)` and its versions make.
  private init(
    rebuilding function: PickleGlobal, _ arguments: [PickleValue], in pickle: Pickle, named name: String,
    depth: Int
  ) throws(PyTorchProblem) {
    func wrong(_ problem: String) -> PyTorchProblem { PyTorchProblem(tensor: name, problem: problem) }
    if function.name.hasPrefix("_rebuild_parameter") {
      guard depth < 8, let first = arguments.first,
        let tensor = try PyTorchTensor(first, in: pickle, named: name, depth: depth + 1)
      else { throw wrong("is a parameter without a tensor") }
      self = tensor
      return
    }
    guard arguments.count >= 4, case .persistent(let identifier)? = pickle[arguments[0]],
      let location = pickle.items(identifier), location.count >= 5, location[0].text == "storage",
      let kind = location[1].global
    else { throw wrong("is a tensor without a storage") }
    guard let key = location[2].text ?? location[2].integer.map(String.init),
      let count = location[4].integer, count >= 0
    else { throw wrong("has a storage that is not described") }
    var type = PyTorchStorageType.type(named: kind.name)
    if function.name == "_rebuild_tensor_v3" {
      guard arguments.count >= 7, let dtype = arguments[6].global else { throw wrong("has no dtype") }
      type = PyTorchStorageType.type(of: dtype.name)
      if type == nil { throw wrong("holds numbers of the type \(dtype), which is not read") }
    }
    guard let type else { throw wrong("lies in a \(kind), whose numbers are not read") }
    guard let offset = arguments[1].integer, let extents = Self.extents(arguments[2], in: pickle),
      let strides = pickle.integers(arguments[3]), let shape = Shape(checking: extents),
      strides.count == shape.rank, offset >= 0, strides.allSatisfy({ $0 >= 0 })
    else { throw wrong("has a shape, strides or an offset that are none") }
    // A storage in bytes (the dtype stands beside it) is counted in bytes.
    let elements = kind.name.contains("Untyped") ? count / type.size : count
    self.init(
      type: type, shape: shape, strides: strides, offset: offset, storage: key, storageCount: elements)
    guard let end, end <= elements else {
      throw wrong("reaches beyond its storage of \(elements) numbers (shape \(shape), strides \(strides))")
    }
    // A stride of 0 repeats numbers; a small file must not ask for memory without end.
    guard shape.count <= max(elements, 1 << 16) else {
      throw wrong("repeats the \(elements) numbers of its storage to make \(shape.count)")
    }
    guard !shape.count.multipliedReportingOverflow(by: 8).overflow else { throw wrong("is too large") }
  }

  /// A tuple of extents, or a `torch.Size` made of one.
  private static func extents(_ value: PickleValue, in pickle: Pickle) -> [Int]? {
    if case .call(let global, let arguments, _)? = pickle[value], global.name == "Size" {
      return arguments.first.flatMap(pickle.integers)
    }
    return pickle.integers(value)
  }
}
