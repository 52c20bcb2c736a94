import ArgumentParser
import Fovea

struct LogCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "log",
    abstract: "The Laplacian of a Gaussian: blobs and zero crossings.",
    discussion: """
      As scipy.ndimage.gaussian_laplace: positive in dark spots, negative in bright ones, 0 drawn as mid-grey.

      EXAMPLES
        fovea filter log --sigma 2 photo.jpg -o blobs.png
        fovea filter log --sigma 2 photos -o raw --format npy
      """)

  @Option(parsing: .unconditional, help: ArgumentHelp("Standard deviation in pixels.", valueName: "s"))
  var sigma: Double

  @OptionGroup var options: NamedFilterOptions

  func validate() throws {
    try checkSigma(sigma)
  }

  func run() throws { try options.run(.laplacianOfGaussian(sigma: sigma)) }
}
