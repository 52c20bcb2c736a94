public import TensorCore

/// What a sheet that compares two outputs of a layer tells besides them.
public struct ComparisonSheetOptions: Sendable, Hashable {
  public var title: String
  /// What is called A and what B: networks or pictures.
  public var first: String
  public var second: String
  /// The network both went through, and the input, where it is one.
  public var model: String?
  public var input: String?
  public var note: String?
  /// ``Scaling/tile`` is one scale for each pair, ``Scaling/layer`` one for all pairs and the units of dense layers.
  public var scale: Scaling
  /// The range over all shown layers of both, for ``Scaling/model``.
  public var modelRange: ValueRange?
  public var colorMap: ColorMap?
  /// How many channels are shown, those that differ most first; `nil`: all.
  public var top: Int?
  public var zoom: Int?
  /// Names of the units of a dense layer, by index.
  public var labels: [String]

  public init(
    title: String = "", first: String = "A", second: String = "B", model: String? = nil,
    input: String? = nil, note: String? = nil, scale: Scaling = .layer, modelRange: ValueRange? = nil,
    colorMap: ColorMap? = nil, top: Int? = 24, zoom: Int? = nil, labels: [String] = []
  ) {
    self.title = title
    self.first = first
    self.second = second
    self.model = model
    self.input = input
    self.note = note
    self.scale = scale
    self.modelRange = modelRange
    self.colorMap = colorMap
    self.top = top
    self.zoom = zoom
    self.labels = labels
  }
}

extension ContactSheet {
  /// Two outputs of one layer side by side on one scale, `A`, `B` and `A - B` for each channel, the channels that differ
  /// most (mean of `|A - B|`) first; the difference has a scale of its own with zero in its middle.
  ///
  /// Both are one sample's `[H, W, C]`, `[1, H, W, C]`, `[C]` or `[1, C]`. Throws ``VisualizationError`` when their shapes
  /// differ or cannot be drawn.
  public init(
    comparing first: Tensor, with second: Tensor, options: ComparisonSheetOptions = .init()
  ) throws(VisualizationError) {
    try self.init(comparing: first, with: second, options: options, typesetter: .system)
  }

