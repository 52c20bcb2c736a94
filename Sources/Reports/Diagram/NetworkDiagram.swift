package import NeuralNetwork
import TensorCore
import Visualization

/// The network as a drawing: an SVG whose every layer is a link to `#layer-NUMBER`.
///
/// ```swift
/// let diagram = NetworkDiagram(graph, try graph.summary(for: [1, 224, 224, 3]))
/// diagram.svg       // <svg class="diagram" ...>
/// ```
package struct NetworkDiagram: Sendable {
  package let svg: String
  package let width: Int
  package let height: Int

  /// Whether many layers stand side by side, so that the drawing needs room.
  package let isWide: Bool

  static let rowHeight = 21.0
  private static let margin = 6.0
  private static let characterWidth = 7.0
  /// What a page has room for beside the layers' sheets.
  private static let comfortableWidth = 640.0
  /// A box without the output's shape, which its title and the layer's own part of the page tell.
  private static let narrowBox = 118.0

  package init(_ graph: Graph, _ summary: NetworkSummary) {
    let blocks = BlockGraph(graph)
    let shapes = summary.rows.map { shapeText($0.outputShape) }
    let longest = zip(summary.rows, shapes).map { $0.name.count + $1.count }.max() ?? 0
    let heights = blocks.blocks.map { Double($0.count) * Self.rowHeight }
    var boxWidth = min(256, max(120, Double(longest) * Self.characterWidth + 34))
    var layout = LayeredLayout(heights: heights, boxWidth: boxWidth, inputs: blocks.inputs)
    isWide = layout.width > Self.comfortableWidth
    if isWide, boxWidth > Self.narrowBox {
      boxWidth = Self.narrowBox
      layout = LayeredLayout(heights: heights, boxWidth: boxWidth, inputs: blocks.inputs)
    }
    width = Int((layout.width + 2 * Self.margin).rounded(.up))
    height = Int((layout.height + 2 * Self.margin).rounded(.up))

    var text =
      "<svg class=\"diagram\" viewBox=\"0 0 \(width) \(height)\" width=\"\(width)\" height=\"\(height)\""
      + " role=\"group\" aria-label=\"Diagram of the network, the input on top\">"
    var (lines, heads) = ("", "")
    for line in layout.lines {
      lines += Self.path(line)
      if let end = line.stops.last {
        heads += "M\(at(end.x + Self.margin)) \(at(end.top + Self.margin))l-3.5 -6h7z"
      }
    }
    text += "<path class=\"line\" d=\"\(lines)\"/><path class=\"head\" d=\"\(heads)\"/>"
    for (box, layers) in zip(layout.boxes, blocks.blocks) {
      let left = box.x - boxWidth / 2 + Self.margin
      for (row, layer) in layers.enumerated() {
        let facts = summary.rows[layer]
        text += Self.node(
          layer, facts, graph.layers[layer].operation.kind, shapes[layer], x: left,
          y: box.y + Self.margin + Double(row) * Self.rowHeight, width: boxWidth)
      }
      text +=
        "<rect class=\"box\" x=\"\(at(left))\" y=\"\(at(box.y + Self.margin))\" width=\"\(at(boxWidth))\""
        + " height=\"\(at(box.height))\" rx=\"5\"/>"
    }
    svg = text + "</svg>"
  }

  private static func node(
    _ index: Int, _ facts: NetworkSummary.Row, _ kind: BlockGraph.Kind, _ shape: String, x: Double, y: Double,
    width: Double
  ) -> String {
    let name = facts.name.isEmpty ? "(no name)" : facts.name
    let isNarrow = width <= narrowBox
    let room = Int((width - (isNarrow ? 15 : 30 + Double(shape.count) * characterWidth)) / characterWidth)
    let extents =
      isNarrow
      ? ""
      : "<text class=\"extents\" x=\"\(at(x + width - 6))\" y=\"\(at(y + rowHeight / 2 + 4))\">\(markupText(shape))</text>"
    let middle = at(y + rowHeight / 2 + 4)
    return
      "<a href=\"#layer-\(index)\" class=\"node \(kind.rawValue)\" data-layer=\"\(index)\""
      + " aria-label=\"\(markupText("\(name), \(facts.type), output \(shape)"))\">"
      + "<title>\(markupText("\(name) · \(facts.type) · \(shape)"))</title>"
      + "<rect class=\"face\" x=\"\(at(x))\" y=\"\(at(y))\" width=\"\(at(width))\" height=\"\(at(rowHeight))\"/>"
      + "<rect class=\"stripe\" x=\"\(at(x))\" y=\"\(at(y))\" width=\"5\" height=\"\(at(rowHeight))\"/>"
      + "<text x=\"\(at(x + 11))\" y=\"\(middle)\">\(markupText(elided(name, to: max(4, room))))</text>"
      + extents + "</a>"
  }

  /// Straight along a stop, bent without a corner between two.
  private static func path(_ line: LayeredLayout.Line) -> String {
    var path = ""
    var last: LayeredLayout.Stop?
    for stop in line.stops {
      let (x, top, bottom) = (stop.x + margin, stop.top + margin, stop.bottom + margin)
      if let last {
        let (from, foot) = (last.x + margin, last.bottom + margin)
        if abs(from - x) < 0.5 {
          path += "V\(at(top))"
        } else {
          let bend = (top - foot) / 2
          path += "C\(at(from)) \(at(foot + bend)) \(at(x)) \(at(top - bend)) \(at(x)) \(at(top))"
        }
      } else {
        path += "M\(at(x)) \(at(top))"
      }
      if bottom > top { path += "V\(at(bottom))" }
      last = stop
    }
    return path
  }
}

/// A number of pixels to a tenth.
private func at(_ value: Double) -> String {
  let tenths = Int((value * 10).rounded())
  return tenths % 10 == 0
    ? "\(tenths / 10)" : "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)"
}

/// `text` with its middle left out when it is longer than `length` characters: the ends of layers' names tell them apart.
func elided(_ text: String, to length: Int) -> String {
  guard text.count > length else { return text }
  let head = (length - 1) / 3
  return text.prefix(head) + "…" + text.suffix(length - 1 - head)
}

/// `112 × 112 × 64`, `1000`; the sample axis is left out.
func shapeText(_ shape: Shape) -> String {
  shape.dimensions.dropFirst().map(String.init).joined(separator: "×")
}
