public import TensorCore

/// Slides `kernel` over `x` as it is and sums the products: `z[r, c] = sum over a, b of kernel[a, b] * x[r + a, c + b]`.
///
/// This is what networks call convolution, and `scipy.signal.correlate2d` with its output sizes and its lean for even
/// kernels (``OutputMode/same``).
/// - Parameters:
///   - x: a picture `[H, W]`, `[H, W, C]` or pictures `[N, H, W, C]`; each channel is filtered on its own.
///   - boundary: what is read outside the picture.
/// - Returns: the filtered pictures, with as many axes as `x`.
/// - Precondition: `x` is a picture and the kernel fits; ``correlate(checking:_:output:boundary:)`` throws instead.
public func correlate(
  _ x: Tensor, _ kernel: Kernel, output: OutputMode = .same, boundary: Boundary = .constant(0)
) -> Tensor {
  slide(kernel, over: x, convolving: false, output: output, boundary: boundary, method: nil)
}

/// Slides `kernel` over `x` turned by half a turn: signal processing's convolution (`scipy.signal.convolve2d`).
///
/// Otherwise as ``correlate(_:_:output:boundary:)``.
public func convolve(
  _ x: Tensor, _ kernel: Kernel, output: OutputMode = .same, boundary: Boundary = .constant(0)
) -> Tensor {
  slide(kernel, over: x, convolving: true, output: output, boundary: boundary, method: nil)
}

/// As ``correlate(_:_:output:boundary:)`` for pictures and kernels that come from outside.
///
/// Throws ``ConvolutionError/notAPicture(shape:)`` or ``ConvolutionError/kernelLargerThanPicture(kernel:picture:)``.
public func correlate(
  checking x: Tensor, _ kernel: Kernel, output: OutputMode = .same, boundary: Boundary = .constant(0)
) throws(ConvolutionError) -> Tensor {
  _ = try output.outputShape(input: x.shape, kernel: kernel.extent)
  return correlate(x, kernel, output: output, boundary: boundary)
}

/// As ``convolve(_:_:output:boundary:)`` for pictures and kernels that come from outside.
///
/// Throws ``ConvolutionError/notAPicture(shape:)`` or ``ConvolutionError/kernelLargerThanPicture(kernel:picture:)``.
public func convolve(
  checking x: Tensor, _ kernel: Kernel, output: OutputMode = .same, boundary: Boundary = .constant(0)
) throws(ConvolutionError) -> Tensor {
  _ = try output.outputShape(input: x.shape, kernel: kernel.extent)
  return convolve(x, kernel, output: output, boundary: boundary)
}

/// Correlates into `result`, whose memory is used again when no other tensor shares it; for loops over many pictures
/// of one size.
///
/// - Parameter method: how; `nil` takes the cheapest. ``CorrelationMethod/choice(for:output:)`` lists those that can
///   compute a kernel.
/// - Precondition: `result` has the shape that `output` gives, and all of ``correlate(_:_:output:boundary:)``.
public func correlate(
  _ x: Tensor, _ kernel: Kernel, output: OutputMode = .same, boundary: Boundary = .constant(0),
  by method: CorrelationMethod? = nil, into result: inout Tensor
) {
  slide(
    kernel, over: x, convolving: false, output: output, boundary: boundary, method: method, into: &result)
}

/// Convolves into `result`; otherwise as ``correlate(_:_:output:boundary:by:into:)``.
public func convolve(
  _ x: Tensor, _ kernel: Kernel, output: OutputMode = .same, boundary: Boundary = .constant(0),
  by method: CorrelationMethod? = nil, into result: inout Tensor
) {
  slide(kernel, over: x, convolving: true, output: output, boundary: boundary, method: method, into: &result)
}

private func slide(
  _ kernel: Kernel, over x: Tensor, convolving: Bool, output: OutputMode, boundary: Boundary,
  method: CorrelationMethod?, into result: inout Tensor
) {
  let frame = SlideFrame(shape: x.shape, kernel: kernel.extent, convolving: convolving, output: output)
  precondition(result.shape == frame.shape, "a result of \(result.shape) for an output of \(frame.shape)")
  let plan = SlidePlan(
    kernel: convolving ? kernel.flipped : kernel, frame: frame, boundary: boundary, method: method)
  result.withUnsafeMutableScalars { target in plan.run(x, into: target) }
}

extension OutputMode {
  /// The shape of the pictures `[H, W]`, `[H, W, C]` or `[N, H, W, C]` after a kernel of `kernel` taps slid over them.
  ///
  /// Throws ``ConvolutionError/notAPicture(shape:)`` or ``ConvolutionError/kernelLargerThanPicture(kernel:picture:)``.
  public func outputShape(input: Shape, kernel: Extent) throws(ConvolutionError) -> Shape {
    guard (2...4).contains(input.rank), input.count > 0 else { throw .notAPicture(shape: input) }
    let rowAxis = input.rank == 4 ? 1 : 0
    let picture = Extent(height: input[rowAxis], width: input[rowAxis + 1])
    guard let height = outputExtent(input: picture.height, kernel: kernel.height),
      let width = outputExtent(input: picture.width, kernel: kernel.width)
    else { throw .kernelLargerThanPicture(kernel: kernel, picture: picture) }
    var dimensions = input.dimensions
    dimensions[rowAxis] = height
    dimensions[rowAxis + 1] = width
    return Shape(dimensions)
  }
}

/// Correlates (or convolves) by the method asked for, by the cheapest one when it is `nil`.
///
/// - Precondition: as for ``correlate(_:_:output:boundary:)``, and `method` can compute this kernel.
package func slide(
  _ kernel: Kernel, over x: Tensor, convolving: Bool, output: OutputMode, boundary: Boundary,
  method: CorrelationMethod?
) -> Tensor {
  let frame = SlideFrame(shape: x.shape, kernel: kernel.extent, convolving: convolving, output: output)
  let plan = SlidePlan(
    kernel: convolving ? kernel.flipped : kernel, frame: frame, boundary: boundary, method: method)
  return Tensor(shape: frame.shape) { target in plan.run(x, into: target) }
}
