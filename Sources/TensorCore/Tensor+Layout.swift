extension Tensor {
  /// The same scalars in the same order under another shape of as many elements; no copy.
  public func reshaped(_ shape: Shape) -> Tensor {
    precondition(shape.count == self.shape.count, "cannot reshape \(self.shape) to \(shape)")
    return Tensor(storage: storage, shape: shape)
  }

  /// The axes in another order: axis `i` of the result is axis `order[i]` of this tensor, as in `numpy.transpose`.
  ///
  /// OIHW kernels become HWIO by `transposed([2, 3, 1, 0])`, NCHW pictures NHWC by `[0, 2, 3, 1]`.
  public func transposed(_ order: [Int]) -> Tensor {
    let result = shape(inOrder: order)
    guard shape.count > 0, order != Array(0..<shape.rank) else { return reshaped(result) }
    return Tensor(shape: result) { target in
      withUnsafeScalars { gather($0, strides: order.map { shape.strides[$0] }, result, into: target) }
    }
  }

  /// As ``transposed(_:)``, but the work is done, and what lies in a file is read, when the result is first looked at.
  package func transposedLater(_ order: [Int]) -> Tensor {
    let result = shape(inOrder: order)
    guard shape.count > 0, order != Array(0..<shape.rank) else { return reshaped(result) }
    let source = self
    return Tensor(deferring: result) { target in
      source.withUnsafeScalars {
        gather($0, strides: order.map { source.shape.strides[$0] }, result, into: target)
      }
    }
  }

  private func shape(inOrder order: [Int]) -> Shape {
    precondition(order.sorted() == Array(0..<shape.rank), "\(order) is no order of the axes of \(shape)")
    return Shape(order.map { shape[$0] })
  }
}

/// Sets `target`, row-major of `shape`, to the elements of `source` that lie `strides` apart along each axis.
package func gather<Element>(
  _ source: UnsafeBufferPointer<Element>, from first: Int = 0, strides: [Int], _ shape: Shape,
  into target: UnsafeMutableBufferPointer<Element>
) {
  guard shape.count > 0 else { return }
  guard shape.rank > 0 else { return target[0] = source[first] }
  // Rows of the result that are columns of the source are taken some at a time, so that what comes into the cache serves all.
  let rank = shape.rank
  let (inner, innerStride) = (shape[-1], strides[rank - 1])
  let near = (0..<(rank - 1)).min { strides[$0] < strides[$1] }
  guard let near, innerStride > 16, strides[near] < innerStride, shape[near] > 1 else {
    return gatherRows(source, from: first, strides: strides, shape, into: target)
  }
  let others = (0..<(rank - 1)).filter { $0 != near }
  var index = [Int](repeating: 0, count: rank)
  let targetStrides = shape.strides
  while true {
    let from = first + others.reduce(0) { $0 + index[$1] * strides[$1] }
    let to = others.reduce(0) { $0 + index[$1] * targetStrides[$1] }
    for block in stride(from: 0, to: inner, by: 16) {
      for row in 0..<shape[near] {
        let (a, b) = (from + row * strides[near], to + row * targetStrides[near])
        for column in block..<min(block + 16, inner) { target[b + column] = source[a + column * innerStride] }
      }
    }
    guard let axis = others.last(where: { index[$0] + 1 < shape[$0] }) else { return }
    index[axis] += 1
    for later in others where later > axis { index[later] = 0 }
  }
}

private func gatherRows<Element>(
  _ source: UnsafeBufferPointer<Element>, from first: Int, strides: [Int], _ shape: Shape,
  into target: UnsafeMutableBufferPointer<Element>
) {
  let (inner, innerStride) = (shape[-1], strides[shape.rank - 1])
  var index = [Int](repeating: 0, count: shape.rank)
  var (from, to) = (first, 0)
  while to < target.count {
    for step in 0..<inner { target[to + step] = source[from + step * innerStride] }
    to += inner
    var axis = shape.rank - 2
    while axis >= 0 {
      index[axis] += 1
      from += strides[axis]
      if index[axis] < shape[axis] { break }
      from -= strides[axis] * shape[axis]
      index[axis] = 0
      axis -= 1
    }
  }
}
