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
        fovea filter gaussian --sigma 2 --order 1x0 photo.jpg -o slopes.png
        fovea filter gaussian --sigma 8 --boundary wrap textures -o soft
        fovea filter gaussian --sigma 40 --approximate photo.jpg -o fog.png
      """)

  @Option(parsing: .unconditional, help: ArgumentHelp("Standard deviation in pixels.", valueName: "s"))
  var sigma: Double

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Where the kernel ends, in sigmas (default: 4).", valueName: "t"))
  var truncate: Double?

  @Option(help: ArgumentHelp("The kernel's size instead: width x height, such as 9x9.", valueName: "WxH"))
  var size: PixelSize?

  @Option(
    help: ArgumentHelp(
      "Derivatives instead, as scipy.ndimage: 1 along both axes, or XxY such as 1x0; positive where values grow.",
      valueName: "XxY"))
  var order: DerivativeOrder?

  @Flag(
    help:
      "Four boxes, one after another, instead: as fast for a large sigma as for a small one, within 5 % of its largest tap."
  )
  var approximate = false

  @OptionGroup var options: NamedFilterOptions

  func validate() throws {
    guard sigma > 0, sigma.isFinite, sigma <= 10_000 else {
      throw ValidationError("--sigma is above 0 and at most 10000, not \(sigma)")
    }
    if size != nil, truncate != nil {
      throw ValidationError("--size and --truncate cannot both say where the kernel ends")
    }
    if approximate, size != nil || order != nil || truncate != nil {
      throw ValidationError("--approximate goes with --sigma alone: not with --size, --truncate or --order")
    }
    if size != nil, order != nil { throw ValidationError("--order does not go with --size") }
    if let truncate, !(truncate > 0 && truncate <= 100) {
      throw ValidationError("--truncate is above 0 and at most 100, not \(truncate)")
    }
  }

  func run() throws {
    if approximate {
      try options.run(.approximateGaussian(sigma: sigma))
    } else if let order {
      try options.run(
        .gaussianDerivative(sigma: sigma, orderX: order.x, orderY: order.y, truncate: truncate ?? 4))
    } else if let size {
      try options.run(.gaussianWindow(sigma: sigma, height: size.height, width: size.width))
    } else {
      try options.run(.gaussian(sigma: sigma, truncate: truncate ?? 4))
    }
  }
}

/// How often to derive along each axis: `1x0`, x first; one number for both; 0 to 8.
struct DerivativeOrder: ExpressibleByArgument, Equatable {
  let x: Int
  let y: Int

  init?(argument: String) {
    let parts = argument.lowercased().split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count <= 2, let x = parts[0], let y = parts.count == 2 ? parts[1] : x, (0...8).contains(x),
      (0...8).contains(y)
    else { return nil }
    self.x = x
    self.y = y
  }
}
