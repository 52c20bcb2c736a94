internal import CKernels
internal import TensorCore

/// A function of one value that micro-kernels take of what they have just stored, good to 1e-6 of its value, or
/// to 1e-35: activations.
///
/// ```swift
/// convolution.apply(to: x, into: y, finish: Finish(function: .swish))
/// ```
package struct StoredFunction: Sendable, Hashable {
  let kind: fovea_layer_function_kind.RawValue
  var a: Float = 0
  var b: Float = 0
  var scale: Float = 1

  private init(_ kind: fovea_layer_function_kind, a: Float = 0, b: Float = 0, scale: Float = 1) {
    self.kind = kind.rawValue
    self.a = a
    self.b = b
    self.scale = scale
  }

  package static let sigmoid = StoredFunction(fovea_sigmoid)
  package static let tanh = StoredFunction(fovea_tanh)
  /// `x * sigmoid(x)`.
  package static let swish = StoredFunction(fovea_swish)
  /// `x * clamp(x + 3, 0, 6) / 6`.
  package static let hardSwish = StoredFunction(fovea_hard_swish)
  /// `x * tanh(softplus(x))`.
  package static let mish = StoredFunction(fovea_mish)
  package static let softplus = StoredFunction(fovea_softplus)
  package static let softsign = StoredFunction(fovea_softsign)
  package static let exponential = StoredFunction(fovea_exponential)
  package static let errorFunction = StoredFunction(fovea_error_function)

  /// `x` times the share of a normal distribution below `x`; with `tanhApproximation`, Hendrycks and Gimpel's formula.
  package static func gelu(tanhApproximation: Bool) -> StoredFunction {
    StoredFunction(tanhApproximation ? fovea_gelu_tanh : fovea_gelu)
  }

  /// `clamp(x * slope + offset, 0, 1)`.
  package static func hardSigmoid(slope: Float, offset: Float) -> StoredFunction {
    StoredFunction(fovea_hard_sigmoid, a: slope, b: offset)
  }

  /// `x`, below 0 `slope * x`.
  package static func leakyRelu(slope: Float) -> StoredFunction { StoredFunction(fovea_leaky, a: slope) }

  /// `x`, 0 where it is not above `threshold`.
  package static func threshold(_ threshold: Float) -> StoredFunction {
    StoredFunction(fovea_threshold, a: threshold)
  }

  /// `scale * x`, below 0 `alpha * (exp(rate * x) - 1)`: elu, selu, celu.
  package static func exponentialUnit(alpha: Float, rate: Float = 1, scale: Float = 1) -> StoredFunction {
    StoredFunction(fovea_exponential_unit, a: alpha, b: rate, scale: scale)
  }

  /// For the micro-kernels.
  var described: fovea_layer_function {
    fovea_layer_function(kind: fovea_layer_function_kind(rawValue: kind), a: a, b: b, scale: scale)
  }

  /// Takes the function in place of `channels` numbers of each of `pixels` pixels, which lie `stride` apart, on this thread.
  package func apply(
    to values: UnsafeMutablePointer<Float>, pixels: Int, channels: Int, stride: Int,
    on kernels: LayerKernels = .best
  ) {
    var function = described
    kernels.table.apply(&function, pixels, channels, values, stride)
  }
}

extension StoredFunction? {
  /// For the micro-kernels: nothing is the identity.
  var described: fovea_layer_function {
    self?.described ?? fovea_layer_function(kind: fovea_identity, a: 0, b: 0, scale: 1)
  }
}
