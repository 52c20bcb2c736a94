internal import CKernels
import TensorCore

/// The gradient of a max-pooling with respect to its input: each output's goes to the place its maximum was found at.
///
/// `positions` are ``poolMaximum(_:input:output:positions:epilogue:)``'s; `result`, NHWC, is overwritten. Of equal maxima the
/// first in the window takes all, as in PyTorch and TensorFlow on a CPU.
package func poolMaximumGradient(
  _ g: PoolingGeometry, positions: UnsafePointer<UInt32>, outputGradient: UnsafePointer<Float>,
  result: UnsafeMutablePointer<Float>
) {
  let training = LayerKernels.best.table.training.pointee
  let (inputSize, outputSize) = (
    g.rows.input * g.columns.input * g.channels, g.rows.output * g.columns.output * g.channels
  )
  let most = g.rows.kernel * g.columns.kernel
  parallelFor(g.batch) { samples in
    withUnsafeTemporaryAllocation(of: UnsafeMutablePointer<Float>?.self, capacity: most) { addresses in
      withUnsafeTemporaryAllocation(of: UInt32.self, capacity: most) { places in
        guard let addresses = addresses.baseAddress, let places = places.baseAddress else { return }
        for sample in samples {
          let plane = result + sample * inputSize
          plane.update(repeating: 0, count: inputSize)
          for oy in 0..<g.rows.output {
            for ox in 0..<g.columns.output {
              var taps = 0
              for ky in g.rows.taps(at: oy) {
                for kx in g.columns.taps(at: ox) {
                  let place = g.rows.place(of: ky, at: oy) * g.columns.input + g.columns.place(of: kx, at: ox)
                  places[taps] = UInt32(truncatingIfNeeded: place)
                  addresses[taps] = plane + place * g.channels
                  taps += 1
                }
              }
              let source = sample * outputSize + (oy * g.columns.output + ox) * g.channels
              training.pool_maximum_gradient(
                taps, addresses, places, positions + source, g.channels, outputGradient + source, nil, 1)
            }
          }
        }
      }
    }
  }
}

/// The gradient of an average pooling: each output's is shared out evenly over its window; `result`, NHWC, is overwritten.
package func poolAverageGradient(
  _ g: PoolingGeometry, countsPadding: Bool, outputGradient: UnsafePointer<Float>,
  result: UnsafeMutablePointer<Float>
) {
  let inputSize = g.rows.input * g.columns.input * g.channels
  parallelFor(g.batch) { samples in
    for sample in samples {
      let plane = result + sample * inputSize
      plane.update(repeating: 0, count: inputSize)
      var gradient = outputGradient + sample * g.rows.output * g.columns.output * g.channels
      for oy in 0..<g.rows.output {
        for ox in 0..<g.columns.output {
          let share = 1 / Float(max(1, g.divisor(oy, ox, countsPadding: countsPadding)))
          for ky in g.rows.taps(at: oy) {
            for kx in g.columns.taps(at: ox) {
              let place = g.rows.place(of: ky, at: oy) * g.columns.input + g.columns.place(of: kx, at: ox)
              let target = plane + place * g.channels
              for c in 0..<g.channels { target[c] += gradient[c] * share }
            }
          }
          gradient += g.channels
        }
      }
    }
  }
}
