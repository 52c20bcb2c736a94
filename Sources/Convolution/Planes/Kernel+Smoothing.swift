#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension Kernel {
  /// The mean of `height` x `width` pixels: every tap is `1 / (height * width)`.
  public static func box(height: Int, width: Int) -> Kernel {
    precondition(height > 0 && width > 0, "a box of \(height)x\(width) holds no pixel")
    return Kernel(
      column: [Float](repeating: Float(1 / Double(height)), count: height),
      row: [Float](repeating: Float(1 / Double(width)), count: width))
  }

  /// A Gaussian of standard deviation `sigma` pixels, cut at `truncate` deviations: taps `exp(-x² / 2 sigma²)`, summing
  /// to 1, of radius `Int(truncate * sigma + 0.5)` (the definition of `scipy.ndimage.gaussian_filter`).
  ///
  /// - Precondition: `sigma > 0`, `truncate >= 0`, both finite.
  public static func gaussian(sigma: Double, truncate: Double = 4) -> Kernel {
    precondition(
      truncate >= 0 && truncate * sigma < 1e9, "a Gaussian cannot be cut at \(truncate) deviations")
    let radius = Int(truncate * sigma + 0.5)
    return gaussian(sigma: sigma, height: 2 * radius + 1, width: 2 * radius + 1)
  }

  /// As ``gaussian(sigma:truncate:)`` for numbers that come from outside.
  ///
  /// Throws ``ConvolutionError/noGaussian(sigma:truncate:)`` unless sigma is above 0, `truncate` at least 0, and the
  /// radius at most a million pixels.
  public static func gaussian(checking sigma: Double, truncate: Double = 4) throws(ConvolutionError) -> Kernel
  {
    guard sigma > 0, sigma.isFinite, truncate >= 0, truncate * sigma <= 1e6 else {
      throw .noGaussian(sigma: sigma, truncate: truncate)
    }
    return gaussian(sigma: sigma, truncate: truncate)
  }

  /// A Gaussian of standard deviation `sigma` pixels on `height` x `width` taps, centred, summing to 1; on an even
  /// number of taps the centre lies between the middle two.
  ///
  /// - Precondition: `sigma > 0` and finite, sizes at least 1.
  public static func gaussian(sigma: Double, height: Int, width: Int) -> Kernel {
    precondition(sigma > 0 && sigma.isFinite, "a Gaussian of sigma \(sigma)")
    precondition(height > 0 && width > 0, "a Gaussian on \(height)x\(width) taps")
    return Kernel(
      column: gaussianTaps(sigma: sigma, count: height), row: gaussianTaps(sigma: sigma, count: width))
  }

  private static func gaussianTaps(sigma: Double, count: Int) -> [Float] {
    let centre = Double(count - 1) / 2
    let taps = (0..<count).map { index in
      let distance = (Double(index) - centre) / sigma
      return exp(-0.5 * distance * distance)
    }
    let sum = taps.reduce(0, +)
    // Far from the centre of a small sigma every tap of an even size may vanish; the middle ones then share the weight.
    guard sum > 0 else {
      return (0..<count).map { abs(Double($0) - centre) < 1 ? 1 / Float(2 - count % 2) : 0 }
    }
    return taps.map { Float($0 / sum) }
  }

  /// Boxes of odd sizes that, one after another, blur about as a Gaussian of `sigma` does (Wells 1986): four of them,
  /// of two neighbouring sizes whose variances add up to nearly `sigma²`.
  ///
  /// The kernel they make together differs from the Gaussian's by at most 5 % of its largest tap from sigma 4 on. Below
  /// that boxes are too coarse, and the Gaussian itself is the one kernel returned: it is small.
  /// - Precondition: `sigma > 0` and finite.
  public static func boxCascade(sigma: Double) -> [Kernel] {
    precondition(sigma > 0 && sigma.isFinite, "a Gaussian of sigma \(sigma)")
    guard sigma >= 4 else { return [.gaussian(sigma: sigma)] }
    let passes = 4
    // A box of w pixels has the variance (w² - 1) / 12.
    let ideal = (12 * sigma * sigma / Double(passes) + 1).squareRoot()
    let lower = max(1, Int(((ideal - 1) / 2).rounded(.down)) * 2 + 1)
    let missing = 12 * sigma * sigma - Double(passes * (lower * lower - 1))
    let wider = min(passes, max(0, Int((missing / Double(4 * lower + 4)).rounded())))
    return (0..<passes).map {
      .box(height: $0 < wider ? lower + 2 : lower, width: $0 < wider ? lower + 2 : lower)
    }
  }
}
