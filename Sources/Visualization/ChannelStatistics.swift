public import TensorCore

/// What one channel, or one layer, holds in numbers: over its finite values, the others counted apart.
public struct ChannelStatistics: Sendable, Hashable {
  public let count: Int
  /// How many values are NaN or infinite.
  public let notFinite: Int
  /// NaN when no value is finite, like the other measures.
  public let minimum: Float
  public let maximum: Float
  public let mean: Float
  /// The population's standard deviation (divided by n, as `numpy.std`).
  public let deviation: Float
  /// The share of exact zeros among all values, 0...1.
  public let zeroFraction: Float

  /// Whether every value is zero.
  public var isDead: Bool { count > 0 && zeroFraction == 1 }

  /// The finite values' range; `nil` when there are none.
  public var range: ValueRange? { minimum <= maximum ? ValueRange(low: minimum, high: maximum) : nil }

  public init(of values: some Collection<Float>) {
    var sums = Sums()
    for value in values { sums.add(value) }
    sums.centre()
    for value in values { sums.addDeviation(value) }
    self = sums.statistics
  }

  init(
    count: Int, notFinite: Int, minimum: Float, maximum: Float, mean: Float, deviation: Float,
    zeroFraction: Float
  ) {
    self.count = count
    self.notFinite = notFinite
    self.minimum = minimum
    self.maximum = maximum
    self.mean = mean
    self.deviation = deviation
    self.zeroFraction = zeroFraction
  }
}

extension ChannelStatistics {
  /// The statistics of every channel (last axis) of `tensor`, over all its other axes, in order.
  public static func ofChannels(_ tensor: Tensor) -> [ChannelStatistics] {
    let channels = tensor.shape.rank > 0 ? tensor.shape[-1] : 1
    guard channels > 0 else { return [] }
    let positions = tensor.shape.count / channels
    var all = [Sums](repeating: Sums(), count: channels)
    tensor.withUnsafeScalars { values in
      all.withUnsafeMutableBufferPointer { all in
        // Channels lie side by side: a block of them is walked down the whole picture by one thread.
        nonisolated(unsafe) let all = all
        parallelFor(channels, grain: max(1, 65_536 / max(positions, 1))) { block in
          for position in 0..<positions {
            for channel in block { all[channel].add(values[position * channels + channel]) }
          }
          for channel in block { all[channel].centre() }
          for position in 0..<positions {
            for channel in block { all[channel].addDeviation(values[position * channels + channel]) }
          }
        }
      }
    }
    return all.map(\.statistics)
  }

  /// The statistics of a whole tensor.
  public static func of(_ tensor: Tensor) -> ChannelStatistics {
    tensor.withUnsafeScalars { ChannelStatistics(of: $0) }
  }

  /// The statistics of several channels taken together.
  ///
  /// Exact up to rounding: means and squares are combined as Chan, Golub and LeVeque (1979) do.
  public static func combined(_ parts: [ChannelStatistics]) -> ChannelStatistics {
    var (count, notFinite, zeros, mean, squares) = (0, 0, 0.0, 0.0, 0.0)
    var range: ValueRange?
    for part in parts {
      let finite = Double(part.count - part.notFinite)
      zeros += Double(part.zeroFraction) * Double(part.count)
      if let other = part.range {
        let before = Double(count - notFinite)
        let step = Double(part.mean) - mean
        mean += step * finite / (before + finite)
        squares += Double(part.deviation) * Double(part.deviation) * finite
        squares += step * step * before * finite / (before + finite)
        range = range?.union(other) ?? other
      }
      count += part.count
      notFinite += part.notFinite
    }
    return ChannelStatistics(
      count: count, notFinite: notFinite, minimum: range?.low ?? .nan, maximum: range?.high ?? .nan,
      mean: range == nil ? .nan : Float(mean),
      deviation: range == nil ? .nan : Float((squares / Double(count - notFinite)).squareRoot()),
      zeroFraction: count == 0 ? 0 : Float(zeros / Double(count)))
  }
}

/// The running sums behind the statistics: one pass for the mean, a second for the deviation from it.
private struct Sums {
  var finite = 0
  var notFinite = 0
  var zeros = 0
  var minimum = Float.infinity
  var maximum = -Float.infinity
  var sum = 0.0
  var mean = 0.0
  var squares = 0.0

  mutating func add(_ value: Float) {
    guard value.isFinite else { return notFinite += 1 }
    finite += 1
    if value == 0 { zeros += 1 }
    if value < minimum { minimum = value }
    if value > maximum { maximum = value }
    sum += Double(value)
  }

  mutating func centre() { mean = finite > 0 ? sum / Double(finite) : .nan }

  mutating func addDeviation(_ value: Float) {
    guard value.isFinite else { return }
    let difference = Double(value) - mean
    squares += difference * difference
  }

  var statistics: ChannelStatistics {
    let count = finite + notFinite
    return ChannelStatistics(
      count: count, notFinite: notFinite, minimum: finite > 0 ? minimum : .nan,
      maximum: finite > 0 ? maximum : .nan, mean: Float(mean),
      deviation: finite > 0 ? Float((squares / Double(finite)).squareRoot()) : .nan,
      zeroFraction: count > 0 ? Float(Double(zeros) / Double(count)) : 0)
  }
}
