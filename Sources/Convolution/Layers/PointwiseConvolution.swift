import TensorCore

/// A 1x1 convolution of stride 1: one matrix product on the input as it lies, `[pixels, channels] x [channels, filters]`.
///
/// Pixels are shared out over the threads.
package func convolvePointwise(
  _ geometry: ConvolutionGeometry, input: UnsafePointer<Float>, kernel: UnsafePointer<Float>,
  bias: UnsafePointer<Float>?, output: UnsafeMutablePointer<Float>, epilogue: Epilogue? = nil
) {
  let pixels = geometry.outputPixels
  let (channels, filters) = (geometry.channelsPerGroup, geometry.filtersPerGroup)
  let all = geometry.outputChannels
  parallelFor(pixels, grain: 64) { range in
    let target = output + range.lowerBound * all
    fill(target, pixels: range.count, channels: all, bias: bias)
    for group in 0..<geometry.groups {
      matrixProduct(
        rows: range.count, columns: filters, inner: channels,
        input + range.lowerBound * geometry.inputChannels + group * channels,
        leadingA: geometry.inputChannels,
        kernel + group * filters, leadingB: all, beta: 1, target + group * filters, leadingC: all)
    }
    epilogue?(target, range.count)
  }
}
