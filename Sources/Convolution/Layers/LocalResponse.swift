package import TensorCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// `x / (bias + alpha * sum x^2)^beta` over `size` neighbouring channels, `(size - 1) / 2` of them before the own one.
package func normaliseLocalResponse(
  pixels: Int, channels: Int, size: Int, alpha: Float, beta: Float, bias: Float,
  input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>
) {
  let before = (size - 1) / 2
  parallelFor(pixels, grain: 64) { range in
    let squares = UnsafeMutablePointer<Float>.allocate(capacity: max(1, channels))
    defer { squares.deallocate() }
    for pixel in range {
      let (x, y) = (input + pixel * channels, output + pixel * channels)
      for c in 0..<channels { squares[c] = x[c] * x[c] }
      for c in 0..<channels {
        var sum: Float = 0
        for neighbour in max(0, c - before)..<min(channels, c - before + size) { sum += squares[neighbour] }
        let base = bias + alpha * sum
        // The exponent of AlexNet and GoogLeNet has a short cut.
        y[c] =
          beta == 0.75 ? x[c] / (base.squareRoot() * base.squareRoot().squareRoot()) : x[c] / powf(base, beta)
      }
    }
  }
}

/// The same as its definition reads, in double precision.
package func referenceLocalResponse(
  _ x: Tensor, size: Int, alpha: Float, beta: Float, bias: Float
) -> Tensor {
  let (scalars, channels) = (x.scalars, x.shape[-1])
  let first = (size - 1) / 2
  let values = scalars.indices.map { index in
    let c = index % channels
    let neighbours = max(0, c - first)..<min(channels, c - first + size)
    let sum = neighbours.reduce(0.0) {
      $0 + Double(scalars[index - c + $1]) * Double(scalars[index - c + $1])
    }
    return Float(Double(scalars[index]) / pow(Double(bias) + Double(alpha) * sum, Double(beta)))
  }
  return Tensor(values, shape: x.shape)
}
