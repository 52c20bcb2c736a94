extension Kernel.Factors {
  /// The factors of row-major taps of rank 1; `nil` for a higher rank, or for rank 1 that floats do not show exactly.
  ///
  /// Row and column through the largest tap determine the product; every tap must equal it to the rounding of its own
  /// last bits, so filtering by the factors is as exact as filtering by the taps.
  init?(of taps: [Float], rows: Int, columns: Int) {
    guard let pivot = taps.indices.max(by: { abs(taps[$0]) < abs(taps[$1]) }), taps[pivot] != 0 else {
      return nil
    }
    let (pivotRow, pivotColumn) = (pivot / columns, pivot % columns)
    let column = (0..<rows).map { Double(taps[$0 * columns + pivotColumn]) }
    let row = (0..<columns).map { Double(taps[pivotRow * columns + $0]) / Double(taps[pivot]) }
    let tolerance = 4 * Double(Float.ulpOfOne)
    for a in 0..<rows {
      for b in 0..<columns {
        let tap = Double(taps[a * columns + b])
        guard abs(tap - column[a] * row[b]) <= tolerance * abs(tap) else { return nil }
      }
    }
    self.init(column: column.map(Float.init), row: row.map(Float.init))
  }
}
