/// How the values of a sheet become colours: the rule, the range the tiles share, and the map.
struct TileScale {
  let scaling: Scaling
  /// What all tiles share; `nil` when each has its own, or when no value is finite.
  let shared: ValueRange?
  /// Whether zero stands in the middle of every range.
  let isCentred: Bool

  /// - Parameters:
  ///   - layer: the range of the layer's finite values.
  ///   - model: the range over all shown layers; the layer's own when it is not given.
  ///   - isDiverging: a diverging map says "zero" with its middle colour, so its ranges are centred whatever the rule.
  init(_ scaling: Scaling, layer: ValueRange?, model: ValueRange? = nil, isDiverging: Bool) {
    self.scaling = scaling
    isCentred = isDiverging || scaling == .symmetric
    let chosen: ValueRange? =
      switch scaling {
      case .tile: nil
      case .layer, .symmetric: layer
      case .model: model ?? layer
      }
    shared = isCentred ? chosen?.symmetric : chosen
  }

  /// The range a tile with these statistics is drawn on, or the mark it gets instead.
  func range(for tile: ChannelStatistics) -> (range: ValueRange?, mark: TileMark?) {
    if tile.notFinite > 0 { return (nil, .notFinite) }
    if tile.isDead { return (nil, .dead) }
    guard let own = tile.range else { return (nil, .constant) }
    guard scaling == .tile else {
      guard let shared, !shared.isConstant else { return (nil, .constant) }
      return (shared, nil)
    }
    if own.isConstant { return (nil, .constant) }
    return (isCentred ? own.symmetric : own, nil)
  }

  /// What stands at the ends of the colour bar when the tiles share no range.
  func ends(of things: String) -> (String, String) {
    guard scaling == .tile else { return ("no finite value", "") }
    return isCentred
      ? ("-max|v| of \(things)", "+max|v| of \(things)") : ("min of \(things)", "max of \(things)")
  }

  /// What the scale is, in words for the reader of the sheet.
  func sentence(of things: String) -> String {
    switch scaling {
    case .tile:
      isCentred
        ? "scale: tile · each \(things) ± its own max|v|, zero in the middle"
        : "scale: tile · each \(things) from its own min to its own max"
    case .layer:
      isCentred
        ? "scale: layer · ± max|v| of the layer, zero in the middle"
        : "scale: layer · min to max of the layer"
    case .model:
      isCentred
        ? "scale: model · ± max|v| of all shown layers, zero in the middle"
        : "scale: model · min to max of all shown layers"
    case .symmetric: "scale: symmetric · ± max|v| of the layer, zero in the middle"
    }
  }
}
