import ArgumentParser
import Fovea

struct GaussianCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gaussian",
    abstract: "Blur with a Gaussian.",
    discussion: """
      The kernel reaches --truncate times sigma to each side, as in scipy.ndimage, or has the size of --size.

      EXAMPLES
        fovea filter gaussian --sigma 2 photo.jpg -o soft.png
        fovea filter gaussian --sigma 8 --boundary wrap textures -o soft
      """)

  @Option(parsing: .unconditional, help: ArgumentHelp("Standard deviation in pixels.", valueName: "s"))
  var sigma: Double

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Where the kernel ends, in sigmas (default: 4).", valueName: "t"))
  var truncate: Double?

  @Option(help: ArgumentHelp("The kernel's size instead: width x height, such as 9x9.", valueName: "WxH"))
  var size: PixelSize?

  @OptionGroup var options: NamedFilterOptions

  func validate() throws {
    guard sigma > 0, sigma.isFinite, sigma <= 10_000 else {
      throw ValidationError("--sigma is above 0 and at most 10000, not \(sigma)")
    }
    if size != nil, truncate != nil {
      throw ValidationError("--size and --truncate cannot both say where the kernel ends")
    }
    if let truncate, !(truncate > 0 && truncate <= 100) {
      throw ValidationError("--truncate is above 0 and at most 100, not \(truncate)")
    }
  }

  func run() throws {
    if let size {
      try options.run(.gaussianWindow(sigma: sigma, height: size.height, width: size.width))
    } else {
      try options.run(.gaussian(sigma: sigma, truncate: truncate ?? 4))
    }
  }
}
