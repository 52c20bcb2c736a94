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

/// The Sobel derivatives of a picture (``Kernel/sobelX``, ``Kernel/sobelY``), correlated, not normalised.
///
/// `x` is `[H, W]`, `[H, W, C]` or `[N, H, W, C]`, each channel on its own; preconditions as for
/// ``correlate(_:_:output:boundary:)``.
public func sobel(
  _ x: Tensor, output: OutputMode = .same, boundary: Boundary = .constant(0)
) -> Gradient {
  gradient(x, .sobelX, .sobelY, output, boundary)
}

/// The Scharr derivatives of a picture (``Kernel/scharrX``, ``Kernel/scharrY``); otherwise as
/// ``sobel(_:output:boundary:)``.
public func scharr(
  _ x: Tensor, output: OutputMode = .same, boundary: Boundary = .constant(0)
) -> Gradient {
  gradient(x, .scharrX, .scharrY, output, boundary)
}

/// The Prewitt derivatives of a picture (``Kernel/prewittX``, ``Kernel/prewittY``); otherwise as
/// ``sobel(_:output:boundary:)``.
public func prewitt(
  _ x: Tensor, output: OutputMode = .same, boundary: Boundary = .constant(0)
) -> Gradient {
  gradient(x, .prewittX, .prewittY, output, boundary)
}

private func gradient(
  _ x: Tensor, _ kernelX: Kernel, _ kernelY: Kernel, _ output: OutputMode, _ boundary: Boundary
) -> Gradient {
  Gradient(
    x: correlate(x, kernelX, output: output, boundary: boundary),
    y: correlate(x, kernelY, output: output, boundary: boundary))
}
