internal import CKernels
import TensorCore

/// The mean and the deviation (`sqrt(variance + epsilon)`, the variance biased) of each channel over all pixels of a batch.
package func batchStatistics(
  pixels: Int, channels: Int, epsilon: Float, input: UnsafePointer<Float>,
  mean: UnsafeMutablePointer<Float>, deviation: UnsafeMutablePointer<Float>
) {
  let training = LayerKernels.best.table.training.pointee
  let count = Float(max(1, pixels))
  channelSums(pixels: pixels, channels: channels, input, result: mean)
  for c in 0..<channels { mean[c] /= count }
  // Squares of differences from the mean: exact where the mean is large.
  partialSums(pixels, channels, result: deviation) { range, sum in
    training.channel_squares(range.count, channels, input + range.lowerBound * channels, mean, sum)
  }
  for c in 0..<channels { deviation[c] = (deviation[c] / count + epsilon).squareRoot() }
}

/// The same from what ``SampleConvolution`` found of each sample while it was in the cache: `[samples, 2, channels]`, means and
/// sums of squared differences from them, over `pixels` each.
///
/// After Chan, Golub and LeVeque (1979): the squares about the common mean are those about the own ones and those between them.
package func batchStatistics(
  ofSamples found: UnsafePointer<Float>, samples: Int, pixels: Int, channels: Int, epsilon: Float,
  mean: UnsafeMutablePointer<Float>, deviation: UnsafeMutablePointer<Float>
) {
  parallelFor(channels, grain: 16) { range in
    for c in range {
      var sum = 0.0
      for sample in 0..<samples { sum += Double(found[2 * sample * channels + c]) }
      let middle = sum / Double(max(1, samples))
      var squares = 0.0
      for sample in 0..<samples {
        let distance = Double(found[2 * sample * channels + c]) - middle
        squares += Double(found[(2 * sample + 1) * channels + c]) + distance * distance * Double(pixels)
      }
      mean[c] = Float(middle)
      deviation[c] = Float((squares / Double(max(1, samples * pixels)) + Double(epsilon)).squareRoot())
    }
  }
}

/// Batch normalisation as it trains (Ioffe and Szegedy 2015): each channel standardised by statistics of the batch.
///
/// With a `residual` that is added, and with `rectifies` a relu follows.
package func normalizeBatch(
  pixels: Int, channels: Int, gamma: UnsafePointer<Float>?, beta: UnsafePointer<Float>?,
  mean: UnsafePointer<Float>, deviation: UnsafePointer<Float>, residual: UnsafePointer<Float>? = nil,
  rectifies: Bool = false, input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>
) {
  let training = LayerKernels.best.table.training.pointee
  let factors = (0..<channels).map { (gamma?[$0] ?? 1) / deviation[$0] }
  let offsets = (0..<channels).map { beta?[$0] ?? 0 }
  parallelFor(pixels, grain: max(1, 16_384 / max(1, channels))) { range in
    let first = range.lowerBound * channels
    training.normalise(
      range.count, channels, input + first, mean, factors, offsets, residual.map { $0 + first },
      output + first, rectifies ? 0 : -.infinity)
  }
}

