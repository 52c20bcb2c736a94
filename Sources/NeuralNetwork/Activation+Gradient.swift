import Convolution

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension Activation {
  /// Whether the derivative can only be told from what went in: of the others it follows from what came out.
  package var derivativeNeedsInput: Bool {
    switch self {
    case .errorFunction, .swish, .hardSwish, .mish, .gelu, .parametricRelu, .absolute, .power, .celu,
      .thresholdedRelu:
      true
    case .leakyRelu(let slope): slope <= 0
    case .elu(let alpha): alpha <= 0
    default: false
    }
  }

  /// Multiplies the gradient with respect to the output by the derivative, in place, over `pixels` rows of `channels` numbers.
  ///
  /// `input` is read only where ``derivativeNeedsInput`` says so. At a kink the derivative is that of the side below, as in
  /// PyTorch and TensorFlow (relu at 0: 0).
  package func multiplyByDerivative(
    _ gradient: UnsafeMutablePointer<Float>, input: UnsafePointer<Float>, output y: UnsafePointer<Float>,
    pixels: Int, channels: Int, slopes: UnsafePointer<Float>?
  ) {
    @inline(__always) func each(_ values: UnsafePointer<Float>, _ derivative: (Float) -> Float) {
      for index in 0..<pixels * channels { gradient[index] *= derivative(values[index]) }
    }
    @inline(__always) func passing(_ passes: (Float) -> Bool) {
      for index in 0..<pixels * channels { gradient[index] = passes(y[index]) ? gradient[index] : 0 }
    }
    switch self {
    case .linear: break
    case .relu: keepWherePositive(pixels * channels, y, gradient, to: gradient)
    case .relu6: passing { $0 > 0 && $0 < 6 }
    case .clip(let low, let high): passing { $0 > low && $0 < high }
    case .leakyRelu(let slope):
      if slope > 0 { each(y) { $0 > 0 ? 1 : slope } } else { each(input) { $0 > 0 ? 1 : slope } }
    case .parametricRelu:
      guard let slopes else { return }
      for pixel in 0..<pixels {
        for c in 0..<channels where !(input[pixel * channels + c] > 0) {
          gradient[pixel * channels + c] *= slopes[c]
        }
      }
    case .elu(let alpha):
      if alpha > 0 {
        each(y) { $0 > 0 ? 1 : $0 + alpha }
      } else {
        each(input) { $0 > 0 ? 1 : alpha * expf($0) }
      }
    case .selu: each(y) { $0 > 0 ? 1.050_701 : $0 + 1.758_099_3 }
    case .celu(let alpha): each(input) { $0 > 0 ? 1 : expf($0 / alpha) }
    case .thresholdedRelu(let threshold): each(input) { $0 > threshold ? 1 : 0 }
    case .sigmoid: each(y) { $0 * (1 - $0) }
    case .hardSigmoid(let slope, _): each(y) { $0 > 0 && $0 < 1 ? slope : 0 }
    case .tanh: each(y) { 1 - $0 * $0 }
    case .swish:
      each(input) {
        let s = 1 / (1 + expf(-$0))
        return s + $0 * s * (1 - s)
      }
    case .hardSwish: each(input) { $0 <= -3 ? 0 : ($0 >= 3 ? 1 : (2 * $0 + 3) / 6) }
    case .mish:
      each(input) {
        let t = tanhf(($0 > 0 ? $0 : 0) + log1pf(expf(-abs($0))))
        return t + $0 * (1 - t * t) / (1 + expf(-$0))
      }
    case .gelu(tanhApproximation: false):
      each(input) { 0.5 * erfcf(-$0 * 0.707_106_77) + $0 * 0.398_942_3 * expf(-0.5 * $0 * $0) }
    case .gelu(tanhApproximation: true):
      each(input) {
        let t = tanhf(0.797_884_6 * ($0 + 0.044_715 * $0 * $0 * $0))
        return 0.5 * (1 + t) + 0.5 * $0 * (1 - t * t) * 0.797_884_6 * (1 + 0.134_145 * $0 * $0)
      }
    case .softplus: each(y) { -expm1f(-$0) }
    case .softsign: each(y) { (1 - abs($0)) * (1 - abs($0)) }
    case .exponential: each(y) { $0 }
    case .logarithm: each(y) { expf(-$0) }
    case .absolute: each(input) { $0 > 0 ? 1 : ($0 < 0 ? -1 : 0) }
    case .power(let exponent): each(input) { exponent * powf($0, exponent - 1) }
    case .errorFunction: each(input) { 1.128_379_2 * expf(-$0 * $0) }
    case .logSoftmax:
      for pixel in 0..<pixels {
        let (row, l) = (gradient + pixel * channels, y + pixel * channels)
        var sum: Float = 0
        for c in 0..<channels { sum += row[c] }
        for c in 0..<channels { row[c] -= expf(l[c]) * sum }
      }
    case .softmax:
      for pixel in 0..<pixels {
        let (row, p) = (gradient + pixel * channels, y + pixel * channels)
        var dot: Float = 0
        for c in 0..<channels { dot += row[c] * p[c] }
        for c in 0..<channels { row[c] = p[c] * (row[c] - dot) }
      }
    }
  }
}
