/// How far one tensor lies from another that it should equal.
public struct Agreement: Sendable, Equatable {
  /// `max|a - b| / max|b|`; 0 for two tensors of zeros, infinity when `b` is all zero and `a` is not, NaN when either holds a NaN.
  public let relativeToMaximum: Float
  /// `max|a - b|`.
  public let absolute: Float

  /// Whether the tensors "agree to `tolerance`": `max|a - b| <= tolerance * max|b|` and no NaN.
  public func holds(to tolerance: Float) -> Bool { relativeToMaximum <= tolerance }
}

extension Tensor {
  /// How far this tensor lies from `reference`; `nil` when the shapes differ.
  public func agreement(with reference: Tensor) -> Agreement? {
    guard shape == reference.shape else { return nil }
    var difference: Float = 0
    var scale: Float = 0
    let sound = withUnsafeScalars { a in
      reference.withUnsafeScalars { b in
        for index in 0..<a.count {
          // Equal infinities differ by nothing; their subtraction would say NaN.
          let distance = a[index] == b[index] ? 0 : abs(a[index] - b[index])
          guard !distance.isNaN else { return false }
          difference = max(difference, distance)
          scale = max(scale, abs(b[index]))
        }
        return true
      }
    }
    guard sound else { return Agreement(relativeToMaximum: .nan, absolute: .nan) }
    return Agreement(relativeToMaximum: difference == 0 ? 0 : difference / scale, absolute: difference)
  }
}
