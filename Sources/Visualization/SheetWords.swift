// What sheets say in words about their values and channels.

extension ContactSheet {
  /// `16 of 512 channels (largest mean first)`.
  static func selectionText(_ shown: Int, of all: Int, _ selection: ChannelSelection) -> String {
    let count =
      shown == all
      ? (all == 1 ? "the only channel" : "all \(countText(all)) channels")
      : "\(countText(shown)) of \(countText(all)) channels"
    let order: String? =
      switch selection.sort {
      case .index: nil
      case .mean: "largest mean first"
      case .max: "largest max first"
      case .std: "largest std first"
      case .sparsity: "most zeros first"
      }
    return order.map { "\(count) (\($0))" } ?? count
  }

  /// `largest values: 105 (6) · 263 (5.8) · ...`: the channels that reach highest, `nil` when there is nothing to rank.
  static func strongestText(_ statistics: [ChannelStatistics]) -> String? {
    guard statistics.count > 1 else { return nil }
    let ranked = statistics.indices.filter { statistics[$0].range != nil && !statistics[$0].isDead }
      .sorted { (statistics[$1].maximum, $0) < (statistics[$0].maximum, $1) }
    guard !ranked.isEmpty else { return nil }
    return "largest values: channel "
      + ranked.prefix(5).map { "\($0) (\(shortText(statistics[$0].maximum)))" }.joined(separator: ", ")
  }

  /// `largest norm: output 45 (1.93), 29 (1.81), ...`, the norm being L2; `nil` when there is nothing to rank.
  ///
  /// - Parameter squares: the square of each one's norm.
  static func normText(
    _ squares: [Double], of thing: String, named name: (Int) -> String = { "\($0)" }
  ) -> String? {
    guard squares.count > 1 else { return nil }
    let ranked = largest(5, of: squares.indices.filter { squares[$0] > 0 }, by: squares)
    guard !ranked.isEmpty else { return nil }
    return "largest norm: \(thing) "
      + ranked.map { "\(name($0)) (\(shortText(Float(squares[$0].squareRoot()))))" }.joined(separator: ", ")
  }

  /// `largest mean of |A − B|: channel 54 (462), 35 (428), ...`, of single units without the mean.
  static func distanceText(_ distances: [Double], of thing: String) -> String {
    let ranked = largest(5, of: distances.indices.filter { distances[$0] > 0 }, by: distances)
    guard !ranked.isEmpty else { return "A and B are equal" }
    return "largest \(thing == "unit" ? "" : "mean of ")|A − B|: \(thing) "
      + ranked.map { "\($0) (\(shortText(Float(distances[$0]))))" }.joined(separator: ", ")
  }

  /// `conv1 · output`; of a layer that has a number for a name, `layer 185 · output`.
  static func heading(_ name: String, _ thing: String) -> String {
    guard !name.isEmpty else { return thing }
    return (name.contains(where: \.isLetter) ? "" : "layer ") + name + " · " + thing
  }

  /// `dead: 235 of 1,024 channels: 1, 7, 9, ...`, or `dead: none of 64 channels`; `nil` for a single one that is not.
  static func deadText(
    _ dead: [Int], of all: Int, things: String = "channels", named name: (Int) -> String = { "\($0)" }
  ) -> String? {
    dead.isEmpty && all > 1
      ? "dead: none of \(countText(all)) \(things)"
      : listText("dead", dead, of: all, things: things, named: name)
  }

  /// What is wrong with channels besides being dead, a line each: `not finite: 2 of 8 channels: 3, 4`; `constant: ...`, whose
  /// values are all one; `almost flat on this scale: ...`, whose values span less than a hundredth of the shared colours.
  ///
  /// - Parameter shared: the range of all tiles; `nil` when each has its own, on which none is almost flat.
  static func oddTexts(_ statistics: [ChannelStatistics], on shared: ValueRange?) -> [String?] {
    let living = statistics.indices.filter { !statistics[$0].isDead && statistics[$0].notFinite == 0 }
    let constant = living.filter { statistics[$0].range?.isConstant ?? false }
    let least = shared.map { (Double($0.high) - Double($0.low)) / 100 } ?? 0
    let flat = living.filter { channel in
      guard let range = statistics[channel].range, !range.isConstant else { return false }
      return Double(range.high) - Double(range.low) < least
    }
    return [
      listText(
        "not finite", statistics.indices.filter { statistics[$0].notFinite > 0 }, of: statistics.count),
      listText("constant", constant, of: statistics.count),
      listText("almost flat on this scale", flat, of: statistics.count),
    ]
  }

  /// `constant: 2 of 8 channels: 0, 5`, at most sixteen of them by number, or `constant: all 8 channels`; `nil` when there
  /// are none.
  static func listText(
    _ what: String, _ members: [Int], of all: Int, things: String = "channels",
    named name: (Int) -> String = { "\($0)" }
  ) -> String? {
    guard !members.isEmpty else { return nil }
    if members.count == all, all > 1 { return "\(what): all \(countText(all)) \(things)" }
    let listed = members.prefix(16).map(name).joined(separator: ", ") + (members.count > 16 ? ", …" : "")
    return "\(what): \(countText(members.count)) of \(countText(all)) \(things): \(listed)"
  }

  /// `layer: mean 25.8 · std 51.5 · min 0 · max 622 · zero 66%`, with `also` after the name.
  static func valuesText(_ name: String, _ statistics: ChannelStatistics, also: String? = nil) -> String {
    let name = "\(name): " + (also.map { $0 + " · " } ?? "")
    guard statistics.range != nil else {
      return name + "none of \(countText(statistics.count)) values is finite"
    }
    return name + "mean \(shortText(statistics.mean)) · std \(shortText(statistics.deviation))"
      + " · min \(shortText(statistics.minimum)) · max \(shortText(statistics.maximum))"
      + " · zero \(percentText(statistics.zeroFraction))"
      + (statistics.notFinite > 0 ? " · not finite \(countText(statistics.notFinite))" : "")
  }
}
