import ArgumentParser
import Fovea

struct ResizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resize",
    abstract: "Bring pictures to one size.",
    discussion: """
      EXAMPLES
        fovea resize --size 224x224 photo.jpg -o small.png
        fovea resize --size 640x480 --fit cover photos -o thumbnails --format webp
        fovea resize --size 512 --fit contain --pad-colour "#ffffff" photos
      """)

  @Option(help: ArgumentHelp("The new size: width x height; one number for a square.", valueName: "WxH"))
  var size: PixelSize

  @Option(
    help: ArgumentHelp(
      "contain (all of the picture, padded), cover (filled, the rest cut off) or stretch.", valueName: "fit"))
  var fit = Fit.stretch

  @Option(help: ArgumentHelp("lanczos3, cubic, linear or nearest.", valueName: "kernel"))
  var resampling = Resampling.lanczos3

  @Option(
    help: ArgumentHelp("What contain pads with: #rrggbb, r,g,b or black, white, grey.", valueName: "colour"))
  var padColour = PadColour.black

  @OptionGroup var work: PictureWork

  func run() throws {
    let limit = work.loading.maxPixels
    guard size.width * size.height <= limit else {
      throw wrongUsage("--size \(size) is more than \(limit) pixels; --max-pixels raises the limit")
    }
    let (size, fit, resampling, colour) = (size, fit, resampling, padColour.levels)
    try work.run("resize \(size) \(fit) \(resampling) \(colour)") { image in
      try image.resized(
        height: size.height, width: size.width, fit: fit, resampling: resampling, padColour: colour)
    }
  }
}
