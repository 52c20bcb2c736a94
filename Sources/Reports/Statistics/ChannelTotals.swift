public import Visualization

/// What one channel did over many pictures.
///
/// ```swift
/// var totals = ChannelTotals()
/// for picture in pictures { totals.add(picture.channels[7]) }
/// totals.mean          // over every value of every picture
/// totals.deadShare     // in how many pictures the channel was zero throughout
/// ```
///
/// Sums are kept in double precision and merged as Chan, Golub and LeVeque (1979) do, so that a folder of any length can
/// be streamed; the same pictures in the same order give the same bits.
public struct ChannelTotals: Sendable, Hashable {
  public private(set) var pictures = 0
  /// In how many pictures every value was zero.
  public private(set) var deadPictures = 0
  /// How many values, NaN and infinities included.
  public private(set) var count = 0
  public private(set) var notFinite = 0
  public private(set) var zeros = 0
  private var low = Float.infinity
  private var high = -Float.infinity
  private var centre = 0.0
  private var squares = 0.0

  public init() {}

  /// NaN when no value was finite, like the other measures.
  public var minimum: Float { finite > 0 ? low : .nan }
  public var maximum: Float { finite > 0 ? high : .nan }
  public var mean: Double { finite > 0 ? centre : .nan }
  /// The population's standard deviation over all values (divided by n, as `numpy.std`).
  public var deviation: Double { finite > 0 ? (squares / Double(finite)).squareRoot() : .nan }
  /// The share of exact zeros among all values, 0...1.
  public var zeroShare: Double { count > 0 ? Double(zeros) / Double(count) : 0 }
  /// The share of pictures in which every value was zero, 0...1.
  public var deadShare: Double { pictures > 0 ? Double(deadPictures) / Double(pictures) : 0 }
  /// Whether the channel was zero in every picture.
  public var isDead: Bool { pictures > 0 && deadPictures == pictures }

  private var finite: Int { count - notFinite }

  /// Adds one picture's values.
  public mutating func add(_ statistics: ChannelStatistics) {
    pictures += 1
    if statistics.isDead { deadPictures += 1 }
    let finite = statistics.count - statistics.notFinite
    merge(
      finite: finite, mean: Double(statistics.mean),
      squares: Double(statistics.deviation) * Double(statistics.deviation) * Double(finite),
      low: statistics.minimum, high: statistics.maximum)
    count += statistics.count
    notFinite += statistics.notFinite
    zeros += Int((Double(statistics.zeroFraction) * Double(statistics.count)).rounded())
  }

  /// Adds another channel's values, as for the totals of a layer; pictures are not counted.
  mutating func addValues(of other: ChannelTotals) {
    merge(finite: other.finite, mean: other.centre, squares: other.squares, low: other.low, high: other.high)
    count += other.count
    notFinite += other.notFinite
    zeros += other.zeros
  }

  private mutating func merge(finite: Int, mean: Double, squares other: Double, low: Float, high: Float) {
    guard finite > 0 else { return }
    let (before, added) = (Double(self.finite), Double(finite))
    let step = mean - centre
    centre += step * added / (before + added)
    squares += other + step * step * before * added / (before + added)
    self.low = min(self.low, low)
    self.high = max(self.high, high)
  }
}
