public import Convolution

/// A filter by its name and parameters.
///
/// ```swift
/// try photo.filtered(by: .gaussian(sigma: 2), boundary: .reflect).write(to: "soft.png")
/// ```
public enum Filter: Sendable {
  /// A Gaussian of this standard deviation in pixels, cut at `truncate` of them, sum 1; as `scipy.ndimage`.
  case gaussian(sigma: Double, truncate: Double = 4)
  /// A Gaussian in a window of a given size, sum 1.
  case gaussianWindow(sigma: Double, height: Int, width: Int)
  /// The mean over a window.
  case box(height: Int, width: Int)
  /// The derivatives of ``Kernel/sobelX`` and ``Kernel/sobelY``.
  case sobel(GradientComponent = .magnitude)
  case scharr(GradientComponent = .magnitude)
  case prewitt(GradientComponent = .magnitude)
  /// The four-neighbour Laplacian, centre -4.
  case laplacian
  /// A kernel slid as it is.
  case correlate(Kernel)
  /// A kernel turned by half a turn first.
  case convolve(Kernel)
}

/// What of a gradient a derivative filter shows.
public enum GradientComponent: String, Sendable, Hashable, CaseIterable {
  /// `sqrt(x² + y²)`.
  case magnitude
  /// Positive where white turns to black from left to right.
  case x
  /// Positive where white turns to black from top to bottom.
  case y
  /// `atan2(y, x)` in radians, -pi...pi.
  case direction
}

/// How float results become pixels of 8 or 16 bits.
public enum OutputRange: String, Sendable, Hashable, CaseIterable {
  /// Rounded half away from zero, then clipped to the type's range.
  case clip
  /// Divided by the sum of the positive taps, so a filter's strongest response is one full range; signed results have
  /// 0 at mid-grey and reach half the range each way, a magnitude is clipped, a direction maps -pi...pi to the range.
  case fixed
  /// The least value of the picture, over all pages, becomes 0, the greatest the top of the range.
  case stretch
  /// 0 is mid-grey, and the greatest absolute value of the picture, over all pages, reaches the range's end.
  case symmetric
}

extension Filter {
  /// The range that suits the filter: ``OutputRange/fixed`` for derivatives, ``OutputRange/clip`` for the rest.
  public var defaultRange: OutputRange { isDerivative ? .fixed : .clip }

  /// Whether the result says how values change, not what they are.
  var isDerivative: Bool {
    switch self {
    case .sobel, .scharr, .prewitt, .laplacian: true
    case .gaussian, .gaussianWindow, .box, .correlate, .convolve: false
    }
  }

  /// The part of a gradient that is put out; `nil` for filters of one kernel.
  var component: GradientComponent? {
    switch self {
    case .sobel(let component), .scharr(let component), .prewitt(let component): component
    default: nil
    }
  }

  var convolves: Bool { if case .convolve = self { true } else { false } }

  /// The kernels' sides as they will be, known before any is made: wishes may be beyond all memory.
  var kernelSides: (height: Double, width: Double) {
    switch self {
    case .gaussian(let sigma, let truncate): (2 * truncate * sigma + 1, 2 * truncate * sigma + 1)
    case .gaussianWindow(_, let height, let width), .box(let height, let width):
      (Double(height), Double(width))
    case .sobel, .scharr, .prewitt, .laplacian: (3, 3)
    case .correlate(let kernel), .convolve(let kernel): (Double(kernel.rows), Double(kernel.columns))
    }
  }

  /// The kernels that are slid over the picture, one or two.
  var kernels: [Kernel] {
    switch self {
    case .gaussian(let sigma, let truncate): [.gaussian(sigma: sigma, truncate: truncate)]
    case .gaussianWindow(let sigma, let height, let width):
      [.gaussian(sigma: sigma, height: height, width: width)]
    case .box(let height, let width): [.box(height: height, width: width)]
    case .sobel(let component): component.pick(.sobelX, .sobelY)
    case .scharr(let component): component.pick(.scharrX, .scharrY)
    case .prewitt(let component): component.pick(.prewittX, .prewittY)
    case .laplacian: [.laplacian]
    case .correlate(let kernel), .convolve(let kernel): [kernel]
    }
  }
}

extension GradientComponent {
  fileprivate func pick(_ x: Kernel, _ y: Kernel) -> [Kernel] {
    switch self {
    case .x: [x]
    case .y: [y]
    case .magnitude, .direction: [x, y]
    }
  }
}
