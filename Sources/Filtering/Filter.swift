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
  /// A cascade of boxes close to a Gaussian of this standard deviation (``Kernel/boxCascade(sigma:)``), in a time that
  /// hardly grows with it.
  case approximateGaussian(sigma: Double)
  /// The mean over a window; an even one reaches one pixel further up and left, as in `scipy.ndimage.uniform_filter`.
  case box(height: Int, width: Int)
  /// The derivatives of ``Kernel/sobelX`` and ``Kernel/sobelY``.
  case sobel(GradientComponent = .magnitude)
  case scharr(GradientComponent = .magnitude)
  case prewitt(GradientComponent = .magnitude)
  /// The four-neighbour Laplacian, centre -4.
  case laplacian
  /// Derivatives of a Gaussian, `orderX` times from left to right, `orderY` times from top to bottom; positive where
  /// values grow; as `scipy.ndimage.gaussian_filter` with an `order`, 0...8.
  case gaussianDerivative(sigma: Double, orderX: Int, orderY: Int, truncate: Double = 4)
  /// The Laplacian of a Gaussian, as `scipy.ndimage.gaussian_laplace`.
  case laplacianOfGaussian(sigma: Double)
  /// A Gaussian of `sigma` minus one of `sigma2`, as `skimage.filters.difference_of_gaussians`.
  case differenceOfGaussians(sigma: Double, sigma2: Double)
  /// `x + amount (x - gaussian(x))` where that difference is greater than `threshold` code values, else `x`:
  /// `skimage.filters.unsharp_mask` with Pillow's threshold.
  case unsharp(sigma: Double, amount: Double = 1, threshold: Double = 0)
  /// The middle value of a window; of an even number of values the upper of the two, as `scipy.ndimage.median_filter`.
  case median(height: Int, width: Int)
  /// The response to a Gabor function; of a bank, each pixel's response that is farthest from 0.
  case gabor([Gabor])
  /// The mean weighted by nearness (pixels) and likeness (code values), as OpenCV's `bilateralFilter`.
  case bilateral(sigmaSpace: Double, sigmaRange: Double)
  /// Canny's edges, 255 on 0, of the grey picture, as `skimage.feature.canny`; thresholds in code values of the
  /// unnormalised Sobel gradient. Joining weak edges to strong ones needs one byte a pixel of the whole picture.
  case canny(sigma: Double = 1, low: Double = 25.5, high: Double = 51)
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
  ///
  /// In a picture of 8 or 16 bits it is drawn as a colour, made from the grey picture: the hue is the angle (red 0, from
  /// white on the left to black on the right; a quarter turn on, white above black, yellow-green) and the brightness the
  /// magnitude. Other ranges than ``OutputRange/fixed`` draw the angle alone, as grey.
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
    case .sobel, .scharr, .prewitt, .laplacian, .laplacianOfGaussian, .differenceOfGaussians, .gabor: true
    case .gaussianDerivative(_, let orderX, let orderY, _): orderX + orderY > 0
    case .gaussian, .gaussianWindow, .approximateGaussian, .box, .correlate, .convolve, .unsharp, .median,
      .bilateral, .canny:
      false
    }
  }

  /// The part of a gradient that is put out; `nil` for filters of one kernel.
  var component: GradientComponent? {
    switch self {
    case .sobel(let component), .scharr(let component), .prewitt(let component): component
    default: nil
    }
  }

  /// Whether the window is placed as a convolution's: turned by half a turn, and with an even size leaning the other way.
  ///
  /// Means and medians, which no turning changes, take the lean from it that `scipy.ndimage` gives them.
  var convolves: Bool {
    switch self {
    case .convolve, .box, .median: true
    default: false
    }
  }

  /// The windows' sides as they will be, known before any kernel is made: wishes may be beyond all memory.
  var kernelSides: (height: Double, width: Double) {
    func square(_ side: Double) -> (height: Double, width: Double) { (side, side) }
    switch self {
    case .gaussian(let sigma, let truncate), .gaussianDerivative(let sigma, _, _, let truncate):
      return square(2 * truncate * sigma + 1)
    case .laplacianOfGaussian(let sigma), .unsharp(let sigma, _, _): return square(8 * sigma + 1)
    case .differenceOfGaussians(let sigma, let sigma2): return square(8 * max(sigma, sigma2) + 1)
    case .canny(let sigma, _, _): return square(8 * sigma + 5)
    case .approximateGaussian(let sigma):
      return square(Kernel.boxCascade(sigma: sigma).reduce(1) { $0 + Double($1.rows) - 1 })
    case .gaussianWindow(_, let height, let width), .box(let height, let width),
      .median(let height, let width):
      return (Double(height), Double(width))
    case .sobel, .scharr, .prewitt, .laplacian: return square(3)
    case .gabor(let bank):
      let reaches = bank.map(\.reach)
      return (
        2 * (reaches.map(\.vertical).max() ?? 0) + 1, 2 * (reaches.map(\.horizontal).max() ?? 0) + 1
      )
    case .bilateral(let sigmaSpace, _): return square(2 * BilateralFilter.radius(sigmaSpace: sigmaSpace) + 1)
    case .correlate(let kernel), .convolve(let kernel): return (Double(kernel.rows), Double(kernel.columns))
    }
  }

  /// The kernels that are slid over the picture, all of one size but for a cascade's; none for filters that are no convolutions.
  var kernels: [Kernel] {
    switch self {
    case .gaussian(let sigma, let truncate): [.gaussian(sigma: sigma, truncate: truncate)]
    case .gaussianWindow(let sigma, let height, let width):
      [.gaussian(sigma: sigma, height: height, width: width)]
    case .approximateGaussian(let sigma): Kernel.boxCascade(sigma: sigma)
    case .gaussianDerivative(let sigma, let orderX, let orderY, let truncate):
      [.gaussian(sigma: sigma, truncate: truncate, orderX: orderX, orderY: orderY)]
    case .laplacianOfGaussian(let sigma): Kernel.laplacianOfGaussian(sigma: sigma)
    case .differenceOfGaussians(let sigma, let sigma2): Kernel.differenceOfGaussians(low: sigma, high: sigma2)
    case .unsharp(let sigma, _, _): [.gaussian(sigma: sigma)]
    case .gabor(let bank): Kernel.bank(bank)
    case .box(let height, let width): [.box(height: height, width: width)]
    case .sobel(let component): component.pick(.sobelX, .sobelY)
    case .scharr(let component): component.pick(.scharrX, .scharrY)
    case .prewitt(let component): component.pick(.prewittX, .prewittY)
    case .laplacian: [.laplacian]
    case .correlate(let kernel), .convolve(let kernel): [kernel]
    case .median, .bilateral, .canny: []
    }
  }

  /// What the strongest response to 0...1 is: the sum of the positive taps, the kernels added where they are summed.
  var fullResponse: (positive: Double, isSigned: Bool) {
    let kernels = kernels
    guard let first = kernels.first else { return (1, false) }
    let taps =
      sumsKernels ? kernels.dropFirst().reduce(first.taps) { zip($0, $1.taps).map { $0 + $1 } } : first.taps
    let positive = taps.reduce(0.0) { $0 + Double(max($1, 0)) }
    return (positive > 0 ? positive : 1, taps.contains { $0 < 0 })
  }

  /// Whether the responses to the kernels are added up.
  var sumsKernels: Bool {
    switch self {
    case .laplacianOfGaussian, .differenceOfGaussians: true
    default: false
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
