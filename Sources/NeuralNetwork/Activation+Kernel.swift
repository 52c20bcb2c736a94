import Convolution

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension Activation {
  /// The bounds of an activation that does nothing but clamp; `nil` for others.
  var clamp: (low: Float, high: Float)? {
    switch self {
    case .linear: (-.infinity, .infinity)
    case .relu: (0, .infinity)
    case .relu6: (0, 6)
    case .clip(let low, let high): (low, high)
    default: nil
    }
  }
}

extension Activation {
  /// The same as a function that micro-kernels take as they store; `nil` where it clamps or needs other values or weights.
  var stored: StoredFunction? {
    switch self {
    case .leakyRelu(let slope): .leakyRelu(slope: slope)
    case .elu(let alpha): .exponentialUnit(alpha: alpha)
    case .selu: .exponentialUnit(alpha: 1.050_701 * 1.673_263_2, scale: 1.050_701)
    case .celu(let alpha): .exponentialUnit(alpha: alpha, rate: 1 / alpha)
    case .thresholdedRelu(let threshold): .threshold(threshold)
    case .sigmoid: .sigmoid
    case .hardSigmoid(let slope, let offset): .hardSigmoid(slope: slope, offset: offset)
    case .tanh: .tanh
    case .swish: .swish
    case .hardSwish: .hardSwish
    case .mish: .mish
    case .gelu(let tanhApproximation): .gelu(tanhApproximation: tanhApproximation)
    case .softplus: .softplus
    case .softsign: .softsign
    case .exponential: .exponential
    case .errorFunction: .errorFunction
    case .linear, .relu, .relu6, .clip, .parametricRelu, .logarithm, .absolute, .power, .softmax, .logSoftmax:
      nil
    }
  }

  /// Whether kernels can take it as they store.
  var isStored: Bool { clamp != nil || stored != nil }
}

extension Finish {
  /// What remains of a step behind its sums: `activation` where it can be part of the store.
  init(residual: Pixels? = nil, _ activation: Activation) {
    let clamp = activation.clamp
    self.init(
      residual: residual, low: clamp?.low ?? -.infinity, high: clamp?.high ?? .infinity,
      function: activation.stored)
  }
}

extension Activation {
  /// Applies the function in place to `pixels` rows of `channels` numbers; `slopes` are those of a parametric relu.
  package func apply(
    to values: UnsafeMutablePointer<Float>, pixels: Int, channels: Int, slopes: UnsafePointer<Float>?
  ) {
    if let stored {
      return stored.apply(to: values, pixels: pixels, channels: channels, stride: channels)
    }
    let count = pixels * channels
    @inline(__always) func each(_ function: (Float) -> Float) {
      for index in 0..<count { values[index] = function(values[index]) }
    }
    switch self {
    case .linear, .leakyRelu, .elu, .selu, .celu, .thresholdedRelu, .sigmoid, .hardSigmoid, .tanh, .swish,
      .hardSwish, .mish, .gelu, .softplus, .softsign, .exponential, .errorFunction:
      break
    // Comparisons are written so that NaN stays NaN.
    case .relu: each { $0 < 0 ? 0 : $0 }
    case .relu6: each { $0 < 0 ? 0 : ($0 > 6 ? 6 : $0) }
    case .clip(let low, let high): each { $0 < low ? low : ($0 > high ? high : $0) }
    case .parametricRelu:
      guard let slopes else { return }
      for pixel in 0..<pixels {
        let row = values + pixel * channels
        for c in 0..<channels { row[c] = row[c] < 0 ? row[c] * slopes[c] : row[c] }
      }
    case .logarithm: each { logf($0) }
    case .absolute: each { abs($0) }
    case .power(exponent: 2): each { $0 * $0 }
    case .power(exponent: 0.5): each { $0.squareRoot() }
    case .power(let exponent): each { powf($0, exponent) }
    case .logSoftmax:
      for pixel in 0..<pixels { takeLogarithmOfSoftmax(values + pixel * channels, channels) }
    case .softmax:
      for pixel in 0..<pixels { normaliseExponentials(values + pixel * channels, channels) }
    }
  }
}

/// `exp(x - max) / sum`, which neither overflows nor loses the largest.
private func normaliseExponentials(_ values: UnsafeMutablePointer<Float>, _ count: Int) {
  var largest = -Float.infinity
  for index in 0..<count where values[index] > largest { largest = values[index] }
  var sum: Float = 0
  for index in 0..<count { values[index] -= largest }
  StoredFunction.exponential.apply(to: values, pixels: 1, channels: count, stride: count)
  for index in 0..<count { sum += values[index] }
  for index in 0..<count { values[index] /= sum }
}

/// `x - max - log(sum(exp(x - max)))`.
private func takeLogarithmOfSoftmax(_ values: UnsafeMutablePointer<Float>, _ count: Int) {
  var largest = -Float.infinity
  for index in 0..<count where values[index] > largest { largest = values[index] }
  var sum: Float = 0
  for index in 0..<count { sum += expf(values[index] - largest) }
  let logarithm = logf(sum)
  for index in 0..<count { values[index] = values[index] - largest - logarithm }
}
