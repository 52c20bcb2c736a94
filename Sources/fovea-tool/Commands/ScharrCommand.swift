import ArgumentParser
import Fovea

struct ScharrCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scharr",
    abstract: "Edges by the Scharr operator.",
    discussion: """
      The x kernel, "3 0 -3; 10 0 -10; 3 0 -3", is correlated with the picture: positive where white turns black from left to right. \
      y is its transpose. Signed components are drawn with 0 at mid-grey.

      EXAMPLES
        fovea filter scharr photo.jpg -o edges.png
        fovea filter scharr --component x photos -o edges --format npy
      """)

  @OptionGroup(title: "Filter") var component: ComponentOptions
  @OptionGroup var options: NamedFilterOptions

  func run() throws { try options.run(.scharr(component.component)) }
}
