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
  /// Applies the function in place to `pixels` rows of `channels` numbers; `slopes` are those of a parametric relu.
  package func apply(
    to values: UnsafeMutablePointer<Float>, pixels: Int, channels: Int, slopes: UnsafePointer<Float>?
  ) {
    let count = pixels * channels
    @inline(__always) func each(_ function: (Float) -> Float) {
      for index in 0..<count { values[index] = function(values[index]) }
    }
    switch self {
    case .linear: break
    // Comparisons are written so that NaN stays NaN.
    case .relu: each { $0 < 0 ? 0 : $0 }
    case .relu6: each { $0 < 0 ? 0 : ($0 > 6 ? 6 : $0) }
    case .clip(let low, let high): each { $0 < low ? low : ($0 > high ? high : $0) }
    case .leakyRelu(let slope): each { $0 < 0 ? $0 * slope : $0 }
    case .parametricRelu:
      guard let slopes else { return }
      for pixel in 0..<pixels {
        let row = values + pixel * channels
        for c in 0..<channels { row[c] = row[c] < 0 ? row[c] * slopes[c] : row[c] }
      }
    case .elu(let alpha): each { $0 < 0 ? alpha * expm1f($0) : $0 }
    case .selu: each { 1.050_701 * ($0 < 0 ? 1.673_263_2 * expm1f($0) : $0) }
    case .celu(let alpha): each { $0 < 0 ? alpha * expm1f($0 / alpha) : $0 }
    case .thresholdedRelu(let threshold): each { $0 <= threshold ? 0 : $0 }
    case .sigmoid: each { 1 / (1 + expf(-$0)) }
    case .hardSigmoid(let slope, let offset):
      each {
        let y = $0 * slope + offset
        return y < 0 ? 0 : (y > 1 ? 1 : y)
      }
    case .tanh: each { tanhf($0) }
    case .swish: each { $0 / (1 + expf(-$0)) }
    case .hardSwish:
      each {
        let y = $0 + 3
        return $0 * (y < 0 ? 0 : (y > 6 ? 6 : y)) / 6
      }
    case .mish: each { $0 * tanhf(($0 > 0 ? $0 : 0) + log1pf(expf(-abs($0)))) }
    case .gelu(tanhApproximation: false): each { 0.5 * $0 * erfcf(-$0 * 0.707_106_77) }
    case .gelu(tanhApproximation: true):
      each { 0.5 * $0 * (1 + tanhf(0.797_884_6 * ($0 + 0.044_715 * $0 * $0 * $0))) }
    case .softplus: each { ($0 > 0 ? $0 : 0) + log1pf(expf(-abs($0))) }
    case .softsign: each { $0 / (1 + abs($0)) }
    case .exponential: each { expf($0) }
    case .logarithm: each { logf($0) }
    case .absolute: each { abs($0) }
    case .power(exponent: 2): each { $0 * $0 }
    case .power(exponent: 0.5): each { $0.squareRoot() }
    case .power(let exponent): each { powf($0, exponent) }
    case .errorFunction: each { erff($0) }
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
  for index in 0..<count {
    values[index] = expf(values[index] - largest)
    sum += values[index]
  }
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
