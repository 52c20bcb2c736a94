public import TensorCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The two derivatives of a picture, and what follows from them.
public struct Gradient: Sendable {
  /// The response to the kernel that compares left with right: positive where white turns to black from left to right.
  public let x: Tensor
  /// The response to the kernel that compares top with bottom: positive where white turns to black from top to bottom.
  public let y: Tensor

  /// - Precondition: both have one shape.
  public init(x: Tensor, y: Tensor) {
    precondition(x.shape == y.shape, "derivatives of \(x.shape) and \(y.shape)")
    self.x = x
    self.y = y
  }

  /// The length of the gradient, `sqrt(x² + y²)`, in the units of the derivatives.
  public var magnitude: Tensor {
    combined { x, y, result, count in planeKernels.magnitude(x, y, result, count) }
  }

  /// The angle of the gradient, `atan2(y, x)`, in radians, -pi...pi; 0 where both derivatives are 0.
  public var direction: Tensor {
    combined { x, y, result, count in for index in 0..<count { result[index] = atan2(y[index], x[index]) } }
  }

  private func combined(
    _ body: (UnsafePointer<Float>, UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int) -> Void
  ) -> Tensor {
    Tensor(shape: x.shape) { result in
      x.withUnsafeScalars { x in
        y.withUnsafeScalars { y in
          guard let x = x.baseAddress, let y = y.baseAddress, let result = result.baseAddress else { return }
          nonisolated(unsafe) let pointers = (x, y, result)
          parallelFor(self.x.shape.count, grain: 1 << 15) { range in
            let start = range.lowerBound
            body(pointers.0 + start, pointers.1 + start, pointers.2 + start, range.count)
          }
        }
      }
    }
  }
}

/// A pair of derivative kernels, in the lecture's sign: positive from white to black.
public enum GradientOperator: String, Sendable, Hashable, CaseIterable {
  /// ``Kernel/sobelX``, ``Kernel/sobelY``.
  case sobel
  /// ``Kernel/scharrX``, ``Kernel/scharrY``.
  case scharr
  /// ``Kernel/prewittX``, ``Kernel/prewittY``.
  case prewitt

  /// The kernel that compares left with right, not normalised.
  public var x: Kernel {
    switch self {
    case .sobel: .sobelX
    case .scharr: .scharrX
    case .prewitt: .prewittX
    }
  }

  /// The kernel that compares top with bottom, not normalised.
  public var y: Kernel {
    switch self {
    case .sobel: .sobelY
    case .scharr: .scharrY
    case .prewitt: .prewittY
    }
  }
}

extension GradientOperator {
  /// What the kernels smooth with across the direction that they compare in: `edge centre edge`; they compare with
  /// `1 0 -1`.
  var smoothing: (edge: Float, centre: Float) {
    switch self {
    case .sobel: (1, 2)
    case .scharr: (3, 10)
    case .prewitt: (1, 1)
    }
  }
}

/// The derivatives of a picture `[H, W]`, `[H, W, C]` or `[N, H, W, C]`, each channel on its own: correlated, not
/// normalised.
///
/// Preconditions as for ``correlate(_:_:output:boundary:)``.
public func gradient(
  _ x: Tensor, _ kernels: GradientOperator, output: OutputMode = .same, boundary: Boundary = .constant(0)
) -> Gradient {
  Gradient(
    x: correlate(x, kernels.x, output: output, boundary: boundary),
    y: correlate(x, kernels.y, output: output, boundary: boundary))
}

/// The Sobel derivatives of a picture; as ``gradient(_:_:output:boundary:)``.
public func sobel(
  _ x: Tensor, output: OutputMode = .same, boundary: Boundary = .constant(0)
) -> Gradient {
  gradient(x, .sobel, output: output, boundary: boundary)
}

/// The Scharr derivatives of a picture; as ``gradient(_:_:output:boundary:)``.
public func scharr(
  _ x: Tensor, output: OutputMode = .same, boundary: Boundary = .constant(0)
) -> Gradient {
  gradient(x, .scharr, output: output, boundary: boundary)
}

/// The Prewitt derivatives of a picture; as ``gradient(_:_:output:boundary:)``.
public func prewitt(
  _ x: Tensor, output: OutputMode = .same, boundary: Boundary = .constant(0)
) -> Gradient {
  gradient(x, .prewitt, output: output, boundary: boundary)
}

/// The length of the gradient alone, `sqrt(x² + y²)`, without keeping the two derivatives: a third of the memory and of
/// the time of ``Gradient/magnitude``.
public func gradientMagnitude(
  _ x: Tensor, _ kernels: GradientOperator, output: OutputMode = .same, boundary: Boundary = .constant(0)
) -> Tensor {
  let plan = magnitudePlan(x.shape, kernels, output, boundary)
  return Tensor(shape: plan.frame.shape) { plan.runMagnitude(x, kernels, into: $0) }
}

/// As ``gradientMagnitude(_:_:output:boundary:)`` into `result`, whose memory is used again when no other tensor
/// shares it.
///
/// - Precondition: `result` has the shape that `output` gives.
public func gradientMagnitude(
  _ x: Tensor, _ kernels: GradientOperator, output: OutputMode = .same, boundary: Boundary = .constant(0),
  into result: inout Tensor
) {
  let plan = magnitudePlan(x.shape, kernels, output, boundary)
  precondition(
    result.shape == plan.frame.shape, "a result of \(result.shape) for an output of \(plan.frame.shape)")
  result.withUnsafeMutableScalars { plan.runMagnitude(x, kernels, into: $0) }
}

/// `result[i] = sqrt(x[i]² + y[i]²)`, for derivatives made region by region; the result may be one of the two.
package func planeMagnitude(
  _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, _ result: UnsafeMutablePointer<Float>, count: Int
) {
  planeKernels.magnitude(x, y, result, count)
}

/// The plan of the first kernel; the second has the same size.
private func magnitudePlan(
  _ shape: Shape, _ kernels: GradientOperator, _ output: OutputMode, _ boundary: Boundary
) -> SlidePlan {
  let frame = SlideFrame(shape: shape, kernel: kernels.x.extent, convolving: false, output: output)
  return SlidePlan(kernel: kernels.x, frame: frame, boundary: boundary, method: .direct)
}
