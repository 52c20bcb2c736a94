import TensorCore
import Visualization

/// The mean of every channel of a layer as a row of bars, and which are the strongest.
struct ChannelProfile {
  let width: Int
  /// The bars, 40 high in all.
  let path: String
  let caption: String
  let alternative: String

  private static let mostBars = 128
  private static let height = 40.0

  /// `nil` where there is nothing to compare: fewer than two channels, or no finite mean that differs from zero.
  init?(_ channels: [ChannelStatistics]) {
    let means = channels.map { $0.mean.isFinite ? Double($0.mean) : 0 }
    let (low, high) = (min(0, means.min() ?? 0), max(0, means.max() ?? 0))
    guard means.count > 1, high - low > 0, (high - low).isFinite else { return nil }
    // Of channels that share a bar the farthest from zero is drawn.
    let bars = min(Self.mostBars, means.count)
    let zero = Self.height * high / (high - low)
    // One stroke a bar: a page holds hundreds of such rows.
    var path = ""
    for bar in 0..<bars {
      let range = bar * means.count / bars..<(bar + 1) * means.count / bars
      guard let value = means[range].max(by: { abs($0) < abs($1) }) else { continue }
      let end = Self.height * (high - value) / (high - low)
      path += "M\(bar * 4 + 2) \(tenths(zero))V\(tenths(end))"
    }
    self.path = path
    width = bars * 4
    let strongest = means.indices.sorted { (-means[$0], $0) < (-means[$1], $1) }.prefix(5)
    let list = strongest.map { "\($0) (\(shortText(Float(means[$0]))))" }.joined(separator: ", ")
    caption = "Mean of each channel, 0 to \(means.count - 1). Strongest: \(list)"
    alternative =
      "Bars: the mean of each of \(countText(means.count)) channels, from \(shortText(Float(low))) to \(shortText(Float(high)))"
  }
}

/// A number to a tenth.
private func tenths(_ value: Double) -> String {
  let number = Int((value * 10).rounded())
  return number % 10 == 0 ? "\(number / 10)" : "\(number / 10).\(number % 10)"
}
