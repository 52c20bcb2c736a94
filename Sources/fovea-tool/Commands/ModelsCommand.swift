import ArgumentParser
import Batch
import Fovea

struct ModelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "models",
    abstract: "List the architectures that are known by name.",
    discussion: """
      EXAMPLES
        fovea models
        fovea models --json
      """)

  @Flag(help: "Print one JSON object for every architecture.")
  var json = false

  func run() throws {
    var table = TextTable(
      ["name", "conventions", "parameters", "layers", "input", "paper"], rightAligned: [2, 3])
    for architecture in Architecture.all {
      let graph = try saying { try architecture.graph() }
      let parameters = try saying { try graph.summary().totalParameters }
      if json {
        StandardOutput.write(
          jsonLine(
            Row(
              name: architecture.name, framework: architecture.framework.rawValue, parameters: parameters,
              layers: graph.layers.count, input: preprocessingText(architecture.preprocessing),
              paper: architecture.paper)))
      } else {
        table.add([
          architecture.name, architecture.framework.rawValue, grouped(parameters), "\(graph.layers.count)",
          preprocessingText(architecture.preprocessing, tellsFit: false), architecture.paper,
        ])
      }
    }
    if !json { StandardOutput.write("\(table)") }
  }

  private struct Row: Encodable {
    let name: String
    let framework: String
    let parameters: Int
    let layers: Int
    let input: String
    let paper: String
  }
}
