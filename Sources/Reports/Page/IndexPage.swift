import TensorCore
import Visualization

/// The gallery over all pictures of a report, in parts that are written one after another.
///
/// ```swift
/// let index = try IndexPage(report, pictures: 200, failures: 1)
/// file.write(index.head); for card in cards { file.write(index.card(card, order: n)) }; file.write(index.tail(...))
/// ```
package struct IndexPage: Sendable {
  private let templates: ReportTemplates
  private let settings: ReportSettings
  package let head: String

  package init(_ report: PictureReport, pictures: Int) {
    templates = report.templates
    settings = report.settings
    var values: [String: Any] = [
      "model": settings.model, "pictures": "\(countText(pictures)) picture\(pictures == 1 ? "" : "s")",
      "preprocessing": settings.preprocessing, "policy": ReportTemplates.policy, "css": templates.style,
      "totals": report.totals,
    ]
    if let note = settings.note { values["note"] = note }
    head = templates.render("index-head", values)
  }

  /// One picture; `thumbnail` stands in for the address of the card's own.
  package func card(_ card: PictureCard, order: Int, thumbnail: String? = nil) -> String {
    var values: [String: Any] = ["order": order, "name": card.name, "href": card.address]
    if let small = card.thumbnail {
      values["thumbnail"] =
        [
          "src": thumbnail ?? small.source, "width": small.width, "height": small.height,
          "isSmall": isSmall(small.width, small.height),
        ] as [String: Any]
    }
    if let label = card.label, let score = card.score {
      values["label"] = label
      values["probability"] = score.isFinite ? "\(score)" : ""
      values["share"] = scoreText(score, isProbability: card.isProbability)
      values["percent"] = barWidth(card.isProbability ? score : 0)
    }
    return templates.render("card", values)
  }

  /// The end, with the inputs that failed and why.
  ///
  /// - Parameter isAlone: whether the file ends here; a single file goes on with its pages.
  package func tail(failures: [(name: String, reason: String)], isAlone: Bool) -> String {
    var values: [String: Any] = [
      "version": settings.version, "how": settings.how, "isAlone": isAlone, "js": templates.script,
    ]
    if !failures.isEmpty {
      values["failed"] =
        "\(countText(failures.count)) input\(failures.count == 1 ? "" : "s") could not be read"
      values["failures"] = failures.map {
        templates.render("failure", ["name": $0.name, "reason": $0.reason])
      }.joined()
    }
    return templates.render("index-tail", values)
  }

  /// The end of a single file, after the pages.
  package var singleTail: String { templates.render("single-tail", ["js": templates.script]) }

  /// What comes before and after one page in a single file; the page waits there until it is asked for.
  package func template(_ card: PictureCard) -> (before: String, after: String) {
    let key = card.address.drop { $0 == "#" }
    return (
      "<template data-page=\"\(markupText(String(key)))\" data-name=\"\(markupText(card.name))\">",
      "</template>\n"
    )
  }

  /// The script beside the index that tells every page which come before and after it.
  package static func steps(_ cards: [PictureCard]) throws -> String {
    "window.foveaPages && window.foveaPages(\(try scriptJSON(cards.map { [$0.address, $0.name] })));\n"
  }
}

extension PictureReport {
  /// What the network is made of, in words; without sizes where the input's is free.
  var totals: String {
    guard let shape = network.graph.inputShape(), let outline = try? NetworkOutline(network.graph, for: shape)
    else { return "\(countText(network.graph.layers.count)) layers" }
    return outline.totals
  }
}
