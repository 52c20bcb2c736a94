import ArgumentParser
import Fovea

struct PrewittCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prewitt",
    abstract: "Edges by the Prewitt operator.",
    discussion: """
      The x kernel, "1 0 -1; 1 0 -1; 1 0 -1", is correlated with the picture: positive where white turns black from left to right. \
      y is its transpose. Signed components are drawn with 0 at mid-grey.

      EXAMPLES
        fovea filter prewitt photo.jpg -o edges.png
        fovea filter prewitt --component x photos -o edges --format npy
      """)

  @OptionGroup(title: "Filter") var component: ComponentOptions
  @OptionGroup var options: NamedFilterOptions

  func run() throws { try options.run(.prewitt(component.component)) }
}
