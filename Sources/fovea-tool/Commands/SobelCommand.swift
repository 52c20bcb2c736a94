import ArgumentParser
import Fovea

struct SobelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sobel",
    abstract: "Edges by the Sobel operator.",
    discussion: """
      The x kernel, "1 0 -1; 2 0 -2; 1 0 -1", is correlated with the picture: positive where white turns black from left to right. \
      y is its transpose. Signed components are drawn with 0 at mid-grey.

      EXAMPLES
        fovea filter sobel photo.jpg -o edges.png
        fovea filter sobel --component x photos -o edges --format npy
      """)

  @OptionGroup(title: "Filter") var component: ComponentOptions
  @OptionGroup var options: NamedFilterOptions

  func run() throws { try options.run(.sobel(component.component)) }
}
