import TensorCore

/// The geometry of a kernel sliding over pictures: sizes in, sizes out, and where the kernel starts.
///
/// Output pixel `(r, c)` reads the input rows `r - top ..< r - top + kernel.height` and the columns
/// `c - left ..< c - left + kernel.width`.
struct SlideFrame: Sendable {
  let samples: Int
  let input: Extent
  let output: Extent
  let channels: Int
  let kernel: Extent
  let top: Int
  let left: Int
  /// The shape of the result.
  let shape: Shape

  /// Traps unless `shape` is that of pictures that the kernel fits.
  init(shape: Shape, kernel: Extent, convolving: Bool, output mode: OutputMode) {
    do throws(ConvolutionError) {
      self.shape = try mode.outputShape(input: shape, kernel: kernel)
    } catch {
      preconditionFailure("\(error)")
    }
    let rowAxis = shape.rank == 4 ? 1 : 0
    samples = rowAxis == 1 ? shape[0] : 1
    input = Extent(height: shape[rowAxis], width: shape[rowAxis + 1])
    output = Extent(height: self.shape[rowAxis], width: self.shape[rowAxis + 1])
    channels = shape.rank == 2 ? 1 : shape[-1]
    self.kernel = kernel
    top = mode.leading(kernel: kernel.height, convolving: convolving)
    left = mode.leading(kernel: kernel.width, convolving: convolving)
  }

  /// Floats from one input row to the next.
  var inputStride: Int { input.width * channels }
  /// Floats from one output row to the next.
  var outputStride: Int { output.width * channels }
}
