import ArgumentParser
import Fovea

struct UnsharpCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unsharp",
    abstract: "Sharpen: add what a blur takes away.",
    discussion: """
      As skimage.filters.unsharp_mask, x + amount (x - blurred x), with Pillow's threshold: smaller differences are left alone.

      EXAMPLES
        fovea filter unsharp photo.jpg -o sharp.jpg
        fovea filter unsharp --sigma 2 --amount 1.5 --threshold 3 photos -o sharp
      """)

  @Option(
    parsing: .unconditional, help: ArgumentHelp("Standard deviation of the blur in pixels.", valueName: "s"))
  var sigma: Double = 1

  @Option(parsing: .unconditional, help: ArgumentHelp("How much of the difference is added.", valueName: "a"))
  var amount: Double = 1

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Differences up to this are left alone, in code values 0 to 255.", valueName: "t"))
  var threshold: Double = 0

  @OptionGroup var options: NamedFilterOptions

  func validate() throws {
    try checkSigma(sigma)
    guard amount.isFinite, abs(amount) <= 1000 else {
      throw ValidationError("--amount is between -1000 and 1000, not \(amount)")
    }
    guard threshold >= 0, threshold.isFinite else {
      throw ValidationError("--threshold is at least 0, not \(threshold)")
    }
  }

  func run() throws { try options.run(.unsharp(sigma: sigma, amount: amount, threshold: threshold)) }
}
