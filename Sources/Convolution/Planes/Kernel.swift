public import TensorCore

/// The weights a filter slides over a picture: `rows` x `columns` taps.
///
/// ```swift
/// let z = correlate(x, Kernel([[0, 1, 2], [2, 2, 0], [0, 1, 2]]), output: .valid)
/// let soft = correlate(x, .gaussian(sigma: 2), boundary: .reflect)
/// ```
///
/// A kernel that is a column times a row keeps those two, however large it is: ``gaussian(sigma:truncate:)`` of a
/// thousand pixels costs thousands of numbers, not millions.
public struct Kernel: Sendable {
  /// The number of taps from top to bottom, at least 1.
  public let rows: Int
  /// The number of taps from left to right, at least 1.
  public let columns: Int

  private enum Storage: Sendable {
    case dense([Float])
    case product(Factors)
  }
  private let storage: Storage

  /// A kernel from its rows, top to bottom; traps unless all rows are equally long and not empty.
  public init(_ rows: [[Float]]) {
    let columns = rows.first?.count ?? 0
    precondition(
      columns > 0 && rows.allSatisfy { $0.count == columns }, "rows of unequal length make no kernel")
    self.init(rows: rows.count, columns: columns, taps: Array(rows.joined()))
  }

  /// A kernel from its taps in row-major order; traps when their number is not `rows * columns`.
  public init(rows: Int, columns: Int, taps: [Float]) {
    precondition(
      rows > 0 && columns > 0 && taps.count == rows * columns, "\(taps.count) taps for \(rows)x\(columns)")
    self.rows = rows
    self.columns = columns
    storage = .dense(taps)
  }

  /// The kernel `tap[a, b] = column[a] * row[b]`; traps when either is empty.
  public init(column: [Float], row: [Float]) {
    precondition(!column.isEmpty && !row.isEmpty, "a kernel needs at least one row and one column")
    rows = column.count
    columns = row.count
    storage = .product(Factors(column: column, row: row))
  }

  /// A kernel from a tensor `[rows, columns]`, as `.npy` files hold it; a trailing axis of extent 1 is ignored.
  ///
  /// Throws ``ConvolutionError/notAKernel(shape:)`` for another shape and
  /// ``ConvolutionError/notANumber(row:column:found:)`` for a tap that is not finite.
  public init(_ tensor: Tensor) throws(ConvolutionError) {
    let shape = tensor.shape
    let isMatrix = shape.rank == 2 || shape.rank == 3 && shape[2] == 1
    guard isMatrix, shape.count > 0 else { throw .notAKernel(shape: shape) }
    let taps = tensor.scalars
    if let bad = taps.firstIndex(where: { !$0.isFinite }) {
      throw .notANumber(row: bad / shape[1] + 1, column: bad % shape[1] + 1, found: "\(taps[bad])")
    }
    self.init(rows: shape[0], columns: shape[1], taps: taps)
  }

  /// The taps in row-major order.
  public var taps: [Float] {
    switch storage {
    case .dense(let taps): taps
    case .product(let factors): factors.column.flatMap { tap in factors.row.map { tap * $0 } }
    }
  }

  /// The size, rows before columns.
  public var extent: Extent { Extent(height: rows, width: columns) }

  /// The kernel turned by half a turn: what a convolution slides.
  public var flipped: Kernel {
    switch storage {
    case .dense(let taps): Kernel(rows: rows, columns: columns, taps: taps.reversed())
    case .product(let factors): Kernel(column: factors.column.reversed(), row: factors.row.reversed())
    }
  }

  /// The kernel divided by the sum of its taps, so that flat areas keep their value.
  ///
  /// Where the taps cancel (derivatives), by the sum of the positive ones, so that a response to 0...1 stays within
  /// -1...1. A kernel of zeros stays as it is.
  public func normalised() -> Kernel {
    let total = sum
    let absolute = taps.reduce(0) { $0 + abs(Double($1)) }
    let divisor = abs(total) > 1e-6 * absolute ? total : absolute / 2
    return divisor == 0 ? self : scaled(by: 1 / divisor)
  }

  /// Each tap times `factor`.
  public func scaled(by factor: Double) -> Kernel {
    switch storage {
    case .dense(let taps):
      Kernel(rows: rows, columns: columns, taps: taps.map { Float(Double($0) * factor) })
    case .product(let factors):
      Kernel(column: factors.column.map { Float(Double($0) * factor) }, row: factors.row)
    }
  }

  /// The sum of the taps.
  public var sum: Double {
    switch storage {
    case .dense(let taps): taps.reduce(0) { $0 + Double($1) }
    case .product(let factors):
      factors.column.reduce(0) { $0 + Double($1) } * factors.row.reduce(0) { $0 + Double($1) }
    }
  }

  /// The column and the row whose product this kernel is, where there are such: found for dense taps too.
  package var factors: Factors? {
    switch storage {
    case .dense(let taps): Factors(of: taps, rows: rows, columns: columns)
    case .product(let factors): factors
    }
  }

  /// A column and a row; their product is a kernel of rank 1.
  package struct Factors: Sendable, Equatable {
    package let column: [Float]
    package let row: [Float]
  }
}

extension Kernel: Equatable {
  /// Equal sizes and equal taps.
  public static func == (left: Kernel, right: Kernel) -> Bool {
    left.rows == right.rows && left.columns == right.columns && left.taps == right.taps
  }
}

extension Kernel: CustomStringConvertible {
  /// The taps as ``init(text:)`` reads them: `0.0 1.0; 2.0 3.0`.
  public var description: String {
    let taps = taps
    return (0..<rows).map { row in
      taps[row * columns..<(row + 1) * columns].map { "\($0)" }.joined(separator: " ")
    }.joined(separator: "; ")
  }
}
