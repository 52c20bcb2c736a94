/// A dense array of 32-bit floats, row-major: the one array type of Fovea.
///
/// Pictures and activations are NHWC `[sample, row, column, channel]`, kernels HWIO
/// `[row, column, input channel, output channel]`; importers convert once, at the door.
///
/// ```swift
/// let x = Tensor([0, 1, 2, 3, 4, 5], shape: [2, 3])
/// x[1, 2]                                  // 5
/// x.reshaped([3, 2]).transposed([1, 0])    // [[0, 2, 4], [1, 3, 5]]
/// ```
///
/// A tensor is a value: copies share memory until one of them is changed. Reading an element through a subscript
/// is for tests and small tables; anything hot takes the whole buffer once with ``withUnsafeScalars(_:)``.
public struct Tensor: Sendable {
  /// The extents, outermost axis first.
  public let shape: Shape

  package private(set) var storage: TensorStorage

  package init(storage: TensorStorage, shape: Shape) {
    precondition(storage.count == shape.count, "\(storage.count) scalars for shape \(shape)")
    self.storage = storage
    self.shape = shape
  }

  /// A tensor holding `scalars` in row-major order; traps when their number is not the shape's.
  public init(_ scalars: [Float], shape: Shape) {
    precondition(scalars.count == shape.count, "\(scalars.count) scalars for shape \(shape)")
    self.init(shape: shape) { buffer in _ = buffer.update(fromContentsOf: scalars) }
  }

  /// A tensor of one repeated value.
  public init(repeating value: Float, shape: Shape) {
    self.init(shape: shape) { $0.update(repeating: value) }
  }

  /// A tensor whose scalars `fill` sets; every element must be set, in any order.
  public init(shape: Shape, fill: (UnsafeMutableBufferPointer<Float>) throws -> Void) rethrows {
    let storage = TensorStorage(uninitialized: shape.count)
    try fill(UnsafeMutableBufferPointer(start: storage.base, count: shape.count))
    self.init(storage: storage, shape: shape)
  }

  /// A tensor whose scalars `fill` sets, every one, when the first of them is asked for.
  ///
  /// What `fill` needs of the world (a mapped file) it must hold itself.
  package init(
    deferring shape: Shape, fill: @escaping @Sendable (UnsafeMutableBufferPointer<Float>) -> Void
  ) {
    self.init(storage: TensorStorage(deferring: shape.count, fill: fill), shape: shape)
  }

  /// The scalars in row-major order, copied.
  public var scalars: [Float] { withUnsafeScalars(Array.init) }

  /// Lends the scalars, row-major, for the length of `body`.
  public func withUnsafeScalars<Result, Failure: Error>(
    _ body: (UnsafeBufferPointer<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    defer { withExtendedLifetime(storage) {} }
    return try body(UnsafeBufferPointer(start: storage.base, count: shape.count))
  }

  /// Lends the scalars, row-major, for changing them in place; copies them first when another tensor shares them.
  public mutating func withUnsafeMutableScalars<Result, Failure: Error>(
    _ body: (UnsafeMutableBufferPointer<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    makeUnique()
    defer { withExtendedLifetime(storage) {} }
    return try body(UnsafeMutableBufferPointer(start: storage.base, count: shape.count))
  }

  private mutating func makeUnique() {
    guard storage.lender != nil || !isKnownUniquelyReferenced(&storage) else { return }
    let copy = TensorStorage(uninitialized: shape.count)
    copy.base.update(from: storage.base, count: shape.count)
    storage = copy
  }

  /// One element, by an index for each axis.
  public subscript(indices: Int...) -> Float {
    get { storage.base[offset(of: indices)] }
    set {
      let offset = offset(of: indices)
      withUnsafeMutableScalars { $0[offset] = newValue }
    }
  }

  private func offset(of indices: [Int]) -> Int {
    precondition(indices.count == shape.rank, "\(indices.count) indices into shape \(shape)")
    var offset = 0
    for (index, extent) in zip(indices, shape.dimensions) {
      precondition(index >= 0 && index < extent, "index \(indices) outside shape \(shape)")
      offset = offset * extent + index
    }
    return offset
  }
}

extension Tensor: Equatable {
  /// Equal shapes and equal scalars, as `Float` compares them (NaN equals nothing).
  public static func == (left: Tensor, right: Tensor) -> Bool {
    guard left.shape == right.shape else { return false }
    return left.withUnsafeScalars { a in right.withUnsafeScalars { b in a.elementsEqual(b) } }
  }
}
