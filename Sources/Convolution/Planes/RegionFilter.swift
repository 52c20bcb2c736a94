/// A kernel made ready to filter one region after another, whose input comes with its margins: for pictures that
/// stream past in pieces.
///
/// ```swift
/// let filter = RegionFilter(.gaussian(sigma: 2))
/// // To make the output rows r ..< r + h, columns c ..< c + w, have the input rows r - top ..< r + h + bottom and
/// // columns c - left ..< c + w + right in memory, what lies outside the picture included.
/// filter.apply(input, inputStride: ..., output, outputStride: ..., height: h, width: w, channels: 3)
/// ```
package struct RegionFilter: Sendable {
  /// How far beyond an output region its input reaches, in pixels, on each side.
  package let margins: Margins
  /// The method and why.
  package let choice: CorrelationMethod.Choice

  private let size: Extent
  private let taps: [Float]
  private let factors: Kernel.Factors?

  /// - Parameters:
  ///   - convolving: whether the kernel is turned by half a turn first.
  ///   - output: where output pixel 0 lies: with `same` at input pixel 0, with `full` its last tap alone touches the
  ///     picture, with `valid` its first tap lies on it.
  package init(_ kernel: Kernel, convolving: Bool = false, output: OutputMode = .same) {
    let slid = convolving ? kernel.flipped : kernel
    let top = output.leading(kernel: kernel.rows, convolving: convolving)
    let left = output.leading(kernel: kernel.columns, convolving: convolving)
    margins = Margins(
      top: top, bottom: kernel.rows - 1 - top, left: left, right: kernel.columns - 1 - left)
    size = kernel.extent
    choice = CorrelationMethod.choice(for: kernel)
    factors = choice.method == .separable ? slid.factors : nil
    taps = factors == nil ? slid.taps : []
  }

  /// Filters `height` x `width` pixels of `channels` interleaved floats, on the calling thread.
  ///
  /// - Parameters:
  ///   - input: the first float of the region with its margins: output pixel (0, 0) reads the kernel's height and width
  ///     from here. It holds `height + margins.top + margins.bottom` rows.
  ///   - inputStride: floats from one input row to the next.
  ///   - result: the first float of the output region; it must not overlap the input.
  ///   - outputStride: floats from one output row to the next.
  package func apply(
    _ input: UnsafePointer<Float>, inputStride: Int, _ result: UnsafeMutablePointer<Float>, outputStride: Int,
    height: Int, width: Int, channels: Int
  ) {
    guard height > 0, width > 0 else { return }
    let inputRows = height + size.height - 1
    withScratch(of: UnsafePointer<Float>.self, inputRows) { rows in
      for row in 0..<inputRows { (rows + row).initialize(to: input + row * inputStride) }
      guard let factors else {
        planeKernels.correlate(
          rows, 0, result, outputStride, height, width * channels, taps, size.height, size.width, channels, 0)
        return
      }
      let stride = (width + size.width - 1) * channels
      withScratch(of: Float.self, height * stride) { sums in
        planeKernels.correlate(rows, 0, sums, stride, height, stride, factors.column, size.height, 1, 1, 0)
        for row in 0..<height { (rows + row).initialize(to: UnsafePointer(sums + row * stride)) }
        planeKernels.correlate(
          rows, 0, result, outputStride, height, width * channels, factors.row, 1, size.width, channels, 0)
      }
    }
  }
}
