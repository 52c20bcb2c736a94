#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A wave under a Gaussian: what answers to stripes of one direction and width.
///
/// The definition and the names are those of OpenCV's `getGaborKernel`: with `x' = x cos a + y sin a` and
/// `y' = y cos a - x sin a`, `exp(-(x'² + aspect² y'²) / 2 sigma²) cos(2 pi x' / wavelength + phase)`, not normalised.
public struct Gabor: Sendable, Hashable {
  /// From crest to crest, in pixels.
  public var wavelength: Double
  /// Where the wave travels, in degrees; 0 answers to upright stripes.
  public var angle: Double
  /// The Gaussian's standard deviation along the wave, in pixels.
  public var sigma: Double
  /// In degrees; 0 is even (a bright line), 90 odd (a step).
  public var phase: Double
  /// The Gaussian's standard deviation along the wave over that across it.
  public var aspect: Double

  /// - Parameter sigma: when `nil`, 0.56 wavelengths: a bandwidth of one octave, as `skimage.filters.gabor` has it.
  public init(
    wavelength: Double, angle: Double = 0, sigma: Double? = nil, phase: Double = 0, aspect: Double = 1
  ) {
    self.wavelength = wavelength
    self.angle = angle
    self.sigma = sigma ?? wavelength / .pi * (log(2) / 2).squareRoot() * 3
    self.phase = phase
    self.aspect = aspect
  }

  /// Rows and columns to each side of the centre: three deviations of the Gaussian, as OpenCV cuts it.
  package var reach: (vertical: Double, horizontal: Double) {
    let turn = angle * .pi / 180
    let (along, across) = (3 * sigma, 3 * sigma / aspect)
    let horizontal = max(abs(along * cos(turn)), abs(across * sin(turn)))
    let vertical = max(abs(along * sin(turn)), abs(across * cos(turn)))
    return (vertical.rounded(.toNearestOrEven), horizontal.rounded(.toNearestOrEven))
  }
}

extension Kernel {
  /// The taps of a Gabor function, to be correlated.
  ///
  /// - Precondition: wavelength, sigma and aspect are above 0 and finite, and the kernel is no larger than memory.
  public static func gabor(_ gabor: Gabor) -> Kernel {
    let reach = gabor.reach
    return Kernel.gabor(gabor, vertical: Int(reach.vertical), horizontal: Int(reach.horizontal))
  }

  /// The Gabor functions of a bank on taps of one size, that of the largest; zero beyond each one's own reach.
  package static func bank(_ gabors: [Gabor]) -> [Kernel] {
    let vertical = gabors.map(\.reach.vertical).max() ?? 0
    let horizontal = gabors.map(\.reach.horizontal).max() ?? 0
    return gabors.map { gabor($0, vertical: Int(vertical), horizontal: Int(horizontal)) }
  }

  private static func gabor(_ gabor: Gabor, vertical: Int, horizontal: Int) -> Kernel {
    precondition(gabor.wavelength > 0 && gabor.sigma > 0 && gabor.aspect > 0)
    let own = gabor.reach
    let turn = gabor.angle * .pi / 180
    let (cosine, sine) = (cos(turn), sin(turn))
    let (along, across) = (
      0.5 / (gabor.sigma * gabor.sigma), 0.5 * gabor.aspect * gabor.aspect / (gabor.sigma * gabor.sigma)
    )
    var taps: [Float] = []
    taps.reserveCapacity((2 * vertical + 1) * (2 * horizontal + 1))
    // OpenCV stores the function turned by half a turn.
    for y in (-vertical...vertical).reversed() {
      for x in (-horizontal...horizontal).reversed() {
        guard abs(Double(y)) <= own.vertical, abs(Double(x)) <= own.horizontal else {
          taps.append(0)
          continue
        }
        let u = Double(x) * cosine + Double(y) * sine
        let v = Double(y) * cosine - Double(x) * sine
        let wave = cos(2 * .pi * u / gabor.wavelength + gabor.phase * .pi / 180)
        taps.append(Float(exp(-along * u * u - across * v * v) * wave))
      }
    }
    return Kernel(rows: 2 * vertical + 1, columns: 2 * horizontal + 1, taps: taps)
  }
}
