public import TensorCore
public import Testing

/// Expects `actual` to agree with `expected` to `tolerance`: `max|a - b| <= tolerance * max|b|`, same shape, no NaN.
public func expectAgreement(
  _ actual: Tensor, _ expected: Tensor, to tolerance: Float = 1e-5, _ what: String = "",
  sourceLocation: SourceLocation = #_sourceLocation
) {
  guard let agreement = actual.agreement(with: expected) else {
    Issue.record(
      "\(what) shape \(actual.shape), expected \(expected.shape)", sourceLocation: sourceLocation)
    return
  }
  #expect(
    agreement.holds(to: tolerance),
    "\(what) differs by \(agreement.relativeToMaximum) of the maximum, allowed \(tolerance)",
    sourceLocation: sourceLocation)
}
