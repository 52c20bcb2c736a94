/// The extents of a dense array, outermost axis first: `[1, 224, 224, 3]` is one picture of 224 rows, 224 columns, 3 channels.
///
/// Images and activations are `[sample, row, column, channel]` (N, H, W, C), kernels are
/// `[row, column, input channel, output channel]` (H, W, I, O). The empty shape `[]` is a scalar: one element.
public struct Shape: Sendable, Hashable {
  /// The extents, all zero or more.
  public let dimensions: [Int]

  /// The number of elements: the product of the extents.
  public let count: Int

  /// A shape from extents that are known to be sound; traps on a negative extent or a product beyond `Int`.
  public init(_ dimensions: [Int]) {
    guard let shape = Shape(checking: dimensions) else {
      preconditionFailure("not a shape: \(dimensions)")
    }
    self = shape
  }

  /// A shape from extents that come from outside; `nil` when one is negative or their product overflows `Int`.
  public init?(checking dimensions: [Int]) {
    // Zeros count as ones here, so that the strides of an empty shape fit too.
    var product = 1
    for extent in dimensions {
      let (next, overflow) = product.multipliedReportingOverflow(by: max(extent, 1))
      guard extent >= 0, !overflow else { return nil }
      product = next
    }
    self.dimensions = dimensions
    count = dimensions.contains(0) ? 0 : product
  }

  /// The number of axes.
  public var rank: Int { dimensions.count }

  /// The extent of one axis; a negative axis counts from the last (`-1`: the channels of an NHWC array).
  public subscript(axis: Int) -> Int { dimensions[axis < 0 ? axis + rank : axis] }

  /// For each axis, how many elements apart two neighbours along it lie (row-major).
  public var strides: [Int] {
    var strides = [Int](repeating: 1, count: rank)
    for axis in stride(from: rank - 2, through: 0, by: -1) {
      strides[axis] = strides[axis + 1] * self[axis + 1]
    }
    return strides
  }
}

extension Shape: ExpressibleByArrayLiteral {
  public init(arrayLiteral elements: Int...) { self.init(elements) }
}

extension Shape: CustomStringConvertible {
  /// The extents as people write them: `[1, 224, 224, 3]`.
  public var description: String { "\(dimensions)" }
}
