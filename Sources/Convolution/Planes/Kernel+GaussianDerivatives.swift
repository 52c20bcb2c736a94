#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension Kernel {
  /// The partial derivative of ``gaussian(sigma:truncate:)``, `orderX` times from left to right and `orderY` times from
  /// top to bottom, to be correlated: `scipy.ndimage.gaussian_filter(order: (orderY, orderX))`.
  ///
  /// Positive where values grow, from black to white. The taps are those of the derivative of the normalised Gaussian
  /// at whole pixels; they are not normalised again.
  ///
  /// - Precondition: `sigma > 0`, `truncate >= 0`, both finite, orders 0...8.
  public static func gaussian(sigma: Double, truncate: Double = 4, orderX: Int, orderY: Int) -> Kernel {
    Kernel(
      column: gaussianDerivative(sigma: sigma, truncate: truncate, order: orderY),
      row: gaussianDerivative(sigma: sigma, truncate: truncate, order: orderX))
  }

  /// The two products whose sum is the Laplacian of a Gaussian: the second derivatives along each axis
  /// (`scipy.ndimage.gaussian_laplace`).
  ///
  /// Positive in dark spots, negative in bright ones.
  package static func laplacianOfGaussian(sigma: Double, truncate: Double = 4) -> [Kernel] {
    [
      gaussian(sigma: sigma, truncate: truncate, orderX: 0, orderY: 2),
      gaussian(sigma: sigma, truncate: truncate, orderX: 2, orderY: 0),
    ]
  }

  /// The two products whose sum is `gaussian(low) - gaussian(high)`, of one size, as
  /// `skimage.filters.difference_of_gaussians` subtracts them.
  package static func differenceOfGaussians(low: Double, high: Double, truncate: Double = 4) -> [Kernel] {
    let radius = max(gaussianRadius(low, truncate), gaussianRadius(high, truncate))
    func centred(_ sigma: Double) -> [Float] {
      let taps = gaussianDerivative(sigma: sigma, truncate: truncate, order: 0)
      let margin = [Float](repeating: 0, count: radius - taps.count / 2)
      return margin + taps + margin
    }
    let (near, far) = (centred(low), centred(high))
    return [Kernel(column: near, row: near), Kernel(column: far, row: far.map { -$0 })]
  }

  /// How far a Gaussian reaches, in pixels: the rule of `scipy.ndimage`.
  private static func gaussianRadius(_ sigma: Double, _ truncate: Double) -> Int {
    Int(truncate * sigma + 0.5)
  }

  /// Taps to correlate with: the Gaussian times the polynomial that deriving it `order` times brings out.
  private static func gaussianDerivative(sigma: Double, truncate: Double, order: Int) -> [Float] {
    precondition(sigma > 0 && truncate >= 0 && truncate * sigma < 1e9 && (0...8).contains(order))
    let radius = gaussianRadius(sigma, truncate)
    // g^(n) = p_n g with p_0 = 1 and p_(n+1) = p_n' - x / sigma² p_n; coefficients from the constant on.
    var polynomial = [1.0]
    for _ in 0..<order {
      var next = [Double](repeating: 0, count: polynomial.count + 1)
      for (power, coefficient) in polynomial.enumerated() {
        if power > 0 { next[power - 1] += Double(power) * coefficient }
        next[power + 1] -= coefficient / (sigma * sigma)
      }
      polynomial = next
    }
    let places = (-radius...radius).map(Double.init)
    let weights = places.map { exp(-0.5 * $0 * $0 / (sigma * sigma)) }
    let sum = weights.reduce(0, +)
    return zip(places, weights).map { place, weight in
      // A correlation reads at +x what the derivative weighs at -x.
      Float(polynomial.reversed().reduce(0) { $0 * -place + $1 } * weight / sum)
    }
  }
}
