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
    precondition(order.sorted() == Array(0..<shape.rank), "\(order) is no order of the axes of \(shape)")
    let result = Shape(order.map { shape[$0] })
    guard shape.count > 0, order != Array(0..<shape.rank) else { return reshaped(result) }
    let sourceStrides = order.map { shape.strides[$0] }
    let inner = result[-1]
    let innerStride = sourceStrides[result.rank - 1]
    return Tensor(shape: result) { target in
      withUnsafeScalars { source in
        var index = [Int](repeating: 0, count: result.rank)
        var from = 0
        var to = 0
        while to < target.count {
          for step in 0..<inner { target[to + step] = source[from + step * innerStride] }
          to += inner
          var axis = result.rank - 2
          while axis >= 0 {
            index[axis] += 1
            from += sourceStrides[axis]
            if index[axis] < result[axis] { break }
            from -= sourceStrides[axis] * result[axis]
            index[axis] = 0
            axis -= 1
          }
        }
      }
    }
  }
}
