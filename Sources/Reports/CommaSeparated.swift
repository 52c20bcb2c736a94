/// One line of a CSV file (RFC 4180): cells that hold a comma, a quote or a line break are quoted.
package func csvLine(_ cells: [String]) -> String {
  cells.map { cell in
    cell.utf8.contains { $0 == 44 || $0 == 34 || $0 == 10 || $0 == 13 }
      ? "\"" + cell.replacing("\"", with: "\"\"") + "\"" : cell
  }.joined(separator: ",") + "\n"
}
