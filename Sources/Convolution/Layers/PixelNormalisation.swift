internal import CKernels
internal import TensorCore

/// Layer normalisation: `(x - mean) / sqrt(variance + epsilon) * scale + offset`.
///
/// Mean and variance are those of the channels of each pixel; no scale is 1, no offset 0.
package func standardisePixels(
  pixels: Int, channels: Int, epsilon: Float, scale: UnsafePointer<Float>?, offset: UnsafePointer<Float>?,
  input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>
) {
  let kernels = LayerKernels.best.table
  parallelFor(pixels, grain: max(1, 8192 / max(1, channels))) { range in
    let first = range.lowerBound * channels
    kernels.standardise(range.count, channels, epsilon, input + first, scale, offset, output + first)
  }
}
