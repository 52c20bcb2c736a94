// What sheets of activations say in words about their channels.

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

  /// `dead: 235 of 1,024 channels: 1, 7, 9, ...`; `nil` when none is.
  static func deadText(_ statistics: [ChannelStatistics]) -> String? {
    let dead = statistics.indices.filter { statistics[$0].isDead }
    guard !dead.isEmpty else { return nil }
    let listed = dead.prefix(16).map(String.init).joined(separator: ", ") + (dead.count > 16 ? ", …" : "")
    return "dead: \(countText(dead.count)) of \(countText(statistics.count)) channels: \(listed)"
  }
}
