public import NeuralNetwork
public import TensorCore

/// What a sheet of kernels shows and how.
public struct FilterSheetOptions: Sendable, Hashable {
  /// How kernels are read.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// `color` for three input channels, a tile an output for one, else `signed`.
    case automatic
    /// Three input channels are red, green and blue: a picture an output.
    case color
    /// A table of inputs by outputs, each connection a signed map.
    case signed
    /// Each channel's own kernel, `[H, W, C, multiplier]`.
    case depthwise
  }

  /// The layer's name, first on the sheet.
  public var title: String
  /// The network's name.
  public var model: String?
  /// A line that must stand on every sheet of this origin, as "synthetic Gabor bank".
  public var note: String?
  public var kind: Kind
  /// The order in which the network reads colours; `bgr` kernels are drawn in true colours.
  public var channelOrder: Preprocessing.ChannelOrder
  /// In how many groups of outputs the sheet is divided, each under its own heading.
  public var groups: Int
  /// How many outputs to show, those of the largest norm (L2) first; `nil`: all, by index (tables: the 16 largest).
  public var top: Int?
  /// How many inputs a table shows; `nil`: the 16 of the largest norm.
  public var topInputs: Int?
  /// The map of signed tiles, `nil` for the diverging one.
  ///
  /// A diverging map keeps zero in its middle, so with it every range is widened to be symmetric.
  public var colorMap: ColorMap?
  public var columns: Int?
  /// How many times kernels are enlarged; `nil` chooses.
  public var zoom: Int?

  public init(
    title: String = "", model: String? = nil, note: String? = nil, kind: Kind = .automatic,
    channelOrder: Preprocessing.ChannelOrder = .rgb, groups: Int = 1, top: Int? = nil, topInputs: Int? = nil,
    colorMap: ColorMap? = nil, columns: Int? = nil, zoom: Int? = nil
  ) {
    self.title = title
    self.model = model
    self.note = note
    self.kind = kind
    self.channelOrder = channelOrder
    self.groups = groups
    self.top = top
    self.topInputs = topInputs
    self.colorMap = colorMap
    self.columns = columns
    self.zoom = zoom
  }
}

extension ContactSheet {
  /// A sheet of a layer's kernels, `[row, column, input channel, output channel]` or dense `[input, output]`.
  ///
  /// In colour, red, green and blue of a kernel share one range, and on the symmetric scale zero is mid-grey.
  /// `scale` `nil` is ``Scaling/tile`` for one tile an output, and ``Scaling/symmetric`` for tables, whose weak
  /// connections should look weak. Throws ``VisualizationError`` for other shapes and impossible options.
  public init(
    filters kernels: Tensor, scale: Scaling? = nil, options: FilterSheetOptions = .init()
  ) throws(VisualizationError) {
    try self.init(filters: kernels, scale: scale, options: options, typesetter: .system)
  }

  /// The same with another hand to set the type.
  package init(
    filters kernels: Tensor, scale: Scaling?, options: FilterSheetOptions, typesetter: Typesetter
  ) throws(VisualizationError) {
    let shape = kernels.shape
    guard shape.rank == 4 || shape.rank == 2, shape.count > 0 else {
      throw .notDrawable(shape, expected: "kernels [rows, columns, inputs, outputs] or [inputs, outputs]")
    }
    for (name, value) in [
      ("top", options.top), ("topInputs", options.topInputs), ("columns", options.columns),
      ("zoom", options.zoom),
    ] {
      if let value, value < 1 { throw .notPositive(name, value) }
    }
    let kernels = shape.rank == 4 ? kernels : kernels.reshaped([1, 1, shape[0], shape[1]])
    if options.groups < 1 || kernels.shape[3] % options.groups != 0 {
      throw .groups(options.groups, outputs: kernels.shape[3])
    }
    let inputs = kernels.shape[2]
    switch (options.kind, inputs) {
    case (.color, 3), (.automatic, 3), (.automatic, 1), (.signed, 1), (.depthwise, _):
      self = ContactSheet.filterTiles(
        kernels, scale: scale ?? .tile, options: options, typesetter: typesetter)
    case (.color, _): throw .notDrawable(shape, expected: "three input channels for kernels in colour")
    default:
      self = ContactSheet.connections(
        kernels, scale: scale ?? .symmetric, options: options, typesetter: typesetter)
    }
  }

