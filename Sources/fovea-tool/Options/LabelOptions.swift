import ArgumentParser
import Batch
import Fovea
import Reports
import SystemPackage

/// What the classes of a network are called.
struct LabelOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The names of the classes: a line each, or Keras's class index (default: ImageNet's, for 1000 classes).",
      valueName: "file"),
    completion: .file())
  var labels: String?

  /// The names in the file; what cannot be read ends the program with status 1.
  func given() throws -> ClassLabels? {
    try labels.map { try ClassLabels(contentsOf: FilePath(argument: $0)) }
  }
}

extension ClassLabels {
  /// The names of the classes of `network`, by index.
  ///
  /// Those given, else ImageNet's where there are as many; none where nobody knows any. That there are more or fewer than
  /// classes is said.
  static func names(_ given: ClassLabels?, of network: Network) -> [ClassName] {
    guard let shape = network.graph.inputShape(), let shapes = try? network.graph.shapes(for: shape),
      let classes = network.graph.outputs.first.flatMap({ shapes[$0]?.dimensions.last })
    else { return given?.names ?? [] }
    let (labels, note) = suiting(given, outputs: classes)
    if let note { StandardError.line("fovea: \(note)") }
    return labels?.names ?? []
  }
}
