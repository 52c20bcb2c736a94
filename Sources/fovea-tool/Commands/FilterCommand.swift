import ArgumentParser
import Batch
import Fovea

/// `fovea filter NAME`: one subcommand a filter.
struct FilterCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "filter",
    abstract: "Filter pictures by a named filter.",
    discussion: """
      Each channel is filtered on its own. At the edge the picture is reflected unless --boundary says otherwise.

      EXAMPLES
        fovea filter gaussian --sigma 2 photo.jpg            writes Output/photo.jpg
        fovea filter sobel photos -o edges --format png      a folder, mirrored in edges/photos
        fovea filter box --size 9x9 a.png -o b.png --boundary edge
        find . -name '*.jpg' -print0 | fovea filter laplacian - -o out
      """,
    subcommands: [
      GaussianCommand.self, BoxCommand.self, SobelCommand.self, ScharrCommand.self, PrewittCommand.self,
      LaplacianCommand.self, LogCommand.self, DogCommand.self, UnsharpCommand.self, MedianCommand.self,
      GaborCommand.self, BilateralCommand.self, CannyCommand.self,
    ])
}

/// What a named filter is and how its result becomes a picture: the common end of the subcommands.
struct NamedFilterOptions: ParsableArguments {
  @Flag(help: "Say on standard error how the filter is computed, and why.")
  var explainMethod = false

  @OptionGroup(title: "Filter") var edges: EdgeOptions
  @OptionGroup(title: "Filter") var range: RangeOptions
  @OptionGroup var work: PictureWork

  func run(_ filter: Filter) throws {
    if explainMethod { StandardError.tell(filter) }
    let (mode, boundary, range) = (edges.mode, edges.boundary(standard: .reflect), range.range)
    let light = self.range.linearLight
    try work.run("\(filter) \(mode) \(boundary) \(range.map { "\($0)" } ?? "") \(light ? "light" : "")") {
      image in
      try image.filtered(by: filter, output: mode, boundary: boundary, range: range, inLinearLight: light)
    }
  }
}

extension StandardError {
  /// How a filter is computed.
  static func tell(_ filter: Filter) {
    for text in filter.explanation { line("fovea: \(text)") }
  }
}
