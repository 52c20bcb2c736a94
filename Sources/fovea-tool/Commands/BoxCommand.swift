import ArgumentParser
import Fovea

struct BoxCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "box",
    abstract: "Blur by the mean of a rectangle.",
    discussion: """
      EXAMPLES
        fovea filter box --size 9x9 photo.jpg -o soft.png
        fovea filter box --size 15x1 photos -o streaks
      """)

  @Option(
    help: ArgumentHelp(
      "Width x height of the rectangle in pixels; one number for a square.", valueName: "WxH"))
  var size: PixelSize

  @OptionGroup var options: NamedFilterOptions

  func run() throws { try options.run(.box(height: size.height, width: size.width)) }
}
