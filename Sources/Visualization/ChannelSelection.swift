/// Which channels of a layer a sheet shows, and in what order.
///
/// ```swift
/// ChannelSelection(sort: .mean, top: 16)               // the 16 strongest, strongest first
/// ChannelSelection(channels: try .init(parsingChannels: "0,3,8-15"))
/// ```
public struct ChannelSelection: Sendable, Hashable {
  /// What channels are ordered by; all but the index put the largest first and equals by index.
  public enum Order: String, Sendable, Hashable, CaseIterable { case index, mean, max, std, sparsity }

  /// The channels to choose from, `nil` for all; as listed when sorted by index.
  public var channels: [Int]?
  public var sort: Order
  /// How many of the sorted ones to show, `nil` for all.
  public var top: Int?

  public init(channels: [Int]? = nil, sort: Order = .index, top: Int? = nil) {
    self.channels = channels
    self.sort = sort
    self.top = top
  }

  /// The indices this selection takes from channels with these statistics, first shown first.
  ///
  /// Channels whose measure is NaN come last. Throws ``VisualizationError`` for a channel that does not exist.
  public func indices(among statistics: [ChannelStatistics]) throws(VisualizationError) -> [Int] {
    if let beyond = channels?.first(where: { !statistics.indices.contains($0) }) {
      throw .noSuchChannel(beyond, channels: statistics.count)
    }
    if let top, top < 1 { throw .notPositive("top", top) }
    var chosen = channels ?? Array(statistics.indices)
    if sort != .index {
      let keys = chosen.map { (measure(statistics[$0]), $0) }
      chosen = keys.sorted { $0.0 != $1.0 ? $0.0 > $1.0 : $0.1 < $1.1 }.map(\.1)
    }
    return top.map { Array(chosen.prefix($0)) } ?? chosen
  }

  private func measure(_ statistics: ChannelStatistics) -> Float {
    let value =
      switch sort {
      case .index: Float(0)
      case .mean: statistics.mean
      case .max: statistics.maximum
      case .std: statistics.deviation
      case .sparsity: statistics.zeroFraction
      }
    return value.isNaN ? -.infinity : value
  }
}

extension [Int] {
  /// The channels a text like `0,3,8-15` lists, in that order; a repeated one counts once.
  ///
  /// Throws ``VisualizationError`` when the text is no such list, or a range runs backwards or beyond 16,777,215.
  public init(parsingChannels text: String) throws(VisualizationError) {
    var channels: [Int] = []
    var seen: Set<Int> = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Self.channel($0) }
      guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2, first <= last else {
        throw .notAChannelList(text)
      }
      for channel in first...last where seen.insert(channel).inserted { channels.append(channel) }
    }
    self = channels
  }

  private static func channel(_ text: Substring) -> Int? {
    let digits = text.split(separator: " ")
    guard digits.count == 1, digits[0].utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }) else { return nil }
    return Int(digits[0]).flatMap { $0 < 1 << 24 ? $0 : nil }
  }
}
