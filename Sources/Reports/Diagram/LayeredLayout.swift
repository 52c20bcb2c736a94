/// Boxes in rows from top to bottom, each below all it reads, and lines between them that run round the boxes.
///
/// The method of Sugiyama, Tagawa and Toda (1981): a box's row is its longest path from a source; a line that passes rows
/// takes a place of its own in each; the order in a row follows the mean place of the neighbours, with the fewest
/// crossings kept; and the boxes of a row are put as near to their neighbours' middles as their widths allow. A box alone
/// in its row, through which all must pass, stands on the axis of the drawing, so that long networks do not drift.
package struct LayeredLayout: Sendable, Hashable {
  package struct Box: Sendable, Hashable {
    /// The middle.
    package var x: Double
    /// The upper edge.
    package var y: Double
    package let height: Double
  }

  /// A stretch of a line that is straight: through a row, or the edge of a box where it ends.
  package struct Stop: Sendable, Hashable {
    package let x: Double
    package let top: Double
    package let bottom: Double
  }

  /// One line: from a box's lower edge to another's upper edge, bent between its stops.
  package struct Line: Sendable, Hashable {
    package let from: Int
    package let to: Int
    package let stops: [Stop]
  }

  package let boxes: [Box]
  package let lines: [Line]
  package let width: Double
  package let height: Double

  static let columnGap = 18.0
  static let rowGap = 26.0
  private static let lineWidth = 10.0
  /// Beyond so many places for passing lines, the rest goes straight: files may describe any graph.
  private static let mostPassages = 20_000

  private struct Node {
    let box: Int?
    let row: Int
    let width: Double
    let height: Double
    var above: [Int] = []
    var below: [Int] = []
    var x = 0.0
  }

  /// - Parameters:
  ///   - heights: of each box; all are `boxWidth` wide.
  ///   - inputs: the boxes each one reads; all have smaller numbers.
  package init(heights: [Double], boxWidth: Double, inputs: [[Int]]) {
    var rows = [Int](repeating: 0, count: heights.count)
    for (box, sources) in inputs.enumerated() {
      rows[box] = (sources.map { rows[$0] }.max() ?? -1) + 1
    }
    var nodes = heights.indices.map {
      Node(box: $0, row: rows[$0], width: boxWidth, height: heights[$0])
    }
    // Each line with the nodes it passes.
    var paths: [(from: Int, to: Int, passages: [Int])] = []
    var passages = 0
    for (box, sources) in inputs.enumerated() {
      for source in sources {
        var path: [Int] = []
        if passages + rows[box] - rows[source] <= Self.mostPassages {
          for row in rows[source] + 1..<max(rows[source] + 1, rows[box]) {
            path.append(nodes.count)
            nodes.append(Node(box: nil, row: row, width: Self.lineWidth, height: 0))
          }
          passages += path.count
          for (upper, lower) in zip([source] + path, path + [box]) {
            nodes[upper].below.append(lower)
            nodes[lower].above.append(upper)
          }
        }
        paths.append((source, box, path))
      }
    }
    var order = [[Int]](repeating: [], count: (rows.max() ?? -1) + 1)
    for node in nodes.indices { order[nodes[node].row].append(node) }
    Self.arrange(&order, nodes)
    Self.place(order, &nodes)

    let least = nodes.map { $0.x - $0.width / 2 }.min() ?? 0
    for node in nodes.indices { nodes[node].x -= least }
    width = nodes.map { $0.x + $0.width / 2 }.max() ?? 0
    var (tops, y) = ([Double](), 0.0)
    var tallest: [Double] = []
    for row in order {
      tops.append(y)
      tallest.append(row.map { nodes[$0].height }.max() ?? 0)
      y += (tallest.last ?? 0) + Self.rowGap
    }
    height = max(0, y - Self.rowGap)
    boxes = heights.indices.map {
      Box(x: nodes[$0].x, y: tops[nodes[$0].row], height: nodes[$0].height)
    }
    let placed = boxes
    lines = paths.map { path in
      let (from, to) = (placed[path.from], placed[path.to])
      let foot = tops[rows[path.from]] + tallest[rows[path.from]]
      var stops = [Stop(x: from.x, top: from.y + from.height, bottom: foot)]
      for node in path.passages {
        let (x, row) = (nodes[node].x, nodes[node].row)
        stops.append(Stop(x: x, top: tops[row], bottom: tops[row] + tallest[row]))
      }
      stops.append(Stop(x: to.x, top: to.y, bottom: to.y))
      return Line(from: path.from, to: path.to, stops: stops)
    }
  }

  // MARK: Order within rows

  private static func arrange(_ order: inout [[Int]], _ nodes: [Node]) {
    var place = [Double](repeating: 0, count: nodes.count)
    func number(_ row: [Int]) { for (index, node) in row.enumerated() { place[node] = Double(index) } }
    order.forEach(number)
    func sort(_ row: [Int], by neighbours: KeyPath<Node, [Int]>) -> [Int] {
      let keys = row.enumerated().map { index, node in
        let next = nodes[node][keyPath: neighbours]
        return next.isEmpty ? Double(index) : next.reduce(0) { $0 + place[$1] } / Double(next.count)
      }
      return row.indices.sorted { (keys[$0], $0) < (keys[$1], $1) }.map { row[$0] }
    }
    var best = order
    var fewest = crossings(order, nodes, place)
    for _ in 0..<8 where fewest > 0 {
      for row in order.indices.dropFirst() {
        order[row] = sort(order[row], by: \.above)
        number(order[row])
      }
      for row in order.indices.reversed().dropFirst() {
        order[row] = sort(order[row], by: \.below)
        number(order[row])
      }
      let count = crossings(order, nodes, place)
      if count < fewest { (best, fewest) = (order, count) }
    }
    order = best
  }

  /// How many pairs of lines cross, counted between neighbouring rows; crowded rows are not counted.
  private static func crossings(_ order: [[Int]], _ nodes: [Node], _ place: [Double]) -> Int {
    var count = 0
    for row in order {
      let lines = row.flatMap { upper in nodes[upper].below.map { (place[upper], place[$0]) } }
      guard lines.count <= 200 else { continue }
      for (index, a) in lines.enumerated() {
        for b in lines[(index + 1)...] where (a.0 - b.0) * (a.1 - b.1) < 0 { count += 1 }
      }
    }
    return count
  }

  // MARK: Places within rows

  private static func place(_ order: [[Int]], _ nodes: inout [Node]) {
    for row in order {
      var x = 0.0
      for node in row {
        nodes[node].x = x + nodes[node].width / 2
        x += nodes[node].width + columnGap
      }
      for node in row { nodes[node].x = row.count == 1 ? 0 : nodes[node].x - x / 2 }
    }
    // Down and up by turns until the rows make room for what lies below them, then both ways at once.
    for round in 0..<40 {
      let isDown = round % 2 == 0
      let looks: [KeyPath<Node, [Int]>] =
        round >= 9 ? [\.above, \.below] : isDown ? [\.above] : [\.below]
      for row in isDown ? order : order.reversed() where row.count > 1 { align(row, to: looks, &nodes) }
    }
    straighten(order, &nodes)
  }

  /// Puts each chain, nodes that only follow one another, exactly under one another where that is free.
  private static func straighten(_ order: [[Int]], _ nodes: inout [Node]) {
    var place = [Int](repeating: 0, count: nodes.count)
    for row in order { for (index, node) in row.enumerated() { place[node] = index } }
    func follower(_ node: Int) -> Int? {
      guard nodes[node].below.count == 1, nodes[nodes[node].below[0]].above.count == 1 else { return nil }
      return nodes[node].below[0]
    }
    var isFollower = [Bool](repeating: false, count: nodes.count)
    for node in nodes.indices { if let next = follower(node) { isFollower[next] = true } }
    for start in nodes.indices where !isFollower[start] {
      var chain = [start]
      while let next = follower(chain[chain.count - 1]) { chain.append(next) }
      guard chain.count > 1 else { continue }
      let x = chain.reduce(0) { $0 + nodes[$1].x } / Double(chain.count)
      let isFree = chain.allSatisfy { node in
        let row = order[nodes[node].row]
        return [-1, 1].allSatisfy { side in
          guard row.indices.contains(place[node] + side) else { return true }
          let next = nodes[row[place[node] + side]]
          return (next.x - x) * Double(side) >= (next.width + nodes[node].width) / 2 + columnGap - 0.001
        }
      }
      if isFree { for node in chain { nodes[node].x = x } }
    }
  }

  /// Moves the nodes of a row to the weighted mean of their neighbours, as near as order and widths allow.
  private static func align(_ row: [Int], to looks: [KeyPath<Node, [Int]>], _ nodes: inout [Node]) {
    var offset = 0.0
    // Runs of nodes pushed against one another: their common place, weight and number.
    var runs: [(place: Double, weight: Double, count: Int)] = []
    var offsets: [Double] = []
    for (index, node) in row.enumerated() {
      if index > 0 { offset += (nodes[row[index - 1]].width + nodes[node].width) / 2 + columnGap }
      offsets.append(offset)
      var (sum, weight) = (0.0, 0.0)
      for look in looks {
        for next in nodes[node][keyPath: look] {
          let (upper, lower) = look == \.above ? (next, node) : (node, next)
          let pull = pull(nodes[upper], nodes[lower])
          sum += pull * nodes[next].x
          weight += pull
        }
      }
      var run = (
        place: (weight > 0 ? sum / weight : nodes[node].x) - offset, weight: max(weight, 0.1), count: 1
      )
      while let last = runs.last, last.place > run.place {
        run.place =
          (run.place * run.weight + last.place * last.weight) / (run.weight + last.weight)
        run.weight += last.weight
        run.count += last.count
        runs.removeLast()
      }
      runs.append(run)
    }
    var index = 0
    for run in runs {
      for _ in 0..<run.count {
        nodes[row[index]].x = run.place + offsets[index]
        index += 1
      }
    }
  }

  /// How firmly two nodes stand under one another: what belongs to one chain, and a line that passes, is straight first
  /// of all.
  private static func pull(_ upper: Node, _ lower: Node) -> Double {
    if upper.below.count == 1, lower.above.count == 1 { return 60 }
    return upper.box == nil || lower.box == nil ? 2 : 1
  }
}
