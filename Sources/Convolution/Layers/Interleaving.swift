internal import CKernels
internal import TensorCore

/// The first channels of all parts, then the second ones, ...: channel `c * parts + p` is channel `c` of part `p`.
///
/// With a value's groups of channels for parts this is the shuffle of ShuffleNet (Zhang et al. 2018).
package func interleaveChannels(_ parts: [Pixels], pixels: Int, channels: Int, output: MutablePixels) {
  let kernels = LayerKernels.best.table
  let strides = parts.map(\.stride)
  parallelFor(pixels, grain: max(1, 16_384 / max(1, channels * parts.count))) { range in
    let starts = parts.map { $0.start + range.lowerBound * $0.stride }
    kernels.interleave(
      range.count, channels, parts.count, starts, strides, output.start + range.lowerBound * output.stride,
      output.stride)
  }
}
