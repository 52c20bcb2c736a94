/// Numbers of layers drawn against depth: a row a layer from the input down, a column of bars a measure.
///
/// ```swift
/// try chart.sheet().write(to: "statistics.png")
/// chart.svg()      // the same, as text that scales
/// ```
public struct DepthChart: Sendable {
  public struct Column: Sendable {
    public enum Unit: Sendable {
      /// Shares 0...1, drawn on 0 to 100 %.
      case percent
      /// Anything: drawn from zero on the column's own range.
      case number
    }

    public let title: String
    public let unit: Unit

    public init(title: String, unit: Unit) {
      self.title = title
      self.unit = unit
    }
  }

  public struct Row: Sendable {
    public let name: String
    /// One a column.
    public let values: [Double]

    public init(name: String, values: [Double]) {
      self.name = name
      self.values = values
    }
  }

  public let title: String
  /// What stands under the title.
  public let lines: [String]
  public let columns: [Column]
  public let rows: [Row]

  public init(title: String, lines: [String], columns: [Column], rows: [Row]) {
    self.title = title
    self.lines = lines
    self.columns = columns
    self.rows = rows
  }

  /// The chart as pixels.
  public func sheet() -> ContactSheet { sheet(typesetter: .system) }

  /// The same with another hand to set the type.
  package func sheet(typesetter: Typesetter) -> ContactSheet {
    ContactSheet(
      page: page(typesetter: typesetter),
      parameters: ["sheet": "chart", "title": title, "columns": columns.map(\.title).joined(separator: ",")])
  }

  /// The chart as an SVG document of its own; layer names are escaped.
  public func svg() -> String { svg(typesetter: .system) }

  package func svg(typesetter: Typesetter) -> String { page(typesetter: typesetter).svg() }

  private static let barWidth = 130

  private func page(typesetter: Typesetter) -> SheetPage {
    let size = SheetPage.Size.caption
    let lineHeight = typesetter.lineHeight(size)
    let names = rows.map { typesetter.shortened($0.name, size: size, width: 260) }
    let nameWidth = max(
      typesetter.width("layer", size: size), names.map { typesetter.width($0, size: size) }.max() ?? 0)
    let texts = columns.indices.map { column in rows.map { text($0, column) } }
    let numberWidths = columns.indices.map { column in
      (texts[column] + [columns[column].title]).map { typesetter.width($0, size: size) }.max() ?? 0
    }
    let columnWidths = numberWidths.map { $0 + 6 + DepthChart.barWidth + 18 }
    var page = SheetPage(
      typesetter: typesetter, contentWidth: nameWidth + 14 + columnWidths.reduce(0, +))
    page.writeHead(title: title, lines: lines)
    page.space(10)

    let first = SheetPage.margin + nameWidth + 14
    let head = page.reserve(lineHeight * 2 + 8)
    page.place(
      PlacedText(
        text: "layer", x: SheetPage.margin, y: head + lineHeight + 2, size: size, color: Theme.quietInk))
    let scales = columns.indices.map(scale)
    var lefts: [Int] = []
    var left = first
    for (column, width) in columnWidths.enumerated() {
      let bar = left + numberWidths[column] + 6
      page.place(
        PlacedText(
          text: columns[column].title, x: bar - 6, y: head + lineHeight + 2, size: size, color: Theme.ink,
          alignment: .trailing))
      let (low, high) = scales[column]
      let ends =
        columns[column].unit == .percent ? ("0%", "100%") : (shortText(Float(low)), shortText(Float(high)))
      page.place(
        PlacedText(text: ends.0, x: bar, y: head + lineHeight + 2, size: size, color: Theme.quietInk))
      page.place(
        PlacedText(
          text: ends.1, x: bar + DepthChart.barWidth, y: head + lineHeight + 2, size: size,
          color: Theme.quietInk, alignment: .trailing))
      lefts.append(left)
      left += width
    }
    for (number, row) in rows.enumerated() {
      let top = page.reserve(lineHeight + 4)
      if number % 2 == 1 {
        page.fill(
          Rectangle(x: SheetPage.margin - 4, y: top, width: page.contentWidth + 8, height: lineHeight + 4),
          Theme.band)
      }
      page.place(PlacedText(text: names[number], x: SheetPage.margin, y: top + 2, size: size))
      for column in columns.indices where row.values.indices.contains(column) {
        let bar = lefts[column] + numberWidths[column] + 6
        page.place(
          PlacedText(
            text: texts[column][number], x: bar - 6, y: top + 2, size: size, color: Theme.quietInk,
            alignment: .trailing))
        let value = row.values[column]
        let (low, high) = scales[column]
        guard value.isFinite, high > low else { continue }
        let place = { (value: Double) in
          bar + Int(((value - low) / (high - low) * Double(DepthChart.barWidth)).rounded())
        }
        let (start, end) = (place(min(0, value)), place(max(0, value)))
        page.fill(
          Rectangle(
            x: start, y: top + 3, width: max(value == 0 ? 0 : 1, end - start), height: lineHeight - 2),
          columns[column].unit == .percent ? Theme.share : Theme.measure)
        if low < 0 {
          page.fill(Rectangle(x: place(0), y: top, width: 1, height: lineHeight + 4), Theme.mark)
        }
      }
    }
    return page
  }

  private func text(_ row: Row, _ column: Int) -> String {
    guard row.values.indices.contains(column) else { return "" }
    return columns[column].unit == .percent && row.values[column].isFinite
      ? percentText(Float(row.values[column])) : shortText(Float(row.values[column]))
  }

  /// What a column's bars begin and end at: zero is always within.
  private func scale(_ column: Int) -> (low: Double, high: Double) {
    guard columns[column].unit == .number else { return (0, 1) }
    let values = rows.compactMap { $0.values.indices.contains(column) ? $0.values[column] : nil }
      .filter(\.isFinite)
    return (min(0, values.min() ?? 0), max(0, values.max() ?? 0))
  }
}
