/// Numbers over steps as lines, panels side by side: the loss and the accuracy of a training, for example.
///
/// ```swift
/// let chart = LineChart(title: "training", lines: [], panels: [.init(title: "loss", lines: [.init(name: "train", values: losses)])])
/// try chart.sheet().write(to: "curves.png")
/// chart.svg()      // the same, as text that scales
/// ```
public struct LineChart: Sendable {
  public struct Line: Sendable {
    public let name: String
    /// One a step, from step 1; those that are not finite leave a gap.
    public let values: [Double]

    public init(name: String, values: [Double]) {
      self.name = name
      self.values = values
    }
  }

  public struct Panel: Sendable {
    public let title: String
    public let lines: [Line]

    public init(title: String, lines: [Line]) {
      self.title = title
      self.lines = lines
    }
  }

  public let title: String
  /// What stands under the title.
  public let lines: [String]
  /// What a step is called.
  public let step: String
  public let panels: [Panel]

  public init(title: String, lines: [String], step: String = "epoch", panels: [Panel]) {
    self.title = title
    self.lines = lines
    self.step = step
    self.panels = panels
  }

  /// The chart as pixels.
  public func sheet() -> ContactSheet {
    ContactSheet(
      page: page(typesetter: .system),
      parameters: ["sheet": "chart", "title": title, "panels": panels.map(\.title).joined(separator: ",")])
  }

  /// The chart as an SVG document of its own; names are escaped.
  public func svg() -> String { page(typesetter: .system).svg() }

  /// Colours that those with colour blindness tell apart (Okabe and Ito 2008).
  private static let colors = [
    Color(red: 0x00, green: 0x72, blue: 0xB2), Color(red: 0xD5, green: 0x5E, blue: 0x00),
    Color(red: 0x00, green: 0x9E, blue: 0x73), Color(red: 0xCC, green: 0x79, blue: 0xA7),
    Color(red: 0xE6, green: 0x9F, blue: 0x00), Color(red: 0x56, green: 0xB4, blue: 0xE9),
    Color(red: 0x24, green: 0x26, blue: 0x2B), Color(red: 0x8A, green: 0xA0, blue: 0xB8),
  ]
  private static let panelWidth = 400
  private static let panelHeight = 240
  private static let gap = 70

  private func page(typesetter: Typesetter) -> SheetPage {
    let size = SheetPage.Size.caption
    let lineHeight = typesetter.lineHeight(size)
    let (width, height) = (LineChart.panelWidth, LineChart.panelHeight)
    var page = SheetPage(
      typesetter: typesetter, contentWidth: panels.count * (width + LineChart.gap))
    page.writeHead(title: title, lines: lines)
    page.space(10)
    let legend = panels.map(\.lines.count).max() ?? 0
    let top = page.reserve(height + 3 * lineHeight + 14 + legend * (lineHeight + 2))
    for (number, panel) in panels.enumerated() {
      let left = SheetPage.margin + number * (width + LineChart.gap) + 50
      let frame = Rectangle(x: left, y: top + lineHeight + 6, width: width, height: height)
      page.place(PlacedText(text: panel.title, x: left, y: top, size: SheetPage.Size.text))
      let values = panel.lines.flatMap(\.values).filter(\.isFinite)
      let ticks = LineChart.ticks(from: values.min() ?? 0, to: values.max() ?? 1)
      let (low, high) = (ticks[0], ticks[ticks.count - 1])
      func y(_ value: Double) -> Double {
        Double(frame.y + height) - (value - low) / (high - low) * Double(height)
      }
      for tick in ticks {
        page.fill(Rectangle(x: left, y: Int(y(tick)), width: width, height: 1), Theme.neutral)
        page.place(
          PlacedText(
            text: shortText(Float(tick)), x: left - 6, y: Int(y(tick)) - lineHeight / 2, size: size,
            color: Theme.quietInk, alignment: .trailing))
      }
      let steps = panel.lines.map(\.values.count).max() ?? 0
      func x(_ index: Int) -> Double {
        Double(left) + (steps > 1 ? Double(index) / Double(steps - 1) : 0.5) * Double(width)
      }
      let spots = steps > 1 ? Array(Set([0, (steps - 1) / 2, steps - 1])).sorted() : [0]
      for spot in spots where steps > 0 {
        page.fill(Rectangle(x: Int(x(spot)), y: frame.y, width: 1, height: height), Theme.band)
        page.place(
          PlacedText(
            text: "\(spot == 0 ? step + " " : "")\(spot + 1)", x: Int(x(spot)), y: frame.y + height + 4,
            size: size, color: Theme.quietInk, alignment: .centre))
      }
      for (index, line) in panel.lines.enumerated() {
        let color = LineChart.colors[index % LineChart.colors.count]
        var points: [(x: Double, y: Double)] = []
        for (place, value) in line.values.enumerated() {
          if value.isFinite {
            points.append((x(place), y(value)))
          } else {
            page.stroke(points, color)
            points = []
          }
        }
        // A single step is a dash.
        if points.count == 1 { points = [(points[0].x - 4, points[0].y), (points[0].x + 4, points[0].y)] }
        page.stroke(points, color)
        let row = frame.y + height + lineHeight + 10 + index * (lineHeight + 2)
        page.fill(Rectangle(x: left, y: row + lineHeight / 2 - 1, width: 18, height: 3), color)
        let last = line.values.last { $0.isFinite }
        page.place(
          PlacedText(
            text: line.name + (last.map { ": \(shortText(Float($0))) at the end" } ?? ""), x: left + 24,
            y: row,
            size: size))
      }
    }
    return page
  }

  /// Round numbers around a range, three to seven of them.
  static func ticks(from low: Double, to high: Double) -> [Double] {
    let span = high > low ? high - low : max(abs(high), 1) * 0.2
    var step = 1.0
    while step > span / 3 { step /= 10 }
    while step * 10 <= span / 3 { step *= 10 }
    if step * 5 <= span / 3 { step *= 5 } else if step * 2 <= span / 3 { step *= 2 }
    let (first, last) = ((low / step).rounded(.down), (high / step).rounded(.up))
    return (0...Int(max(1, last - first))).map { (first + Double($0)) * step }
  }
}
