/// Lines over an axis, told apart by colour and by dashes, with a table of their ends for who cannot see them.
///
/// ```swift
/// Curves(title: "…", across: "epoch", up: "accuracy", lines: [.init("baseline", points)]).html
/// ```
struct Curves {
  struct Line {
    let name: String
    let points: [(x: Double, y: Double)]

    init(_ name: String, _ points: [(x: Double, y: Double)]) {
      self.name = name
      self.points = points.filter { $0.x.isFinite && $0.y.isFinite }
    }

    /// Values one after the other, from `first` on.
    init(_ name: String, values: [Double], from first: Int = 1) {
      self.init(name, values.enumerated().map { (Double($0.offset + first), $0.element) })
    }
  }

  let title: String
  let across: String
  let up: String
  let lines: [Line]

  private static let (width, height) = (560.0, 300.0)
  private static let (left, right, top, bottom) = (58.0, 12.0, 12.0, 46.0)

  var html: String {
    let all = lines.flatMap(\.points)
    guard let x = span(all.map(\.x)), let y = span(all.map(\.y)) else { return "" }
    let (across0, up0) = (axis(x), axis(y))
    let low = min(y.low, up0.first ?? y.low)
    let high = max(y.high, up0.last ?? y.high)
    let column = { (value: Double) in
      Curves.left + (value - x.low) / (x.high - x.low) * (Curves.width - Curves.left - Curves.right)
    }
    let row = { (value: Double) in
      Curves.top + (high - value) / (high - low) * (Curves.height - Curves.top - Curves.bottom)
    }
    var drawing = ""
    for value in up0 {
      let place = tenths(row(value))
      drawing += """
        <line class="rule" x1="\(tenths(Curves.left))" x2="\(tenths(Curves.width - Curves.right))" y1="\(place)" y2="\(place)"/>\
        <text class="up" x="\(tenths(Curves.left - 8))" y="\(place)">\(tickText(value))</text>
        """
    }
    for value in across0 where value >= x.low && value <= x.high {
      drawing += """
        <text class="across" x="\(tenths(column(value)))" y="\(tenths(Curves.height - Curves.bottom + 18))">\(tickText(value))</text>
        """
    }
    drawing += """
      <text class="across" x="\(tenths((Curves.left + Curves.width) / 2))" y="\(tenths(Curves.height - 6))">\(escaped(across))</text>
      """
    for (index, line) in lines.enumerated() {
      let points = line.points.map { "\(tenths(column($0.x))),\(tenths(row($0.y)))" }
      drawing += "<polyline class=\"line line\(index % 6)\" points=\"\(points.joined(separator: " "))\"/>"
    }
    let legend = lines.enumerated().map { index, line in
      """
      <li><svg viewBox="0 0 30 8" width="30" height="8" aria-hidden="true"><line class="line line\(index % 6)" x1="0" x2="30" \
      y1="4" y2="4"/></svg> \(escaped(line.name))</li>
      """
    }
    let spoken = lines.map { line in
      let ends = [line.points.first, line.points.last].compactMap { $0 }
      return "\(line.name): "
        + ends.map { "\(numberText($0.y)) at \(numberText($0.x))" }.joined(separator: ", then ")
    }
    return """
      <figure class="chart"><svg viewBox="0 0 \(tenths(Curves.width)) \(tenths(Curves.height))" role="img" \
      aria-label="\(escaped("\(up) against \(across). " + spoken.joined(separator: ". ")))">\(drawing)</svg>\
      <ul class="legend">\(legend.joined())</ul><figcaption>\(title)</figcaption></figure>
      """
  }

  private func span(_ values: [Double]) -> (low: Double, high: Double)? {
    guard let low = values.min(), let high = values.max() else { return nil }
    return low < high ? (low, high) : (low - 0.5, high + 0.5)
  }

  /// Round numbers that cover a range in four to eight steps.
  private func axis(_ range: (low: Double, high: Double)) -> [Double] {
    var step = 1e-9
    let nice = [2.0, 2.5, 2.0]
    var turn = 0
    while (range.high - range.low) / step > 6 { (step, turn) = (step * nice[turn % 3], turn + 1) }
    let first = (range.low / step).rounded(.down)
    let last = (range.high / step).rounded(.up)
    return (Int(first)...Int(last)).map { Double($0) * step }
  }

  private func tickText(_ value: Double) -> String { numberText(abs(value) < 1e-9 ? 0 : value) }

  private func tenths(_ value: Double) -> String {
    let count = Int((value * 10).rounded())
    return count % 10 == 0 ? "\(count / 10)" : "\(count < 0 ? "-" : "")\(abs(count) / 10).\(abs(count) % 10)"
  }
}