/// The gradients of ``normalizeBatch``: of `gamma` and `beta` found at once, of the input piece by piece.
///
/// With `s` the standardised input and `m` the number of pixels:
/// `dx = gamma / deviation * (dy - (sum dy + s sum(dy s)) / m)`. A relu that followed lets the gradient through where what it
/// read was above 0.
package struct BatchNormalizationGradient: Sendable {
  private let channels: Int
  private let mean: [Float]
  private let factors: [Float]
  /// What the relu's inputs are shifted by; `nil` without a relu.
  private let rectified: [Float]?
  private let offsets: [Float]
  private let slopes: [Float]

  /// Sums over all pixels; `gammaGradient` and `betaGradient`, `[channels]`, are overwritten.
  package init(
    pixels: Int, channels: Int, gamma: UnsafePointer<Float>?, beta: UnsafePointer<Float>?,
    mean: UnsafePointer<Float>, deviation: UnsafePointer<Float>, rectifies: Bool,
    input: UnsafePointer<Float>, outputGradient: UnsafePointer<Float>,
    gammaGradient: UnsafeMutablePointer<Float>, betaGradient: UnsafeMutablePointer<Float>
  ) {
    self.channels = channels
    self.mean = (0..<channels).map { mean[$0] }
    let factors = (0..<channels).map { (gamma?[$0] ?? 1) / deviation[$0] }
    let shifts = rectifies ? (0..<channels).map { beta?[$0] ?? 0 } : nil
    let training = LayerKernels.best.table.training.pointee
    Scratch.withFloats(2 * channels) { both in
      partialSums(pixels, 2 * channels, result: both) { range, sums in
        withOptional(shifts) { shifts in
          let first = range.lowerBound * channels
          training.normalise_sums(
            range.count, channels, outputGradient + first, input + first, mean, factors, shifts, sums,
            sums + channels)
        }
      }
      for c in 0..<channels {
        betaGradient[c] = both[c]
        gammaGradient[c] = both[channels + c] / deviation[c]
      }
    }
    let count = Float(max(1, pixels))
    offsets = (0..<channels).map { betaGradient[$0] / count }
    slopes = (0..<channels).map { gammaGradient[$0] / (count * deviation[$0]) }
    (self.factors, rectified) = (factors, shifts)
  }

  /// The gradient of the input for a run of pixels.
  package func apply(
    pixels: Int, input: UnsafePointer<Float>, outputGradient: UnsafePointer<Float>,
    to result: UnsafeMutablePointer<Float>
  ) {
    let training = LayerKernels.best.table.training.pointee
    withOptional(rectified) { shifts in
      training.normalise_gradient(
        pixels, channels, outputGradient, input, mean, factors, shifts, offsets, slopes, result)
    }
  }

  /// The gradient of the input for all pixels, over several threads.
  package func applyToAll(
    pixels: Int, input: UnsafePointer<Float>, outputGradient: UnsafePointer<Float>,
    to result: UnsafeMutablePointer<Float>
  ) {
    parallelFor(pixels, grain: max(1, 16_384 / max(1, channels))) { range in
      let first = range.lowerBound * channels
      apply(
        pixels: range.count, input: input + first, outputGradient: outputGradient + first, to: result + first)
    }
  }
}

private func withOptional(_ numbers: [Float]?, _ body: (UnsafePointer<Float>?) -> Void) {
  guard let numbers else { return body(nil) }
  numbers.withUnsafeBufferPointer { body($0.baseAddress) }
}

/// The sum over all pixels of each channel, as the gradient of a bias is; `result` `[channels]` is overwritten.
///
/// Where `rectified` is given, values count only where it is above 0.
package func channelSums(
  pixels: Int, channels: Int, _ values: UnsafePointer<Float>, rectified: UnsafePointer<Float>? = nil,
  result: UnsafeMutablePointer<Float>
) {
  let training = LayerKernels.best.table.training.pointee
  partialSums(pixels, channels, result: result) { range, sum in
    let first = range.lowerBound * channels
    training.channel_sums(
      range.count, channels, channels, values + first, rectified.map { $0 + first }, sum)
  }
}

/// Sums over all pixels by the fixed parts: `add` adds those of a range to `[channels]` sums.
package func partialSums(
  _ pixels: Int, _ channels: Int, result: UnsafeMutablePointer<Float>,
  _ add: (_ pixels: Range<Int>, _ sum: UnsafeMutablePointer<Float>) -> Void
) {
  Scratch.withFloats(channels * gradientParts) { sums in
    parallelFor(gradientParts) { parts in
      for part in parts {
        let sum = sums + part * channels
        sum.update(repeating: 0, count: channels)
        add(gradientPart(part, of: pixels), sum)
      }
    }
    addParts(sums, count: channels, to: result)
  }
}