  package init(
    comparing first: Tensor, with second: Tensor, options: ComparisonSheetOptions, typesetter: Typesetter
  ) throws(VisualizationError) {
    guard first.shape == second.shape else {
      throw .notDrawable(second.shape, expected: "the shape of what it is compared with, \(first.shape)")
    }
    if let top = options.top, top < 1 { throw .notPositive("top", top) }
    let (a, b) = (try ActivationMaps(first), try ActivationMaps(second))
    let difference = Tensor(shape: a.tensor.shape) { target in
      a.tensor.withUnsafeScalars { x in
        b.tensor.withUnsafeScalars { y in for place in target.indices { target[place] = x[place] - y[place] }
        }
      }
    }
    let d = try ActivationMaps(difference)
    let statistics = [a, b, d].map { ChannelStatistics.ofChannels($0.tensor) }
    // A pair of units is no tile with a range of its own.
    let scaling: Scaling = a.isVector && options.scale == .tile ? .layer : options.scale
    let colors = options.colorMap ?? (scaling == .symmetric ? .diverging : .viridis)
    let scale = TileScale(
      scaling, layer: ChannelStatistics.combined(statistics[0] + statistics[1]).range,
      model: options.modelRange, isDiverging: colors.isDiverging)
    let gap = TileScale(.layer, layer: ChannelStatistics.combined(statistics[2]).range, isDiverging: true)

    let distances = ContactSheet.distances(difference, channels: a.channels)
    let ranked = ContactSheet.largest(options.top ?? a.channels, of: Array(0..<a.channels), by: distances)
    let chosen = a.isVector ? Array(0..<a.channels) : ranked
    let across = max(1, Int((Double(chosen.count) * 0.4).squareRoot().rounded()))
    let lineHeight = typesetter.lineHeight(SheetPage.Size.caption)
    let widest = typesetter.width("\(a.channels) A − B", size: SheetPage.Size.caption)
    let grid = GridLayout(
      count: chosen.count * 3, rows: a.rows, columns: a.columns, captionWidth: widest,
      captionHeight: lineHeight + 2, fixedColumns: across * 3, zoom: options.zoom)
    let strip = StripLayout(count: a.channels)
    let labelWidth = typesetter.width("\(a.channels)", size: SheetPage.Size.caption) + 8
    let shown = a.isVector ? strip.count : grid.count / 3

    var page = SheetPage(
      typesetter: typesetter, contentWidth: a.isVector ? labelWidth + strip.width : grid.width)
    page.writeHead(
      title: options.title.isEmpty ? "comparison" : ContactSheet.heading(options.title, "A, B and A − B"),
      lines: [
        options.model.map { "network: " + $0 },
        ContactSheet.valuesText("A", ChannelStatistics.combined(statistics[0]), also: options.first),
        ContactSheet.valuesText("B", ChannelStatistics.combined(statistics[1]), also: options.second),
        options.input.map { "input: " + $0 }, options.note,
        a.isVector
          ? (shown == a.channels ? "all" : "\(countText(shown)) of")
            + " \(countText(a.channels)) units, one cell each"
          : "\(countText(shown)) of \(countText(a.channels)) channels of \(a.rows)×\(a.columns), those that differ most"
            + " first · \(grid.magnification.text)",
        ContactSheet.distanceText(distances, of: a.isVector ? "unit" : "channel"),
      ] + (0..<2).flatMap { ContactSheet.sideTexts(["A", "B"][$0], statistics[$0], areUnits: a.isVector) })
    page.writeBar(
      colors, range: scale.shared, ends: scale.ends(of: "pair"),
      sentence: "scale: \(scaling.rawValue) · A and B alike · "
        + ContactSheet.pairScaleText(scaling, isCentred: scale.isCentred) + " · " + colors.name)
    page.writeBar(
      .diverging, range: gap.shared, ends: ("no finite value", ""),
      sentence: "A − B · ± its max|v| over the layer, zero in the middle · diverging")
    let tensors = [a, b, d]
    let palettes = [colors, colors, ColorMap.diverging]
    let parts = ["A", "B", "A - B"]
    var paints: [[TilePaint]] = [[], [], []]
    var tiles: [SheetTile] = []
    if a.isVector {
      let values = tensors.map { Array($0.tensor.scalars.prefix(shown)) }
      let whole = statistics.map { ChannelStatistics.combined($0) }
      let ranges = (0..<3).map { $0 == 2 ? gap.shared : scale.shared }
      let marks = (0..<3).map { part -> TileMark? in
        guard let range = ranges[part] else { return .notFinite }
        return whole[part].isDead ? .dead : range.isConstant ? .constant : nil
      }
      var legend = Dictionary(marks.compactMap { $0 }.map { ($0, a.channels) }, uniquingKeysWith: +)
      for part in 0..<3 where marks[part] == nil && whole[part].notFinite > 0 {
        legend[.notFinite, default: 0] += whole[part].notFinite
      }
      page.writeLegend(legend)
      for part in 0..<3 {
        page.space(8)
        page.write(["A", "B", "A − B"][part], color: Theme.ink)
        let (range, mark) = (ranges[part], marks[part])
        let frames = page.placeStrip(strip, of: chosen, labelWidth: labelWidth)
        if mark == nil { page.markNotFinite(values[part], in: frames, strip) }
        for (block, frame) in frames.enumerated() {
          let units = strip.units(ofBlock: block)
          tiles.append(
            SheetTile(
              content: .units(Array(units)), frame: frame, caption: [], range: mark == nil ? range : nil,
              mark: mark))
          paints[part].append(
            TilePaint(
              source: TileSource(
                offset: units.lowerBound, rows: 1, columns: units.count, rowStride: units.count,
                columnStride: 1),
              frame: frame, range: range, mark: mark))
        }
      }
      page.space(10)
      page.write("units that differ most", color: Theme.ink)
      for unit in ranked.prefix(10) {
        let name = options.labels.count == a.channels ? "\(unit) \(options.labels[unit])" : "\(unit)"
        page.write(
          "\(name): \(shortText(a.tensor.scalars[unit])) and \(shortText(b.tensor.scalars[unit])), A − B "
            + shortText(difference.scalars[unit]))
      }
    } else {
      let scales = (0..<3).map { part in
        chosen.prefix(shown).map { channel in
          let own = statistics[part][channel]
          guard part < 2 else { return gap.range(for: own) }
          guard scaling == .tile else { return scale.range(for: own) }
          // A pair's own scale is that of both together.
          let both = TileScale(
            .layer,
            layer: ChannelStatistics.combined([statistics[0][channel], statistics[1][channel]]).range,
            isDiverging: colors.isDiverging)
          return both.range(for: own)
        }
      }
      page.writeLegend(
        Dictionary(scales.joined().compactMap(\.mark).map { ($0, 1) }, uniquingKeysWith: +))
      page.space(8)
      let top = page.reserve(grid.height)
      for (place, channel) in chosen.prefix(shown).enumerated() {
        for part in 0..<3 {
          let frame = grid.tile(place * 3 + part).moved(x: SheetPage.margin, y: top)
          let scale = scales[part][place]
          let caption = ["\(channel) \(["A", "B", "A − B"][part])"]
          tiles.append(
            SheetTile(
              content: .compared(channel: channel, part: parts[part]), frame: frame, caption: caption,
              range: scale.range, mark: scale.mark))
          paints[part].append(
            TilePaint(
              source: tensors[part].source(channel), frame: frame, range: scale.range, mark: scale.mark))
          page.placeCaption(caption, in: grid.caption(place * 3 + part).moved(x: SheetPage.margin, y: top))
        }
      }
    }
    let magnification = a.isVector ? Magnification.enlarged(strip.cell) : grid.magnification
    var parameters = [
      "sheet": "comparison", "title": options.title, "first": options.first, "second": options.second,
      "shape": "\(first.shape)", "scale": scaling.rawValue, "colormap": colors.name,
      "channels-shown": "\(shown) of \(a.channels)",
    ]
    parameters["model"] = options.model
    parameters["input"] = options.input
    parameters["note"] = options.note
    parameters["range"] = scale.shared.map { "\($0.low) \($0.high)" }
    parameters["difference-range"] = gap.shared.map { "\($0.low) \($0.high)" }
    let finished = paints
    self.init(
      page: page, tiles: tiles, parameters: parameters, enlargement: magnification.enlargement
    ) { canvas in
      for part in 0..<3 {
        canvas.draw(
          finished[part], of: tensors[part].tensor, magnification: magnification, colors: palettes[part])
      }
    }
  }

