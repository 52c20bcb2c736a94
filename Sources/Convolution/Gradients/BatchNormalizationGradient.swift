internal import CKernels
import TensorCore

/// Batch normalisation as it trains (Ioffe and Szegedy 2015): each channel standardised over all pixels of the batch.
///
/// `mean` and `deviation` (`sqrt(variance + epsilon)`, the variance biased), `[channels]`, are set for the gradient. With
/// `rectifies` a relu follows.
package func normalizeBatch(
  pixels: Int, channels: Int, epsilon: Float, gamma: UnsafePointer<Float>?, beta: UnsafePointer<Float>?,
  rectifies: Bool = false, input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>,
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
  let factors = (0..<channels).map { (gamma?[$0] ?? 1) / deviation[$0] }
  let offsets = (0..<channels).map { beta?[$0] ?? 0 }
  parallelFor(pixels, grain: max(1, 16_384 / max(1, channels))) { range in
    let first = range.lowerBound * channels
    training.normalise(
      range.count, channels, input + first, mean, factors, offsets, output + first,
      rectifies ? 0 : -.infinity)
  }
}

/// The gradients of ``normalizeBatch``: of `gamma`, `beta` (both `[channels]`) and, where `result` is given, of the input.
///
/// With `s` the standardised input and `m` the number of pixels:
/// `dx = gamma / deviation * (dy - (sum dy + s sum(dy s)) / m)`. `rectified`, the output of a relu that followed, lets the
/// gradient through where it is above 0.
package func normalizeBatchGradient(
  pixels: Int, channels: Int, gamma: UnsafePointer<Float>?, input: UnsafePointer<Float>,
  mean: UnsafePointer<Float>, deviation: UnsafePointer<Float>, rectified: UnsafePointer<Float>? = nil,
  outputGradient: UnsafePointer<Float>, gammaGradient: UnsafeMutablePointer<Float>,
  betaGradient: UnsafeMutablePointer<Float>, result: UnsafeMutablePointer<Float>?
) {
  let training = LayerKernels.best.table.training.pointee
  channelSums(
    pixels: pixels, channels: channels, outputGradient, rectified: rectified, result: betaGradient)
  partialSums(pixels, channels, result: gammaGradient) { range, sum in
    let first = range.lowerBound * channels
    training.channel_products(
      range.count, channels, outputGradient + first, rectified.map { $0 + first }, input + first, mean, sum)
  }
  for c in 0..<channels { gammaGradient[c] /= deviation[c] }
  guard let result else { return }
  let count = Float(max(1, pixels))
  let factors = (0..<channels).map { (gamma?[$0] ?? 1) / deviation[$0] }
  let slopes = (0..<channels).map { gammaGradient[$0] / (count * deviation[$0]) }
  let offsets = (0..<channels).map { betaGradient[$0] / count }
  parallelFor(pixels, grain: max(1, 16_384 / max(1, channels))) { range in
    let first = range.lowerBound * channels
    training.normalise_gradient(
      range.count, channels, outputGradient + first, rectified.map { $0 + first }, input + first, mean,
      factors, offsets, slopes, result + first)
  }
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
