package import TensorCore

/// Products of many matrices at once: those in the last two axes of two arrays, as numpy's `matmul`.
///
/// `a` is `[..., M, K]`, `b` `[..., K, N]`, both of as many axes; along an axis before the last two where one has extent 1, its
/// matrices are used again.
package struct MatrixProducts: Sendable {
  /// Of each of the products which matrix of `a`, and which of `b`, it takes.
  private let places: [(a: Int, b: Int)]
  let rows: Int
  let columns: Int
  let inner: Int

  package init(_ a: Shape, _ b: Shape, _ result: Shape) {
    let outer = result.rank - 2
    (rows, columns, inner) = (result[outer], result[-1], a[-1])
    /// How many matrices on a step along each axis leads, 0 where they are used again.
    func steps(_ shape: Shape) -> [Int] {
      var (steps, step) = ([Int](repeating: 0, count: outer), 1)
      for axis in stride(from: outer - 1, through: 0, by: -1) {
        steps[axis] = shape[axis] == 1 ? 0 : step
        step *= shape[axis]
      }
      return steps
    }
    let (stepsA, stepsB) = (steps(a), steps(b))
    places = (0..<result.dimensions[..<outer].reduce(1, *)).map { product in
      var (rest, place) = (product, (a: 0, b: 0))
      for axis in stride(from: outer - 1, through: 0, by: -1) {
        place.a += rest % result[axis] * stepsA[axis]
        place.b += rest % result[axis] * stepsB[axis]
        rest /= result[axis]
      }
      return place
    }
  }

  /// `c = a b`.
  package func multiply(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, into c: UnsafeMutablePointer<Float>
  ) {
    guard rows > 0, columns > 0 else { return }
    // Threads share the rows of all products.
    parallelFor(places.count * rows, grain: max(1, 65_536 / max(1, columns * inner))) { range in
      var row = range.lowerBound
      while row < range.upperBound {
        let (product, first) = (row / rows, row % rows)
        let count = min(rows - first, range.upperBound - row)
        matrixProduct(
          rows: count, columns: columns, inner: inner,
          a + (places[product].a * rows + first) * inner, leadingA: max(1, inner),
          b + places[product].b * inner * columns, leadingB: columns,
          c + (product * rows + first) * columns, leadingC: columns)
        row += count
      }
    }
  }

  /// The gradients of a product with respect to what was multiplied, added to `da` or `db` where there is one:
  /// `da = dc b^T`, `db = a^T dc`, summed over the products that used a matrix.
  package func addGradients(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, of gradient: UnsafePointer<Float>,
    to da: UnsafeMutablePointer<Float>?, _ db: UnsafeMutablePointer<Float>?
  ) {
    guard rows > 0, columns > 0, inner > 0 else { return }
    for (product, place) in places.enumerated() {
      let dc = gradient + product * rows * columns
      if let da {
        matrixProduct(
          rows: rows, columns: inner, inner: columns, dc, leadingA: columns,
          b + place.b * inner * columns, leadingB: columns, transposeB: true, beta: 1,
          da + place.a * rows * inner, leadingC: inner)
      }
      if let db {
        matrixProduct(
          rows: inner, columns: columns, inner: rows, a + place.a * rows * inner, leadingA: inner,
          transposeA: true, dc, leadingB: columns, beta: 1, db + place.b * inner * columns, leadingC: columns)
      }
    }
  }
}

/// The products as their definition reads.
package func referenceMatrixProduct(_ a: Tensor, _ b: Tensor, to result: Shape) -> Tensor {
  let (x, y, outer) = (a.scalars, b.scalars, result.rank - 2)
  let values = (0..<result.count).map { index -> Float in
    let place = (0..<result.rank).map { index / result.strides[$0] % result[$0] }
    func start(_ shape: Shape) -> Int {
      (0..<outer).reduce(0) { $0 + (shape[$1] == 1 ? 0 : place[$1] * shape.strides[$1]) }
    }
    let (row, column) = (start(a.shape) + place[outer] * a.shape[-1], start(b.shape) + place[outer + 1])
    return Float(
      (0..<a.shape[-1]).reduce(0.0) { $0 + Double(x[row + $1]) * Double(y[column + $1 * b.shape[-1]]) })
  }
  return Tensor(values, shape: result)
}
