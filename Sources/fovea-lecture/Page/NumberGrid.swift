/// A small array as a drawing: a cell a number, darker the larger, negative ones in the second colour.
///
/// ```swift
/// NumberGrid(x, title: "X", marking: (0..<3, 0..<3)).html
/// ```
struct NumberGrid {
  let rows: [[Double]]
  let title: String
  /// Rows and columns that are framed.
  let marked: (rows: Range<Int>, columns: Range<Int>)?
  /// The side of a cell; below 20 the numbers are left out.
  let side: Int

  init(_ rows: [[Double]], title: String, marking marked: (Range<Int>, Range<Int>)? = nil, side: Int = 38) {
    self.rows = rows
    self.title = title
    self.marked = marked
    self.side = side
  }

  private var columns: Int { rows.first?.count ?? 0 }

  var html: String {
    let largest = rows.joined().map(abs).max() ?? 0
    var drawing = ""
    for (row, values) in rows.enumerated() {
      for (column, value) in values.enumerated() {
        let (x, y) = (column * side + 1, row * side + 1)
        let share = largest > 0 ? abs(value) / largest : 0
        let opacity = numberText(0.08 + 0.62 * share)
        drawing += """
          <rect class="\(value < 0 ? "negative" : "positive")" x="\(x)" y="\(y)" width="\(side)" height="\(side)" \
          fill-opacity="\(value == 0 ? "0" : opacity)"/>
          """
        if side >= 20 {
          drawing += """
            <text x="\(x + side / 2)" y="\(y + side / 2)">\(numberText(value))</text>
            """
        }
      }
    }
    if let marked {
      drawing += """
        <rect class="mark" x="\(marked.columns.lowerBound * side + 2)" y="\(marked.rows.lowerBound * side + 2)" \
        width="\(marked.columns.count * side - 2)" height="\(marked.rows.count * side - 2)"/>
        """
    }
    let (width, height) = (columns * side + 2, rows.count * side + 2)
    let spoken =
      side >= 20
      ? rows.map { $0.map(numberText).joined(separator: " ") }.joined(separator: "; ")
      : "\(rows.count) by \(columns) cells"
    return """
      <figure class="grid"><svg viewBox="0 0 \(width) \(height)" width="\(width)" height="\(height)" role="img" \
      aria-label="\(escaped(spoken))">\(drawing)</svg><figcaption>\(title)</figcaption></figure>
      """
  }
}

/// Figures beside each other, with signs such as = between them.
func beside(_ parts: String...) -> String {
  "<div class=\"pictures\">"
    + parts.map { $0.hasPrefix("<") ? $0 : "<span class=\"sign\" aria-hidden=\"true\">\($0)</span>" }.joined()
    + "</div>"
}
