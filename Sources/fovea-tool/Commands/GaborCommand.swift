import ArgumentParser
import Fovea

struct GaborCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gabor",
    abstract: "Stripes of one direction and width, or of a bank of them.",
    discussion: """
      The kernel is that of OpenCV's getGaborKernel. Several wavelengths or angles make a bank: of every pixel the response \
      farthest from 0 is kept.

      EXAMPLES
        fovea filter gabor --wavelength 8 --angle 45 photo.jpg -o stripes.png
        fovea filter gabor --wavelength 4,8 --angle 0,45,90,135 photos -o textures
      """)

  @Option(help: ArgumentHelp("From crest to crest, in pixels; several with commas.", valueName: "w,..."))
  var wavelength: NumberList

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Where the wave travels, in degrees; 0 answers to upright stripes.", valueName: "a,..."))
  var angle = NumberList(numbers: [0])

  @Option(help: ArgumentHelp("Standard deviation in pixels (default: 0.56 wavelengths).", valueName: "s"))
  var sigma: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("In degrees: 0 answers to lines, 90 to steps.", valueName: "p"))
  var phase = 0.0

  @Option(help: ArgumentHelp("Deviation along the wave over that across it.", valueName: "g"))
  var aspect = 1.0

  @OptionGroup var options: NamedFilterOptions

  func validate() throws {
    for wavelength in wavelength.numbers { try checkSigma(wavelength, "--wavelength") }
    if let sigma { try checkSigma(sigma) }
    guard aspect >= 0.01, aspect <= 100 else {
      throw ValidationError("--aspect is between 0.01 and 100, not \(aspect)")
    }
    guard phase.isFinite else { throw ValidationError("--phase is a finite number") }
    guard wavelength.numbers.count * angle.numbers.count <= 256 else {
      throw ValidationError("a bank has at most 256 kernels")
    }
  }

  func run() throws {
    let bank = wavelength.numbers.flatMap { wavelength in
      angle.numbers.map {
        Gabor(wavelength: wavelength, angle: $0, sigma: sigma, phase: phase, aspect: aspect)
      }
    }
    try options.run(.gabor(bank))
  }
}

/// Finite numbers with commas between them.
struct NumberList: ExpressibleByArgument, Equatable, CustomStringConvertible {
  let numbers: [Double]

  init(numbers: [Double]) { self.numbers = numbers }

  init?(argument: String) {
    let numbers = argument.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
    let finite = numbers.compactMap { $0 }.filter(\.isFinite)
    guard !finite.isEmpty, finite.count == numbers.count else { return nil }
    self.numbers = finite
  }

  var description: String { numbers.map { "\($0)" }.joined(separator: ",") }
}

/// Refuses deviations and lengths that no filter has.
func checkSigma(_ value: Double, _ name: String = "--sigma") throws {
  guard value > 0, value <= 10_000 else {
    throw ValidationError("\(name) is above 0 and at most 10000, not \(value)")
  }
}
