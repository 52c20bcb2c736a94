import ArgumentParser
import Fovea

struct BilateralCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bilateral",
    abstract: "Smooth within edges: weights by nearness and by likeness.",
    discussion: """
      As OpenCV's bilateralFilter with d = 0: a disc of radius 1.5 --sigma-space; colours differ by the sum over their channels.

      EXAMPLES
        fovea filter bilateral --sigma-space 3 --sigma-range 30 photo.jpg -o smooth.jpg
      """)

  @Option(
    parsing: .unconditional, help: ArgumentHelp("Standard deviation of nearness in pixels.", valueName: "s"))
  var sigmaSpace: Double

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Standard deviation of likeness in code values.", valueName: "r"))
  var sigmaRange: Double

  @OptionGroup var options: NamedFilterOptions

  func validate() throws {
    try checkSigma(sigmaSpace, "--sigma-space")
    try checkSigma(sigmaRange, "--sigma-range")
  }

  func run() throws { try options.run(.bilateral(sigmaSpace: sigmaSpace, sigmaRange: sigmaRange)) }
}
