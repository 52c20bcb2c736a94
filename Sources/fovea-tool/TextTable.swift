/// Columns of text as wide as they have to be.
struct TextTable: CustomStringConvertible {
  private var rows: [[String]]
  private let rightAligned: Set<Int>

  init(_ titles: [String], rightAligned: Set<Int> = []) {
    rows = [titles]
    self.rightAligned = rightAligned
  }

  mutating func add(_ cells: [String]) { rows.append(cells) }

  var description: String {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    let rule = widths.map { String(repeating: "-", count: $0) }
    return ([rows[0], rule] + rows.dropFirst()).map { row in
      let cells = row.indices.map { column in
        let space = String(repeating: " ", count: widths[column] - row[column].count)
        return rightAligned.contains(column) ? space + row[column] : row[column] + space
      }
      var line = cells.joined(separator: "  ")
      while line.last == " " { line.removeLast() }
      return line + "\n"
    }.joined()
  }
}

/// `138357544` as `138,357,544`.
func grouped(_ number: Int) -> String {
  let digits = Array(String(number.magnitude))
  let groups = digits.enumerated().map { index, digit in
    (digits.count - index).isMultiple(of: 3) && index > 0 ? ",\(digit)" : "\(digit)"
  }
  return (number < 0 ? "-" : "") + groups.joined()
}

/// `1 tensor`, `1,024 tensors`.
func counted(_ number: Int, _ noun: String) -> String {
  "\(grouped(number)) \(noun)" + (number == 1 ? "" : "s")
}
