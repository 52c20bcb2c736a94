/// The names a mistyped one may have meant, best first: fewest edits (Levenshtein 1966), names that contain it before others.
package func nearestNames(to name: String, in names: some Sequence<String>, limit: Int = 3) -> [String] {
  // Names come from files and may be of any length; the first characters tell.
  let wanted = Array(name.lowercased().utf8.prefix(100))
  let ranked = names.enumerated().map { position, candidate -> (Int, Int, String) in
    let bytes = Array(candidate.lowercased().utf8.prefix(100))
    let contains = !wanted.isEmpty && candidate.lowercased().contains(name.lowercased())
    return (contains ? 0 : edits(from: wanted, to: bytes), position, candidate)
  }
  return ranked.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.prefix(limit).map(\.2)
}

private func edits(from a: [UInt8], to b: [UInt8]) -> Int {
  var row = Array(0...b.count)
  for (i, x) in a.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, y) in b.enumerated() {
      let substituted = diagonal + (x == y ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(substituted, diagonal + 1, row[j] + 1)
    }
  }
  return row[b.count]
}
