internal import CKernels
import TensorCore

/// `x * scale + offset` per channel, clamped, rows of pixels shared out over the threads: a batch normalisation that no
/// convolution could take into its weights.
package func scaleChannels(
  pixels: Int, channels: Int, scale: UnsafePointer<Float>, offset: UnsafePointer<Float>, input: Pixels,
  output: MutablePixels, low: Float = -.infinity, high: Float = .infinity
) {
  let kernels = LayerKernels.best.table
  parallelFor(pixels, grain: max(1, 16_384 / max(1, channels))) { range in
    kernels.scale(
      range.count, channels, input.start + range.lowerBound * input.stride, input.stride, scale, offset,
      output.start + range.lowerBound * output.stride, output.stride, low, high)
  }
}
