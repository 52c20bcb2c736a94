import ArgumentParser
import Fovea
import Reports

/// Which layers a command looks at.
struct LayerOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "all, conv, or names separated by commas; NAME:linear is before the layer's activation.",
      valueName: "list"))
  var layers = "all"

  /// The layers asked for, in the order of execution; unknown ones end the program with status 64.
  func recorded(of graph: Graph) throws -> [RecordedName] {
    let names: [String]
    switch layers {
    case "all":
      names = graph.layers.compactMap { layer in
        if case .input = layer.operation { nil } else { layer.name }
      }
    case "conv": names = graph.layers.filter { $0.operation.convolves }.map(\.name)
    default: names = layers.split(separator: ",").map { $0.trimmed }
    }
    guard !names.isEmpty else { throw wrongUsage("--layers \(layers): the network has no such layer") }
    let linear = ":linear"
    do throws(NetworkError) {
      return try names.map { (name) throws(NetworkError) in
        let isLinear = graph[name] == nil && name.hasSuffix(linear)
        return RecordedName(
          name: name, index: try graph.index(of: isLinear ? String(name.dropLast(linear.count)) : name))
      }
      .sorted { $0.index < $1.index }
    } catch { throw wrongUsage("\(error)") }
  }
}

/// A layer to record.
struct RecordedName: Sendable {
  let name: String
  /// The place in the order of execution.
  let index: Int

  /// `007_conv1`, as names of files begin.
  var fileStem: String { Reports.fileStem(layer: name, at: index) }
}

extension Substring {
  var trimmed: String {
    String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
  }
}
