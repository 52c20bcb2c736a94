extension SheetPage {
  /// What is written and filled on the page as an SVG document (SVG 1.1): no tiles, no pictures.
  ///
  /// Texts are text: they scale, can be searched, and are escaped.
  func svg() -> String {
    var text = """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(height)" viewBox="0 0 \(width) \(height)" \
      font-family="DejaVu Sans, Verdana, sans-serif">
      <rect width="100%" height="100%" fill="\(Theme.ground.hex)"/>

      """
    for (area, color) in fills {
      text +=
        "<rect x=\"\(area.x)\" y=\"\(area.y)\" width=\"\(area.width)\" height=\"\(area.height)\" fill=\"\(color.hex)\"/>\n"
    }
    for stroke in strokes {
      let points = stroke.points.map { "\(($0.x * 10).rounded() / 10),\(($0.y * 10).rounded() / 10)" }
      text +=
        "<polyline points=\"\(points.joined(separator: " "))\" fill=\"none\" stroke=\"\(stroke.color.hex)\""
      text += " stroke-width=\"2\" stroke-linejoin=\"round\"/>\n"
    }
    for line in texts {
      let anchor =
        switch line.alignment {
        case .leading: "start"
        case .centre: "middle"
        case .trailing: "end"
        }
      text +=
        "<text x=\"\(line.x)\" y=\"\(line.y + line.size)\" font-size=\"\(line.size)\" text-anchor=\"\(anchor)\""
      text += " fill=\"\(line.color.hex)\">\(markupText(line.text))</text>\n"
    }
    return text + "</svg>\n"
  }
}

extension Color {
  /// As CSS writes it: `#1a2b3c`.
  package var hex: String {
    "#"
      + [red, green, blue].map { level in
        let digits = String(level, radix: 16)
        return digits.count < 2 ? "0" + digits : digits
      }.joined()
  }
}

/// `text` as it may stand in HTML and XML, between tags and in quoted attributes; characters XML cannot hold become U+FFFD.
package func markupText(_ text: String) -> String {
  var escaped = ""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "&": escaped += "&amp;"
    case "<": escaped += "&lt;"
    case ">": escaped += "&gt;"
    case "\"": escaped += "&quot;"
    case "'": escaped += "&#39;"
    case "\t", "\n", "\r": escaped.unicodeScalars.append(scalar)
    case _ where scalar.value < 32 || scalar.value == 0xFFFE || scalar.value == 0xFFFF: escaped += "\u{FFFD}"
    default: escaped.unicodeScalars.append(scalar)
    }
  }
  return escaped
}
