import Convolution
import TensorCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// How gradients change weights, by the definitions and defaults of Keras 3.
public enum Optimizer: Sendable, Hashable {
  /// `v = momentum v - rate g`, `w += v`; Nesterov `w += momentum v - rate g`.
  case sgd(momentum: Float = 0, nesterov: Bool = false)
  /// `s = rho s + (1 - rho) g^2`, `w -= rate g / sqrt(s + epsilon)` (Hinton 2012).
  case rmsprop(rho: Float = 0.9, epsilon: Float = 1e-7)
  /// Kingma and Ba (2014), the bias corrections folded into the rate.
  case adam(beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-7)
  /// Adam with weights shrunk by `rate * weightDecay` first (Loshchilov and Hutter 2017).
  case adamW(weightDecay: Float = 0.004, beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-7)

  /// How many numbers it keeps for each weight.
  var slots: Int {
    switch self {
    case .sgd(let momentum, _): momentum == 0 ? 0 : 1
    case .rmsprop: 1
    case .adam, .adamW: 2
    }
  }
}

/// The learning rate at each step, counted from 0.
public enum Schedule: Sendable, Hashable {
  case constant
  /// `rate / (1 + decay * step)`, the `decay` of older Keras.
  case inverseTime(decay: Double)
  /// `rate * factor^(step / steps)`.
  case exponential(factor: Double, steps: Int)
  /// From the rate down to 0 along half a cosine in `steps` steps (Loshchilov and Hutter 2016).
  case cosine(steps: Int)

  package func rate(_ initial: Double, at step: Int) -> Double {
    switch self {
    case .constant: initial
    case .inverseTime(let decay): initial / (1 + decay * Double(step))
    case .exponential(let factor, let steps): initial * pow(factor, Double(step) / Double(max(1, steps)))
    case .cosine(let steps):
      initial * 0.5 * (1 + cos(Double.pi * min(1, Double(step) / Double(max(1, steps)))))
    }
  }
}

/// An optimiser at work: its slots and the steps it has taken.
package struct OptimizerState: Sendable, Equatable {
  package var step = 0
  /// One run as long as all parameters for each slot, one after the other; never empty.
  package var slots: [Float]

  package init(_ optimizer: Optimizer, parameters: Int) {
    slots = [Float](repeating: 0, count: max(1, parameters * optimizer.slots))
  }
}

extension Optimizer {
  /// Takes one step over all `weights`.
  package func step(
    _ weights: inout [Float], _ gradients: [Float], rate: Float, _ state: inout OptimizerState
  ) {
    update(&weights, gradients, [0..<weights.count], rate: rate, &state)
  }

  /// Takes one step over the weights in `ranges`, which several threads share.
  func update(
    _ weights: inout [Float], _ gradients: [Float], _ ranges: [Range<Int>], rate: Float,
    _ state: inout OptimizerState
  ) {
    let step = state.step
    weights.withUnsafeMutableBufferPointer { weights in
      gradients.withUnsafeBufferPointer { gradients in
        state.slots.withUnsafeMutableBufferPointer { slots in
          guard let w = weights.baseAddress, let g = gradients.baseAddress, let first = slots.baseAddress
          else {
            return
          }
          let slots = (0..<self.slots).map { first + $0 * weights.count }
          for range in ranges {
            parallelFor(range.count, grain: 16_384) { part in
              update(
                range.lowerBound + part.lowerBound..<range.lowerBound + part.upperBound, weights: w,
                gradients: g, rate: rate, step: step, slots: slots)
            }
          }
        }
      }
    }
    state.step += 1
  }

  private func update(
    _ range: Range<Int>, weights: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>, rate: Float,
    step: Int, slots: [UnsafeMutablePointer<Float>]
  ) {
    switch self {
    case .sgd(let momentum, let nesterov):
      guard let v = slots.first else {
        for i in range { weights[i] -= rate * gradients[i] }
        return
      }
      for i in range {
        v[i] = momentum * v[i] - rate * gradients[i]
        weights[i] += nesterov ? momentum * v[i] - rate * gradients[i] : v[i]
      }
    case .rmsprop(let rho, let epsilon):
      let first = range.lowerBound
      stepRMSprop(
        range.count, weights + first, gradients + first, squares: slots[0] + first, rate: rate, rho: rho,
        epsilon: epsilon)
    case .adam(let beta1, let beta2, let epsilon):
      adam(range, weights, gradients, rate, step, slots, beta1, beta2, epsilon, shrink: 0)
    case .adamW(let decay, let beta1, let beta2, let epsilon):
      adam(range, weights, gradients, rate, step, slots, beta1, beta2, epsilon, shrink: decay * rate)
    }
  }

  private func adam(
    _ range: Range<Int>, _ weights: UnsafeMutablePointer<Float>, _ gradients: UnsafePointer<Float>,
    _ rate: Float, _ step: Int, _ slots: [UnsafeMutablePointer<Float>], _ beta1: Float, _ beta2: Float,
    _ epsilon: Float, shrink: Float
  ) {
    let t = Double(step + 1)
    let corrected = Float(
      Double(rate) * (1 - pow(Double(beta2), t)).squareRoot() / (1 - pow(Double(beta1), t)))
    let first = range.lowerBound
    stepAdam(
      range.count, weights + first, gradients + first, means: slots[0] + first, squares: slots[1] + first,
      rate: corrected, beta1: beta1, beta2: beta2, epsilon: epsilon, shrink: shrink)
  }
}
