/// Which values share one scale of colours on a sheet.
public enum Scaling: String, Sendable, Hashable, CaseIterable {
  /// Each tile by itself: `(v - min) / (max - min)` of the tile.
  case tile
  /// All tiles of the layer alike: `(v - min) / (max - min)` of the layer.
  case layer
  /// All shown layers alike: `(v - min) / (max - min)` over them.
  case model
  /// Zero in the middle: `v / (2 m) + 1/2` with `m = max|v|` of the layer.
  case symmetric
}

/// The values that take the two ends of a scale.
public struct ValueRange: Sendable, Hashable {
  public let low: Float
  public let high: Float

  public init(low: Float, high: Float) {
    self.low = low
    self.high = high
  }

  /// The range of the finite ones among `values`; `nil` when there are none.
  public init?(of values: some Sequence<Float>) {
    var (low, high) = (Float.infinity, -Float.infinity)
    for value in values where value.isFinite {
      low = min(low, value)
      high = max(high, value)
    }
    guard low <= high else { return nil }
    self.init(low: low, high: high)
  }

  /// Whether all values are one: there is nothing to tell apart.
  public var isConstant: Bool { !(low < high) }

  /// The smallest range with zero in its middle that holds this one.
  public var symmetric: ValueRange {
    let reach = max(abs(low), abs(high))
    return ValueRange(low: -reach, high: reach)
  }

  /// The smallest range that holds both.
  public func union(_ other: ValueRange) -> ValueRange {
    ValueRange(low: min(low, other.low), high: max(high, other.high))
  }

  /// Where `value` stands between the ends: 0 at ``low``, 1 at ``high``, 0.5 in a constant range; computed in double precision, so that no
  /// difference of two floats overflows.
  public func position(of value: Float) -> Float {
    isConstant ? 0.5 : Float((Double(value) - Double(low)) / (Double(high) - Double(low)))
  }
}

/// Why a tile shows no values.
public enum TileMark: String, Sendable, Hashable, CaseIterable {
  /// All values are zero.
  case dead
  /// All values are one other number, and the scale is the tile's own.
  case constant
  /// Some value is NaN or infinite.
  case notFinite = "not finite"
}