  private static func pairScaleText(_ scaling: Scaling, isCentred: Bool) -> String {
    switch scaling {
    case .tile:
      isCentred
        ? "each pair ± its own max|v|, zero in the middle" : "each pair from its own min to its own max"
    case .model:
      isCentred
        ? "± max|v| of both in all shown layers, zero in the middle"
        : "min to max of both in all shown layers"
    case .layer, .symmetric: isCentred ? "± max|v| of both, zero in the middle" : "min to max of both"
    }
  }

  /// What is to be said of one side's channels, or units: which are dead, and which not finite.
  private static func sideTexts(_ side: String, _ statistics: [ChannelStatistics], areUnits: Bool)
    -> [String?]
  {
    let things = areUnits ? "units" : "channels"
    return [
      listText(
        areUnits ? "zero in \(side)" : "dead in \(side)", statistics.indices.filter { statistics[$0].isDead },
        of: statistics.count, things: things),
      listText(
        "not finite in \(side)", statistics.indices.filter { statistics[$0].notFinite > 0 },
        of: statistics.count, things: things),
    ]
  }

  /// The mean of `|v|` of every channel; values that are not finite count for nothing.
  private static func distances(_ difference: Tensor, channels: Int) -> [Double] {
    var sums = [Double](repeating: 0, count: channels)
    difference.withUnsafeScalars { values in
      for place in values.indices where values[place].isFinite {
        sums[place % channels] += Double(abs(values[place]))
      }
    }
    let positions = Double(max(1, difference.shape.count / max(1, channels)))
    return sums.map { $0 / positions }
  }
}
