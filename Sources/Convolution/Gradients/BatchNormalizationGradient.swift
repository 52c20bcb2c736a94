import TensorCore

/// Batch normalisation as it trains (Ioffe and Szegedy 2015): each channel standardised over all pixels of the batch.
///
/// `mean` and `deviation` (`sqrt(variance + epsilon)`, the variance biased), `[channels]`, are set for the gradient.
package func normalizeBatch(
  pixels: Int, channels: Int, epsilon: Float, gamma: UnsafePointer<Float>?, beta: UnsafePointer<Float>?,
  input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>, mean: UnsafeMutablePointer<Float>,
  deviation: UnsafeMutablePointer<Float>
) {
  let count = Float(max(1, pixels))
  channelSums(pixels: pixels, channels: channels, input, result: mean)
  for c in 0..<channels { mean[c] /= count }
  // Squares of differences from the mean: exact where the mean is large.
  partialSums(pixels, channels, result: deviation) { pixel, sum in
    let x = input + pixel * channels
    for c in 0..<channels { sum[c] += (x[c] - mean[c]) * (x[c] - mean[c]) }
  }
  for c in 0..<channels { deviation[c] = (deviation[c] / count + epsilon).squareRoot() }
  let factors = (0..<channels).map { (gamma?[$0] ?? 1) / deviation[$0] }
  parallelFor(pixels, grain: max(1, 16_384 / max(1, channels))) { range in
    for pixel in range {
      let (x, y) = (input + pixel * channels, output + pixel * channels)
      for c in 0..<channels { y[c] = (x[c] - mean[c]) * factors[c] + (beta?[c] ?? 0) }
    }
  }
}

/// The gradients of ``normalizeBatch``: of `gamma`, `beta` (both `[channels]`) and, where `result` is given, of the input.
///
/// With `s` the standardised input and `m` the number of pixels:
/// `dx = gamma / deviation * (dy - (sum dy + s sum(dy s)) / m)`.
package func normalizeBatchGradient(
  pixels: Int, channels: Int, gamma: UnsafePointer<Float>?, input: UnsafePointer<Float>,
  mean: UnsafePointer<Float>, deviation: UnsafePointer<Float>, outputGradient: UnsafePointer<Float>,
  gammaGradient: UnsafeMutablePointer<Float>, betaGradient: UnsafeMutablePointer<Float>,
  result: UnsafeMutablePointer<Float>?
) {
  channelSums(pixels: pixels, channels: channels, outputGradient, result: betaGradient)
  partialSums(pixels, channels, result: gammaGradient) { pixel, sum in
    let (x, dy) = (input + pixel * channels, outputGradient + pixel * channels)
    for c in 0..<channels { sum[c] += dy[c] * (x[c] - mean[c]) }
  }
  for c in 0..<channels { gammaGradient[c] /= deviation[c] }
  guard let result else { return }
  let count = Float(max(1, pixels))
  let factors = (0..<channels).map { (gamma?[$0] ?? 1) / deviation[$0] }
  let slopes = (0..<channels).map { gammaGradient[$0] / (count * deviation[$0]) }
  let offsets = (0..<channels).map { betaGradient[$0] / count }
  parallelFor(pixels, grain: max(1, 16_384 / max(1, channels))) { range in
    for pixel in range {
      let (x, dy) = (input + pixel * channels, outputGradient + pixel * channels)
      let dx = result + pixel * channels
      for c in 0..<channels { dx[c] = factors[c] * (dy[c] - offsets[c] - (x[c] - mean[c]) * slopes[c]) }
    }
  }
}

/// Sums over all pixels by the fixed parts.
package func partialSums(
  _ pixels: Int, _ channels: Int, result: UnsafeMutablePointer<Float>,
  _ add: (_ pixel: Int, _ sum: UnsafeMutablePointer<Float>) -> Void
) {
  Scratch.withFloats(channels * gradientParts) { sums in
    parallelFor(gradientParts) { parts in
      for part in parts {
        let sum = sums + part * channels
        sum.update(repeating: 0, count: channels)
        for pixel in gradientPart(part, of: pixels) { add(pixel, sum) }
      }
    }
    addParts(sums, count: channels, to: result)
  }
}
