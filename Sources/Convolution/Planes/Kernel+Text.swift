extension Kernel {
  /// A kernel from its text: numbers separated by spaces or commas, rows by semicolons or line ends.
  ///
  /// ```swift
  /// try Kernel(text: "0 1 2; 2 2 0; 0 1 2")
  /// try Kernel(text: "1/9, 1/9, 1/9\n1/9, 1/9, 1/9\n1/9, 1/9, 1/9\n")   // a .csv file; fractions are understood
  /// ```
  ///
  /// Throws a ``ConvolutionError`` that names the row and the column, counted from 1.
  public init(text: String) throws(ConvolutionError) {
    // "\r\n" is one Character.
    var lines = text.split(omittingEmptySubsequences: false, whereSeparator: { $0 == ";" || $0.isNewline })
    while let last = lines.last, last.allSatisfy(\.isWhitespace) { lines.removeLast() }
    while let first = lines.first, first.allSatisfy(\.isWhitespace) { lines.removeFirst() }
    guard !lines.isEmpty else { throw .emptyKernel }

    var taps: [Float] = []
    var columns = 0
    for (index, line) in lines.enumerated() {
      let cells =
        line.contains(",")
        ? line.split(separator: ",", omittingEmptySubsequences: false)
        : line.split(whereSeparator: \.isWhitespace)
      for (column, cell) in cells.enumerated() {
        let written = cell.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()
        guard let tap = Self.number(String(written)) else {
          throw .notANumber(row: index + 1, column: column + 1, found: String(written))
        }
        taps.append(tap)
      }
      if index == 0 { columns = cells.count }
      guard cells.count == columns else {
        throw .unevenRow(row: index + 1, expected: columns, found: cells.count)
      }
    }
    self.init(rows: lines.count, columns: columns, taps: taps)
  }

  /// A finite decimal number or a fraction of two.
  private static func number(_ text: String) -> Float? {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map { Double($0) }
    guard let numerator = parts[0] else { return nil }
    guard parts.count == 2 else { return Float(exactlyFinite: numerator) }
    guard let denominator = parts[1] else { return nil }
    return Float(exactlyFinite: numerator / denominator)
  }
}

extension Float {
  /// The nearest float, `nil` when there is none that is finite.
  fileprivate init?(exactlyFinite value: Double) {
    self.init(value)
    guard isFinite else { return nil }
  }
}
