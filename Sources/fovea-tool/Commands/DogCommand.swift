import ArgumentParser
import Fovea

struct DogCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dog",
    abstract: "The difference of two Gaussians.",
    discussion: """
      As skimage.filters.difference_of_gaussians: the blur of --sigma minus the blur of --sigma2.

      EXAMPLES
        fovea filter dog --sigma 1 photo.jpg -o bands.png
        fovea filter dog --sigma 2 --sigma2 8 photos -o bands
      """)

  @Option(parsing: .unconditional, help: ArgumentHelp("Standard deviation in pixels.", valueName: "s"))
  var sigma: Double

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Standard deviation of the wider one (default: 1.6 times the other).", valueName: "s"))
  var sigma2: Double?

  @OptionGroup var options: NamedFilterOptions

  func validate() throws {
    try checkSigma(sigma)
    if let sigma2 { try checkSigma(sigma2, "--sigma2") }
  }

  func run() throws { try options.run(.differenceOfGaussians(sigma: sigma, sigma2: sigma2 ?? 1.6 * sigma)) }
}
