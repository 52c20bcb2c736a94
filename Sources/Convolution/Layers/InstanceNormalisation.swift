package import TensorCore

/// `gamma (x - mean) / sqrt(variance + epsilon) + beta`, mean and variance over the pixels of each sample and channel.
package func normaliseInstances(
  batch: Int, pixels: Int, channels: Int, epsilon: Float, gamma: UnsafePointer<Float>,
  beta: UnsafePointer<Float>, input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>
) {
  guard pixels > 0 else { return }
  let stretches = PlaneStretches(batch: batch, pixels: pixels, channels: channels)
  let means = stretches.means(of: input) { value, _ in value }
  let variances = means.withUnsafeBufferPointer { means in
    stretches.means(of: input) { value, channel in
      let distance = value - means[channel]
      return distance * distance
    }
  }
  // (x - middle) scale + offset: taking the mean off first keeps the digits of planes far from zero.
  var middles = [Float](repeating: 0, count: batch * channels)
  var (scales, offsets) = (middles, middles)
  for place in middles.indices {
    let (c, mean) = (place % channels, means[place])
    let scale = Double(gamma[c]) / (variances[place] + Double(epsilon)).squareRoot()
    middles[place] = Float(mean)
    scales[place] = Float(scale)
    offsets[place] = Float(Double(beta[c]) + scale * (Double(middles[place]) - mean))
  }
  middles.withUnsafeBufferPointer { middles in
    scales.withUnsafeBufferPointer { scales in
      offsets.withUnsafeBufferPointer { offsets in
        stretches.forEach { _, sample, range in
          let first = sample * channels
          for pixel in range {
            let (x, y) = (input + pixel * channels, output + pixel * channels)
            for c in 0..<channels {
              y[c] = (x[c] - middles[first + c]) * scales[first + c] + offsets[first + c]
            }
          }
        }
      }
    }
  }
}

/// The planes of a batch in stretches of pixels that threads share.
///
/// Where they end does not depend on the threads, so sums come out the same on any number of them.
private struct PlaneStretches {
  let batch: Int
  let pixels: Int
  let channels: Int
  private let length = 2048
  private var perSample: Int { (pixels + length - 1) / length }

  init(batch: Int, pixels: Int, channels: Int) {
    (self.batch, self.pixels, self.channels) = (batch, pixels, channels)
  }

  /// Calls `body` with each stretch's number, its sample and its pixels, counted through the batch.
  func forEach(_ body: (_ stretch: Int, _ sample: Int, _ pixels: Range<Int>) -> Void) {
    parallelFor(batch * perSample) { stretches in
      for stretch in stretches {
        let (sample, part) = stretch.quotientAndRemainder(dividingBy: perSample)
        let start = sample * pixels
        body(stretch, sample, start + part * length..<start + min((part + 1) * length, pixels))
      }
    }
  }

  /// The mean of `term(value, place)` over each sample's and channel's plane, in double precision, because a large plane would lose
  /// digits in single; `place` counts samples and channels, as the result does.
  func means(of input: UnsafePointer<Float>, _ term: (Double, Int) -> Double) -> [Double] {
    var sums = [Double](repeating: 0, count: batch * perSample * channels)
    sums.withUnsafeMutableBufferPointer { sums in
      nonisolated(unsafe) let sums = sums
      forEach { stretch, sample, range in
        for pixel in range {
          let x = input + pixel * channels
          for c in 0..<channels { sums[stretch * channels + c] += term(Double(x[c]), sample * channels + c) }
        }
      }
    }
    var means = [Double](repeating: 0, count: batch * channels)
    for stretch in 0..<batch * perSample {
      for c in 0..<channels { means[stretch / perSample * channels + c] += sums[stretch * channels + c] }
    }
    for place in means.indices { means[place] /= Double(pixels) }
    return means
  }
}

/// The same as its definition reads.
package func referenceInstanceNormalisation(_ x: Tensor, epsilon: Float, gamma: Tensor, beta: Tensor)
  -> Tensor
{
  let (batch, pixels, channels) = (x.shape[0], x.shape[1] * x.shape[2], x.shape[3])
  let (gamma, beta) = (gamma.scalars, beta.scalars)
  var values = x.scalars
  for n in 0..<batch {
    for c in 0..<channels {
      let places = (0..<pixels).map { (n * pixels + $0) * channels + c }
      let mean = places.reduce(0.0) { $0 + Double(values[$1]) } / Double(pixels)
      let variance = places.reduce(0.0) { $0 + (Double(values[$1]) - mean) * (Double(values[$1]) - mean) }
      let deviation = (variance / Double(pixels) + Double(epsilon)).squareRoot()
      for place in places {
        values[place] = Float((Double(values[place]) - mean) / deviation * Double(gamma[c]) + Double(beta[c]))
      }
    }
  }
  return Tensor(values, shape: x.shape)
}
