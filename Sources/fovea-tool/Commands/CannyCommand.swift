import ArgumentParser
import Fovea

struct CannyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "canny",
    abstract: "Thin edges by the Canny detector: white on black.",
    discussion: """
      As skimage.feature.canny on the grey picture. --low and --high are code values of the unnormalised Sobel gradient. \
      Joining weak edges to strong ones takes one byte a pixel of memory; the rest is streamed.

      EXAMPLES
        fovea filter canny photo.jpg -o edges.png
        fovea filter canny --sigma 2 --low 20 --high 60 photos -o edges
      """)

  @Option(
    parsing: .unconditional, help: ArgumentHelp("Standard deviation of the blur in pixels.", valueName: "s"))
  var sigma: Double = 1

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Gradients from here on may belong to an edge.", valueName: "l"))
  var low: Double = 25.5

  @Option(
    parsing: .unconditional, help: ArgumentHelp("Gradients from here on begin an edge.", valueName: "h"))
  var high: Double = 51

  @OptionGroup var options: NamedFilterOptions

  func validate() throws {
    try checkSigma(sigma)
    guard low >= 0, low <= high, high.isFinite else {
      throw ValidationError("--low is at least 0 and at most --high, not \(low) with \(high)")
    }
  }

  func run() throws { try options.run(.canny(sigma: sigma, low: low, high: high)) }
}
