import NeuralNetwork
import TensorCore
import Visualization

/// What every page says of the network for one input shape: the diagram, and the facts of each layer without a picture.
struct NetworkOutline: Sendable {
  let diagram: NetworkDiagram
  let summary: NetworkSummary
  let kinds: [BlockGraph.Kind]
  /// The place of every layer.
  let place: [String: Int]
  /// For layers that pass their input on unchanged, the layer whose output it is.
  let repeats: [Int: Int]

  init(_ graph: Graph, for input: Shape) throws {
    summary = try graph.summary(for: input)
    diagram = NetworkDiagram(graph, summary)
    kinds = graph.layers.map(\.operation.kind)
    let place = Dictionary(
      summary.rows.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    var repeats: [Int: Int] = [:]
    for (index, layer) in graph.layers.enumerated() {
      switch layer.operation {
      case .dropout, .identity:
        if let source = layer.inputs.first.flatMap({ place[$0] }) {
          repeats[index] = repeats[source] ?? source
        }
      default: break
      }
    }
    self.place = place
    self.repeats = repeats
  }

  /// `26 layers, 1,235,496 parameters, 351,000,000 multiply-adds`.
  var totals: String {
    "\(countText(summary.rows.count)) layer\(summary.rows.count == 1 ? "" : "s"), "
      + "\(countText(summary.totalParameters)) parameters, \(countText(summary.totalOperations)) multiply-adds"
  }

  /// The kinds that occur, each with its word.
  var legend: [[String: Any]] {
    BlockGraph.Kind.allCases.filter(kinds.contains).map { ["kind": $0.rawValue, "word": $0.word] }
  }

  /// What a page says of a layer whatever the picture is.
  func view(_ index: Int) -> [String: Any] {
    let row = summary.rows[index]
    var view: [String: Any] = [
      "index": index, "name": row.name.isEmpty ? "(no name)" : row.name, "type": row.type,
      "kind": kinds[index].rawValue, "shape": spaced(row.outputShape), "count": row.outputShape.count,
      "parameters": countText(row.parameters), "parameterCount": row.parameters,
      "field": fieldText(row.receptiveField), "fieldSize": fieldSize(row.receptiveField),
    ]
    if row.operations > 0 { view["operations"] = countText(row.operations) }
    let sources: [[String: Any]] = row.inputs.compactMap { name in
      place[name].map { ["index": $0, "name": name] }
    }
    view["hasSources"] = !sources.isEmpty
    view["sources"] = sources
    return view
  }

  private func fieldText(_ field: ReceptiveField?) -> String {
    guard let field else { return "the whole input" }
    return "\(pixels(field.rows.size)) × \(pixels(field.columns.size))"
  }

  private func fieldSize(_ field: ReceptiveField?) -> String {
    // Sorted after every number.
    field.map { pixels($0.rows.size * $0.columns.size) } ?? "1000000000000"
  }

  private func pixels(_ size: Double) -> String {
    size.isFinite && abs(size) < 1e15 ? countText(Int(size.rounded())).replacing(",", with: "") : "∞"
  }
}

extension BlockGraph.Kind {
  fileprivate var word: String {
    switch self {
    case .shape: "reshaping"
    default: rawValue
    }
  }
}

/// `112 × 112 × 64`; the sample axis is left out.
func spaced(_ shape: Shape) -> String {
  let text = shape.dimensions.dropFirst().map(String.init).joined(separator: " × ")
  return text.isEmpty ? "1 value" : text
}
