package import TensorCore

/// The gradient of ``reduceAxes(_:_:input:_:output:)`` with respect to its input; `output` is what came out.
///
/// Equal extremes share theirs evenly, as in PyTorch's `amax`; a place has none.
package func reduceAxesGradient(
  _ kind: ReductionKind, _ axes: [Int], input: UnsafePointer<Float>, _ shape: Shape,
  output: UnsafePointer<Float>, outputGradient: UnsafePointer<Float>, result: UnsafeMutablePointer<Float>
) {
  let reduction = AxisReduction(axes, of: shape)
  let each = shape[0] == 0 ? 0 : reduction.results / shape[0]
  let channels = shape[-1]
  parallelFor(shape[0]) { samples in
    switch kind {
    case .sum, .mean:
      let share = kind == .mean ? 1 / Float(max(1, reduction.share)) : 1
      reduction.eachRow(ofSamples: samples) { row, place, step in
        for c in 0..<channels { result[row + c] = outputGradient[place + c * step] * share }
      }
    case .maximumPlace:
      let size = shape[0] == 0 ? 0 : shape.count / shape[0]
      (result + samples.lowerBound * size).update(repeating: 0, count: samples.count * size)
    case .minimum, .maximum:
      let first = samples.lowerBound * each
      Scratch.withFloats(samples.count * each) { counts in
        counts.update(repeating: 0, count: samples.count * each)
        reduction.eachRow(ofSamples: samples) { row, place, step in
          for c in 0..<channels where input[row + c] == output[place + c * step] {
            counts[place + c * step - first] += 1
          }
        }
        reduction.eachRow(ofSamples: samples) { row, place, step in
          for c in 0..<channels {
            let own = place + c * step
            result[row + c] =
              input[row + c] == output[own] ? outputGradient[own] / counts[own - first] : 0
          }
        }
      }
    }
  }
}

/// The gradient of ``standardiseAxes(_:epsilon:input:_:output:)`` with respect to its input; `output` is what came out.
///
/// With `s` the output and `m` the values that share a mean: `dx = (dy - (sum dy + s sum(dy s)) / m) / deviation`.
package func standardiseAxesGradient(
  _ axes: [Int], epsilon: Float, input: UnsafePointer<Float>, _ shape: Shape, output: UnsafePointer<Float>,
  outputGradient: UnsafePointer<Float>, result: UnsafeMutablePointer<Float>
) {
  let reduction = AxisReduction(axes, of: shape)
  guard reduction.share > 0, shape[0] > 0 else { return }
  let (each, channels, count) = (reduction.results / shape[0], shape[-1], Double(reduction.share))
  parallelFor(shape[0]) { samples in
    let first = samples.lowerBound * each
    // Mean, square of the deviation, sum of the gradient, sum of the gradient times the output, of each result.
    var sums = [Double](repeating: 0, count: 4 * samples.count * each)
    sums.withUnsafeMutableBufferPointer { sums in
      guard let base = sums.baseAddress else { return }
      func eachValue(_ body: (_ value: Int, _ sums: UnsafeMutablePointer<Double>) -> Void) {
        reduction.eachRow(ofSamples: samples) { row, place, step in
          for c in 0..<channels { body(row + c, base + 4 * (place + c * step - first)) }
        }
      }
      eachValue { $1[0] += Double(input[$0]) / count }
      eachValue { value, own in
        let distance = Double(input[value]) - own[0]
        own[1] += distance * distance / count
        own[2] += Double(outputGradient[value]) / count
        own[3] += Double(outputGradient[value]) * Double(output[value]) / count
      }
      eachValue { value, own in
        let rest = Double(outputGradient[value]) - own[2] - Double(output[value]) * own[3]
        result[value] = Float(rest / (own[1] + Double(epsilon)).squareRoot())
      }
    }
  }
}
