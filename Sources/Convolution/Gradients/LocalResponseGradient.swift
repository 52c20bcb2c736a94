import TensorCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The gradient of ``normaliseLocalResponse(pixels:channels:size:alpha:beta:bias:input:output:)`` with respect to its input.
///
/// With `s[c] = bias + alpha * sum x^2` over the neighbours of `c`:
/// `dx[j] = dy[j] s[j]^-beta - 2 alpha beta x[j] * sum(dy[c] x[c] s[c]^(-beta - 1))` over the channels `c` that have `j` as a
/// neighbour. Both sums are correlations along the channels with a box, the second one flipped.
package func normaliseLocalResponseGradient(
  pixels: Int, channels: Int, size: Int, alpha: Float, beta: Float, bias: Float,
  input: UnsafePointer<Float>, outputGradient: UnsafePointer<Float>, result: UnsafeMutablePointer<Float>
) {
  let before = (size - 1) / 2
  parallelFor(pixels, grain: 64) { range in
    Scratch.withFloats(3 * channels) { scratch in
      let (squares, powers, products) = (scratch, scratch + channels, scratch + 2 * channels)
      for pixel in range {
        let first = pixel * channels
        let (x, dy, dx) = (input + first, outputGradient + first, result + first)
        for c in 0..<channels { squares[c] = x[c] * x[c] }
        for c in 0..<channels {
          var sum: Float = 0
          for place in max(0, c - before)..<min(channels, c - before + size) { sum += squares[place] }
          let base = bias + alpha * sum
          powers[c] =
            beta == 0.75 ? 1 / (base.squareRoot() * base.squareRoot().squareRoot()) : powf(base, -beta)
          products[c] = dy[c] * x[c] * powers[c] / base
        }
        for c in 0..<channels {
          var sum: Float = 0
          for place in max(0, c + before - size + 1)..<min(channels, c + before + 1) {
            sum += products[place]
          }
          dx[c] = dy[c] * powers[c] - 2 * alpha * beta * x[c] * sum
        }
      }
    }
  }
}
