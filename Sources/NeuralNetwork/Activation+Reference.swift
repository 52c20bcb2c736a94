import TensorCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension Activation {
  /// The function as its definition reads, in double precision, over the last axis where that matters.
  func reference(_ x: Tensor, slopes: Tensor?) -> Tensor {
    let (scalars, channels) = (x.scalars, x.shape[-1])
    if self == .softmax || self == .logSoftmax {
      var values: [Float] = []
      for row in stride(from: 0, to: scalars.count, by: channels) {
        let largest = Double(scalars[row..<row + channels].max() ?? 0)
        let powers = scalars[row..<row + channels].map { exp(Double($0) - largest) }
        let sum = powers.reduce(0, +)
        values += powers.map { Float(self == .softmax ? $0 / sum : log($0 / sum)) }
      }
      return Tensor(values, shape: x.shape)
    }
    let slopes = slopes?.scalars
    let values = scalars.indices.map { index in
      Float(reference(Double(scalars[index]), slope: Double(slopes?[index % channels] ?? 0)))
    }
    return Tensor(values, shape: x.shape)
  }

  private func reference(_ x: Double, slope: Double) -> Double {
    func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
    func clamp(_ x: Double, _ low: Double, _ high: Double) -> Double { min(max(x, low), high) }
    return switch self {
    case .linear, .softmax, .logSoftmax: x
    case .errorFunction: erf(x)
    case .relu: max(x, 0)
    case .relu6: clamp(x, 0, 6)
    case .clip(let low, let high): clamp(x, Double(low), Double(high))
    case .leakyRelu(let slope): x > 0 ? x : Double(slope) * x
    case .parametricRelu: x > 0 ? x : slope * x
    case .elu(let alpha): x > 0 ? x : Double(alpha) * (exp(x) - 1)
    case .selu: 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * (exp(x) - 1))
    case .celu(let alpha): max(x, 0) + min(0, Double(alpha) * (exp(x / Double(alpha)) - 1))
    case .thresholdedRelu(let threshold): x > Double(threshold) ? x : 0
    case .sigmoid: sigmoid(x)
    case .hardSigmoid(let slope, let offset): clamp(x * Double(slope) + Double(offset), 0, 1)
    case .tanh: hyperbolicTangent(x)
    case .swish: x * sigmoid(x)
    case .hardSwish: x * clamp(x + 3, 0, 6) / 6
    case .mish: x * hyperbolicTangent(log1p(exp(x)))
    case .gelu(tanhApproximation: false): x * 0.5 * (1 + erf(x / 2.0.squareRoot()))
    case .gelu(tanhApproximation: true):
      0.5 * x * (1 + hyperbolicTangent((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
    case .softplus: log1p(exp(x))
    case .softsign: x / (1 + abs(x))
    case .exponential: exp(x)
    case .logarithm: log(x)
    case .absolute: abs(x)
    case .power(let exponent): pow(x, Double(exponent))
    }
  }
}

/// The hyperbolic tangent; the plain name is a case of ``Activation`` here.
private func hyperbolicTangent(_ x: Double) -> Double { tanh(x) }
