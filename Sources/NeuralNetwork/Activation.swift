/// A function applied to every value; definitions of Keras 3.
public enum Activation: Sendable, Hashable {
  case linear
  case relu
  /// `min(max(x, 0), 6)`.
  case relu6
  /// `x` above 0, `slope * x` below.
  case leakyRelu(slope: Float)
  /// As ``leakyRelu(slope:)`` with one learned slope a channel: the weight `slope`.
  case parametricRelu
  /// `x` above 0, `alpha * (exp(x) - 1)` below.
  case elu(alpha: Float)
  case selu
  /// `max(x, 0) + min(0, alpha * (exp(x / alpha) - 1))`.
  case celu(alpha: Float)
  /// `x` above `threshold`, 0 elsewhere.
  case thresholdedRelu(threshold: Float)
  case sigmoid
  /// `clamp(x * slope + offset, 0, 1)`: Keras 3 and PyTorch 1/6 and 0.5, Keras 1, 2 and ONNX 0.2 and 0.5.
  case hardSigmoid(slope: Float, offset: Float)
  case tanh
  /// `x * sigmoid(x)`, also called silu.
  case swish
  case hardSwish
  /// `x * tanh(softplus(x))`.
  case mish
  /// `x * Phi(x)`; with `tanhApproximation`, Hendrycks and Gimpel's formula.
  case gelu(tanhApproximation: Bool)
  case softplus
  case softsign
  case exponential
  /// Of what is not positive, minus infinity or NaN.
  case logarithm
  case absolute
  /// `x` to the power `exponent`, as C's `pow`: NaN where `x` is negative and the exponent no whole number.
  case power(exponent: Float)
  /// Gauss's error function.
  case errorFunction
  /// Over the last axis (the channels).
  case softmax
  /// The logarithm of ``softmax``.
  case logSoftmax
  /// `clamp(x, low, high)`.
  case clip(low: Float, high: Float)
}
