import TensorCore

/// A region for filters that look at a window of pixels: interleaved floats, the input with its margins.
///
/// Output pixel `(y, x)` is made from the input rows `y ..< y + window.height` and columns `x ..< x + window.width`.
package struct WindowRegion {
  package let input: UnsafePointer<Float>
  /// Floats from one input row to the next.
  package let inputStride: Int
  package let output: UnsafeMutablePointer<Float>
  /// Floats from one output row to the next.
  package let outputStride: Int
  package let height: Int
  package let width: Int
  package let channels: Int

  package init(
    input: UnsafePointer<Float>, inputStride: Int, output: UnsafeMutablePointer<Float>, outputStride: Int,
    height: Int, width: Int, channels: Int
  ) {
    self.input = input
    self.inputStride = inputStride
    self.output = output
    self.outputStride = outputStride
    self.height = height
    self.width = width
    self.channels = channels
  }
}

/// Runs a filter that looks at a window over whole pictures, bands of rows in parallel; each band is extended by what
/// lies outside before `body` sees it.
///
/// An even window leans as a convolution's.
func overExtended(
  _ x: Tensor, window: Extent, output: OutputMode, boundary: Boundary,
  _ body: @escaping @Sendable (WindowRegion) -> Void
) -> Tensor {
  let frame = SlideFrame(shape: x.shape, kernel: window, convolving: true, output: output)
  let border = PlaneBorder(frame: frame, boundary: boundary)
  let columns = frame.output.width + window.width - 1
  // A band's margins are copied with it; enough bands for every thread.
  let band = min(max(32, 2 * window.height), max(8, (frame.output.height + 7) / 8))
  let bands = (frame.output.height + band - 1) / band
  return Tensor(shape: frame.shape) { target in
    x.withUnsafeScalars { scalars in
      guard let source = scalars.baseAddress, let target = target.baseAddress else { return }
      nonisolated(unsafe) let pointers = (source, target)
      parallelFor(frame.samples * bands, grain: 1) { range in
        for index in range {
          let (sample, first) = (index / bands, index % bands * band)
          let picture = pointers.0 + sample * frame.input.height * frame.inputStride
          let result = pointers.1 + sample * frame.output.height * frame.output.width * frame.channels
          let height = min(band, frame.output.height - first)
          let stride = columns * frame.channels
          withScratch(of: Float.self, (height + window.height - 1) * stride) { extended in
            border.withConstantRow { constantRow in
              for row in 0..<height + window.height - 1 {
                border.copy(
                  0..<columns, of: border.row(first + row, of: picture, constantRow: constantRow),
                  to: extended + row * stride)
              }
            }
            body(
              WindowRegion(
                input: extended, inputStride: stride,
                output: result + first * frame.output.width * frame.channels,
                outputStride: frame.output.width * frame.channels, height: height, width: frame.output.width,
                channels: frame.channels))
          }
        }
      }
    }
  }
}
