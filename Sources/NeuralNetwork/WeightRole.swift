/// What a weight tensor is to its layer.
public enum WeightRole: String, Sendable, Hashable, CaseIterable {
  /// Convolution `[H, W, I / groups, O]`, transposed convolution `[H, W, O, I]`, dense `[I, O]`, depthwise `[H, W, C, multiplier]`.
  case kernel
  /// The 1x1 kernel of a separable convolution, `[1, 1, I, O]`; its depthwise kernel is ``kernel``.
  case pointwiseKernel
  case bias
  case gamma
  case beta
  case movingMean
  case movingVariance
  /// One slope a channel of a parametric relu.
  case slope
  /// The numbers of a constant.
  case value
}
