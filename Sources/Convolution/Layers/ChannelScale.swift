internal import CKernels
import TensorCore

/// `x * scale + offset` per channel, clamped or a function of it.
///
/// A batch normalisation that no convolution could take into its weights, a gate of channels; no offset is 0. Rows of pixels
/// are shared out over the threads.
package func scaleChannels(
  pixels: Int, channels: Int, scale: UnsafePointer<Float>, offset: UnsafePointer<Float>?, input: Pixels,
  output: MutablePixels, finish: Finish = .none
) {
  let kernels = LayerKernels.best.table
  parallelFor(pixels, grain: max(1, 16_384 / max(1, channels))) { range in
    let target = output.start + range.lowerBound * output.stride
    kernels.scale(
      range.count, channels, input.start + range.lowerBound * input.stride, input.stride, scale, offset,
      target, output.stride, finish.low, finish.high)
    finish.function?.apply(to: target, pixels: range.count, channels: channels, stride: output.stride)
  }
}

/// The same with numbers of its own for each sample, `[N, C]`: `scale[n][c]`.
package func scaleChannels(
  batch: Int, pixels: Int, channels: Int, scale: UnsafePointer<Float>, input: Pixels, output: MutablePixels,
  finish: Finish = .none
) {
  for sample in 0..<batch {
    let first = sample * pixels
    scaleChannels(
      pixels: pixels, channels: channels, scale: scale + sample * channels, offset: nil,
      input: Pixels(input.start + first * input.stride, stride: input.stride),
      output: MutablePixels(output.start + first * output.stride, stride: output.stride), finish: finish)
  }
}
