package import TensorCore

/// `gamma (x - mean) / sqrt(variance + epsilon) + beta`, mean and variance over the pixels of each sample and channel.
package func normaliseInstances(
  batch: Int, pixels: Int, channels: Int, epsilon: Float, gamma: UnsafePointer<Float>,
  beta: UnsafePointer<Float>, input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>
) {
  guard pixels > 0 else { return }
  // Whole channels sum in double precision: a large plane would lose digits in single.
  parallelFor(batch) { range in
    for sample in range {
      let x = input + sample * pixels * channels
      let y = output + sample * pixels * channels
      var means = [Double](repeating: 0, count: channels)
      var deviations = means
      for pixel in 0..<pixels { for c in 0..<channels { means[c] += Double(x[pixel * channels + c]) } }
      for c in 0..<channels { means[c] /= Double(pixels) }
      for pixel in 0..<pixels {
        for c in 0..<channels {
          let distance = Double(x[pixel * channels + c]) - means[c]
          deviations[c] += distance * distance
        }
      }
      var scales = [Float](repeating: 0, count: channels)
      var offsets = scales
      for c in 0..<channels {
        let scale = Double(gamma[c]) / (deviations[c] / Double(pixels) + Double(epsilon)).squareRoot()
        scales[c] = Float(scale)
        offsets[c] = Float(Double(beta[c]) - scale * means[c])
      }
      for pixel in 0..<pixels {
        for c in 0..<channels { y[pixel * channels + c] = x[pixel * channels + c] * scales[c] + offsets[c] }
      }
    }
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
