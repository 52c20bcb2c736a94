import ArgumentParser
import Fovea

struct LaplacianCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "laplacian",
    abstract: "The sum of the second derivatives: kernel \"0 1 0; 1 -4 1; 0 1 0\".",
    discussion: """
      EXAMPLES
        fovea filter laplacian photo.jpg -o detail.png
        fovea filter laplacian photos -o raw --format npy
      """)

  @OptionGroup var options: NamedFilterOptions

  func run() throws { try options.run(.laplacian) }
}
