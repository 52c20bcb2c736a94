import ArgumentParser
import Fovea

struct MedianCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "median",
    abstract: "The middle value of a window: takes specks away, keeps edges.",
    discussion: """
      As scipy.ndimage.median_filter, each channel on its own.

      EXAMPLES
        fovea filter median --size 3 scan.png -o clean.png
        fovea filter median --size 5x1 photos -o clean
      """)

  @Option(help: ArgumentHelp("Width x height of the window; one number for a square.", valueName: "WxH"))
  var size: PixelSize

  @OptionGroup var options: NamedFilterOptions

  func run() throws { try options.run(.median(height: size.height, width: size.width)) }
}
