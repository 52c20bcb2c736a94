/// Named numbers as bars from zero, one below the other.
struct Bars {
  let title: String
  /// A name, its number, and how the number is written.
  let rows: [(name: String, value: Double, text: String)]

  var html: String {
    let largest = rows.map(\.value).max() ?? 0
    // A letter is about 7 units wide.
    let left = max(170, 16 + 7 * (rows.map(\.name.count).max() ?? 0))
    let (line, width) = (22, 470 - left)
    var drawing = ""
    for (index, row) in rows.enumerated() {
      let y = index * line
      let length = largest > 0 ? max(row.value > 0 ? 1 : 0, Int(row.value / largest * Double(width))) : 0
      drawing += """
        <text class="up" x="\(left - 8)" y="\(y + 11)">\(escaped(row.name))</text>\
        <rect class="bar" x="\(left)" y="\(y + 3)" width="\(length)" height="16"/>\
        <text x="\(left + length + 6)" y="\(y + 15)">\(escaped(row.text))</text>
        """
    }
    let spoken = rows.map { "\($0.name): \($0.text)" }.joined(separator: "; ")
    return """
      <figure class="chart"><svg viewBox="0 0 640 \(rows.count * line)" role="img" aria-label="\(escaped(spoken))">\(drawing)</svg>\
      <figcaption>\(title)</figcaption></figure>
      """
  }
}
