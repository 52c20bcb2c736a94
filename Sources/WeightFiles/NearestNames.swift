/// The three names most like `name`, by edit distance, nearest first; names that share less than half are left out.
func nearestNames(to name: String, among names: [String]) -> [String] {
  let wanted = Array(name.utf8.prefix(100))
  let ranked = names.prefix(5000).compactMap { candidate -> (Int, String)? in
    let distance = editDistance(wanted, Array(candidate.utf8.prefix(100)))
    return distance <= max(wanted.count, 2) / 2 ? (distance, candidate) : nil
  }
  return ranked.sorted { $0.0 < $1.0 }.prefix(3).map(\.1)
}

private func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
  var row = Array(0...b.count)
  for (i, left) in a.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, right) in b.enumerated() {
      let above = row[j + 1]
      row[j + 1] = min(above + 1, row[j] + 1, diagonal + (left == right ? 0 : 1))
      diagonal = above
    }
  }
  return row[b.count]
}