  /// One tile an output (or, depthwise, a channel).
  private static func filterTiles(
    _ kernels: Tensor, scale: Scaling, options: FilterSheetOptions, typesetter: Typesetter
  ) -> ContactSheet {
    let shape = kernels.shape
    let (rows, columns) = (shape[0], shape[1])
    let isDepthwise = options.kind == .depthwise
    let isColor = !isDepthwise && shape[2] == 3
    let outputs = isDepthwise ? shape[2] * shape[3] : shape[3]
    let depth = isDepthwise ? 1 : shape[2]
    let statistics = ChannelStatistics.ofChannels(kernels.reshaped([rows * columns * depth, outputs]))
    let colors = isColor ? ColorMap.grey : options.colorMap ?? .diverging
    let layer = ChannelStatistics.combined(statistics)
    let tileScale = TileScale(scale, layer: layer.range, isDiverging: colors.isDiverging)

    let groups = options.groups
    let perGroup = outputs / groups
    let norms = statistics.map(\.sumOfSquares)
    let chosen = (0..<groups).map { group in
      largest(options.top, of: Array(group * perGroup..<(group + 1) * perGroup), by: norms)
    }
    let caption = { (output: Int) in
      isDepthwise && shape[3] > 1 ? "\(output / shape[3]).\(output % shape[3])" : "\(output)"
    }
    let lineHeight = typesetter.lineHeight(SheetPage.Size.caption)
    let grid = GridLayout(
      count: chosen.reduce(0) { $0 + $1.count }, rows: rows, columns: columns,
      captionWidth: typesetter.width(caption(outputs - 1), size: SheetPage.Size.caption),
      captionHeight: lineHeight + 2, fixedColumns: options.columns, zoom: options.zoom)

    var page = SheetPage(typesetter: typesetter, contentWidth: grid.width)
    let things = isDepthwise ? shape[3] > 1 ? "kernel" : "channel" : "output"
    let shown = chosen.reduce(0) { $0 + $1.count }
    page.writeHead(
      title: heading(options.title, "kernels"),
      lines: [
        options.model.map { "network: " + $0 }, options.note,
        "\(countText(outputs)) kernel\(outputs == 1 ? "" : "s") of \(rows)×\(columns)\(isDepthwise ? "" : "×\(depth)")"
          + (isDepthwise ? ", \(shape[3] == 1 ? "one" : "\(shape[3])") a channel (depthwise)" : "")
          + " · \(grid.magnification.text)",
        isDepthwise && shape[3] > 1
          ? "\(caption(shape[3])) is the first kernel of channel 1, \(caption(shape[3] + 1)) its second"
          : nil,
        shown == outputs && options.top == nil
          ? "all \(countText(outputs)) \(things)s, by index"
          : "\(countText(shown)) of \(countText(outputs)) \(things)s, largest norm first"
            + (groups > 1 ? " in each group" : ""),
        isColor ? colorLine(options.channelOrder) : nil,
        valuesText("weights", layer), normText(norms, of: things, named: caption),
        deadText(
          statistics.indices.filter { statistics[$0].isDead }, of: outputs, things: things + "s",
          named: caption),
      ])
    page.writeBar(
      colors, range: tileScale.shared, ends: tileScale.ends(of: "kernel"),
      sentence: tileScale.sentence(of: "kernel")
        + (isColor ? " · red, green, blue alike" : " · " + colors.name))
    let scales = chosen.map { $0.map { tileScale.range(for: statistics[$0]) } }
    page.writeLegend(
      Dictionary(scales.joined().compactMap(\.mark).map { ($0, 1) }, uniquingKeysWith: +))

    var (tiles, sources): ([SheetTile], [TileSource]) = ([], [])
    for (group, members) in chosen.enumerated() {
      page.space(8)
      if groups > 1 {
        page.write(
          "group \(group + 1) of \(groups): \(things)s \(group * perGroup) to \((group + 1) * perGroup - 1)",
          color: Theme.ink)
        page.space(2)
      }
      let section = GridLayout(
        count: members.count, rows: rows, columns: columns, captionWidth: grid.cellWidth,
        captionHeight: grid.captionHeight, fixedColumns: grid.columns, zoom: grid.magnification.enlargement)
      let top = page.reserve(section.height)
      for (place, output) in members.prefix(section.count).enumerated() {
        let scale = scales[group][place]
        tiles.append(
          SheetTile(
            content: isDepthwise
              ? .connection(input: output / shape[3], output: output) : .kernel(output: output),
            frame: section.tile(place).moved(x: SheetPage.margin, y: top), caption: [caption(output)],
            range: scale.range, mark: scale.mark))
        let isSwapped = isColor && options.channelOrder == .bgr
        sources.append(
          TileSource(
            offset: output + (isSwapped ? 2 * outputs : 0), rows: rows, columns: columns,
            rowStride: columns * depth * outputs, columnStride: depth * outputs,
            colorStride: isColor ? (isSwapped ? -outputs : outputs) : nil))
        page.placeCaption(
          [caption(output)], in: section.caption(place).moved(x: SheetPage.margin, y: top))
      }
    }
    return ContactSheet(
      page: page, tiles: tiles, sources: sources, of: kernels, colors: colors,
      magnification: grid.magnification,
      parameters: parameters(
        isDepthwise ? "depthwise filters" : "filters", shape, scale, colors, tileScale, grid, options)
    )
  }

  private static func colorLine(_ order: Preprocessing.ChannelOrder) -> String {
    order == .bgr ? "true colours (the network reads BGR)" : "true colours (the network reads RGB)"
  }

  /// The `count` members with the largest measure, largest first, equals by index; all by index when `count` is `nil`.
  static func largest(_ count: Int?, of members: [Int], by measures: [Double]) -> [Int] {
    guard let count else { return members }
    let measure = { (member: Int) in measures[member].isNaN ? -Double.infinity : measures[member] }
    return Array(
      members.sorted { measure($0) != measure($1) ? measure($0) > measure($1) : $0 < $1 }.prefix(count))
  }

  static func parameters(
    _ kind: String, _ shape: Shape, _ scale: Scaling, _ colors: ColorMap, _ tileScale: TileScale,
    _ grid: GridLayout, _ options: FilterSheetOptions
  ) -> [String: String] {
    var parameters = [
      "sheet": kind, "title": options.title, "shape": "\(shape)", "scale": scale.rawValue,
      "colormap": colors.name,
      "channel-order": options.channelOrder.rawValue, "groups": "\(options.groups)",
      "magnification": grid.magnification.factor,
    ]
    parameters["model"] = options.model
    parameters["note"] = options.note
    parameters["top"] = options.top.map { "\($0)" }
    parameters["range"] = tileScale.shared.map { "\($0.low) \($0.high)" }
    return parameters
  }
}

extension ChannelStatistics {
  /// The sum of the squares of the finite values: mean and deviation say it.
  var sumOfSquares: Double {
    let finite = Double(count - notFinite)
    return finite * (Double(mean) * Double(mean) + Double(deviation) * Double(deviation))
  }
}
