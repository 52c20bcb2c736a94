internal import CKernels
package import TensorCore

/// What is made of several values that stand at one place.
package enum Elementwise: Sendable, Hashable, CaseIterable {
  case add, subtract, multiply, divide, average, minimum, maximum

  fileprivate var combination: fovea_combination {
    switch self {
    case .add, .average: fovea_add
    case .subtract: fovea_subtract
    case .multiply: fovea_multiply
    case .divide: fovea_divide
    case .minimum: fovea_minimum
    case .maximum: fovea_maximum
    }
  }
}

/// The inputs combined element by element, those of extent 1 along an axis repeated along it.
package func combine(
  _ kind: Elementwise, _ sources: [(UnsafePointer<Float>, Shape)],
  into output: UnsafeMutablePointer<Float>,
  _ shape: Shape, grain: Int, _ epilogue: Epilogue? = nil
) {
  let channels = shape[-1]
  guard shape.count > 0, !sources.isEmpty else { return }
  let kernels = LayerKernels.best.table
  let strides = sources.map { broadcastStrides($0.1, to: shape) }
  let areWhole = sources.allSatisfy { $0.1 == shape }
  /// The place in an input of the first scalar of a row of the result.
  func place(_ input: Int, _ row: Int) -> UnsafePointer<Float> {
    if sources[input].1 == shape { return sources[input].0 + row * channels }
    var (rest, offset) = (row, 0)
    for axis in stride(from: shape.rank - 2, through: 0, by: -1) {
      offset += rest % shape[axis] * strides[input][axis]
      rest /= shape[axis]
    }
    return sources[input].0 + offset
  }
  parallelFor(shape.count / channels, grain: grain) { range in
    let rows = areWhole ? range.count : 1
    let count = rows * channels
    for row in stride(from: range.lowerBound, to: range.upperBound, by: rows) {
      let target = output + row * channels
      var left = place(0, row)
      if strides[0][shape.rank - 1] == 0 {
        target.update(repeating: left[0], count: count)
        left = UnsafePointer(target)
      } else if sources.count == 1, left != target {
        target.update(from: left, count: count)
      }
      for input in sources.indices.dropFirst() {
        kernels.combine(
          kind.combination, count, left, place(input, row), strides[input][shape.rank - 1], target)
        left = UnsafePointer(target)
      }
      if kind == .average {
        var share = 1 / Float(sources.count)
        kernels.combine(fovea_multiply, count, target, &share, 0, target)
      }
    }
    epilogue?(output + range.lowerBound * channels, range.count)
  }
}

private func broadcastStrides(_ shape: Shape, to result: Shape) -> [Int] {
  shape.strides.indices.map { shape[$0] == 1 && result[$0] != 1 ? 0 : shape.strides[$0] }
}
