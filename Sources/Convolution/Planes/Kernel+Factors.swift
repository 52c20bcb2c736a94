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

extension Kernel.Factors {
  /// Whether all taps of the product are equal.
  var isUniform: Bool { column.allSatisfy { $0 == column[0] } && row.allSatisfy { $0 == row[0] } }
}

extension Kernel {
  /// The fewest products of a column and a row whose sum is this kernel, to the last bits of its largest taps; `nil` when
  /// it takes more than `limit`.
  ///
  /// Takes off the cross through the largest tap that is left until nothing is: Gaussian elimination with complete
  /// pivoting, which stops after as many steps as the kernel has rank.
  package func terms(atMost limit: Int) -> [Factors]? {
    if let factors { return [factors] }
    guard limit > 1 else { return nil }
    var rest = taps.map(Double.init)
    var terms: [Factors] = []
    let largest = rest.reduce(0) { max($0, abs($1)) }
    while terms.count < limit {
      guard let pivot = rest.indices.max(by: { abs(rest[$0]) < abs(rest[$1]) }), rest[pivot] != 0 else {
        return nil
      }
      let (pivotRow, pivotColumn) = (pivot / columns, pivot % columns)
      let column = (0..<rows).map { rest[$0 * columns + pivotColumn] }
      let row = (0..<columns).map { rest[pivotRow * columns + $0] / rest[pivot] }
      // Elimination that lets numbers grow would leave the terms less exact than the taps.
      guard abs(rest[pivot]) <= 4 * largest else { return nil }
      for a in 0..<rows { for b in 0..<columns { rest[a * columns + b] -= column[a] * row[b] } }
      terms.append(Factors(column: column.map(Float.init), row: row.map(Float.init)))
      if rest.allSatisfy({ abs($0) <= 2 * Double(Float.ulpOfOne) * largest }) { return terms }
    }
    return nil
  }
}
