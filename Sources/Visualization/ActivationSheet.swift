public import TensorCore

/// What a sheet of activations shows and how.
public struct ActivationSheetOptions: Sendable, Hashable {
  /// What stands under each tile.
  public enum Caption: String, Sendable, Hashable, CaseIterable {
    case none
    case index
    /// The index, then mean, max and share of zeros; the deviation too where channels are sorted by it.
    case statistics
  }

  /// The layer's name, first on the sheet.
  public var title: String
  /// The network's name.
  public var model: String?
  /// What the network was shown: the input's name.
  public var input: String?
  /// A line that must stand on every sheet of this origin, as "synthetic Gabor bank".
  public var note: String?
  public var selection: ChannelSelection
  public var caption: Caption
  /// `nil`: viridis; over a picture magma, whose darkest colour lets it show; the diverging map on a symmetric scale.
  ///
  /// A diverging map keeps zero in its middle, so with it every range is widened to be symmetric.
  public var colorMap: ColorMap?
  /// The range over all shown layers, for ``Scaling/model``.
  public var modelRange: ValueRange?
  public var columns: Int?
  /// How many times small maps are enlarged; `nil` chooses.
  public var zoom: Int?
  /// Names of the units of a dense layer, by index: classes.
  public var labels: [String]
  /// How many of a dense layer's largest units are listed by name and value.
  public var listed: Int
  /// The picture that maps are laid over, in grey under their colours; `nil`: maps by themselves.
  public var overlay: Raster?

  public init(
    title: String = "", model: String? = nil, input: String? = nil, note: String? = nil,
    selection: ChannelSelection = .init(),
    caption: Caption = .index, colorMap: ColorMap? = nil, modelRange: ValueRange? = nil, columns: Int? = nil,
    zoom: Int? = nil, labels: [String] = [], listed: Int = 10,
    overlay: Raster? = nil
  ) {
    self.title = title
    self.model = model
    self.input = input
    self.note = note
    self.selection = selection
    self.caption = caption
    self.colorMap = colorMap
    self.modelRange = modelRange
    self.columns = columns
    self.zoom = zoom
    self.labels = labels
    self.listed = listed
    self.overlay = overlay
  }
}

extension ContactSheet {
  /// A sheet of a layer's output for one sample: `[H, W, C]`, `[1, H, W, C]` or a plane `[H, W]` as a grid of tiles,
  /// `[C]`, `[1, C]` and maps of one row and column as a strip of cells.
  ///
  /// Throws ``VisualizationError`` for other shapes, several samples, channels that do not exist.
  public init(
    of activations: Tensor, scale: Scaling = .layer, options: ActivationSheetOptions = .init()
  ) throws(VisualizationError) {
    try self.init(of: activations, scale: scale, options: options, typesetter: .system)
  }

  /// The same with another hand to set the type.
  package init(
    of activations: Tensor, scale: Scaling, options: ActivationSheetOptions, typesetter: Typesetter
  ) throws(VisualizationError) {
    let maps = try ActivationMaps(activations, folds: options.overlay == nil)
    if let columns = options.columns, columns < 1 { throw .notPositive("columns", columns) }
    if let zoom = options.zoom, zoom < 1 { throw .notPositive("zoom", zoom) }
    self =
      maps.isVector
      ? try .strip(maps, scale: scale, options: options, typesetter: typesetter)
      : try .grid(maps, scale: scale, options: options, typesetter: typesetter)
  }
}

/// A layer's output for one sample as rows, columns and channels.
struct ActivationMaps {
  let tensor: Tensor
  private(set) var rows: Int
  private(set) var columns: Int
  let channels: Int

  /// The rows and columns of maps that are one long line, which is drawn folded; `nil` for all others.
  private(set) var unfolded: (rows: Int, columns: Int)?

  /// Whether each channel is one number.
  var isVector: Bool { rows == 1 && columns == 1 }

  /// `28×28`, or `1×600 in rows of 30`.
  var sizeText: String {
    unfolded.map { "\($0.rows)×\($0.columns) in rows of \(columns)" } ?? "\(rows)×\(columns)"
  }

  /// - Parameter folds: whether a map that is one long line, as a detector's boxes are, is drawn in several rows.
  init(_ activations: Tensor, folds: Bool = false) throws(VisualizationError) {
    let shape = activations.shape
    if shape.rank == 4, shape[0] > 1 { throw .severalSamples(shape[0]) }
    switch (shape.rank, shape.rank == 4 || shape.rank == 2 ? shape[0] : 1) {
    case (4, 1): (rows, columns, channels) = (shape[1], shape[2], shape[3])
    case (3, _): (rows, columns, channels) = (shape[0], shape[1], shape[2])
    case (2, 1): (rows, columns, channels) = (1, 1, shape[1])
    case (2, _): (rows, columns, channels) = (shape[0], shape[1], 1)
    case (1, _): (rows, columns, channels) = (1, 1, shape[0])
    case (5..., _) where shape[0] == 1:
      // What a network splits for a while: the axes in front of the last two lie below one another.
      (rows, columns, channels) = (shape.dimensions.dropLast(2).reduce(1, *), shape[-2], shape[-1])
    default:
      throw .notDrawable(shape, expected: "one sample's [H, W, C], [1, H, W, C], [H, W], [C] or [1, C]")
    }
    guard shape.count > 0 else { throw .notDrawable(shape, expected: "at least one value") }
    if folds, min(rows, columns) == 1, let width = ActivationMaps.foldedWidth(max(rows, columns)) {
      let length = max(rows, columns)
      unfolded = (rows, columns)
      (rows, columns) = (length / width, width)
    }
    tensor = activations.reshaped([rows, columns, channels])
  }

  /// The width at which a line of `length` values makes a rectangle no more than four times as wide as high; `nil` for
  /// short lines, and for lengths that no such width divides.
  private static func foldedWidth(_ length: Int) -> Int? {
    guard length >= 48 else { return nil }
    let widths = 1...Int((4 * Double(length)).squareRoot())
    return widths.first { $0 * $0 >= length && length % $0 == 0 }
  }

  func source(_ channel: Int) -> TileSource {
    TileSource(
      offset: channel, rows: rows, columns: columns, rowStride: columns * channels, columnStride: channels)
  }

  /// One channel by itself, `[H, W]`.
  func plane(_ channel: Int) -> Tensor {
    Tensor(shape: [rows, columns]) { plane in
      tensor.withUnsafeScalars { values in
        for pixel in 0..<rows * columns { plane[pixel] = values[pixel * channels + channel] }
      }
    }
  }
}

extension ContactSheet {
  private static func grid(
    _ maps: ActivationMaps, scale: Scaling, options: ActivationSheetOptions, typesetter: Typesetter
  ) throws(VisualizationError) -> ContactSheet {
    let statistics = ChannelStatistics.ofChannels(maps.tensor)
    let layer = ChannelStatistics.combined(statistics)
    let chosen = try options.selection.indices(among: statistics)
    let colors =
      options.colorMap ?? (scale == .symmetric ? .diverging : options.overlay == nil ? .viridis : .magma)
    let tileScale = TileScale(
      scale, layer: layer.range, model: options.modelRange, isDiverging: colors.isDiverging)

    let captions = chosen.map { caption($0, statistics[$0], options) }
    let lines = captions.first?.count ?? 0
    let lineHeight = typesetter.lineHeight(SheetPage.Size.caption)
    let widest = captions.flatMap { $0 }.map { typesetter.width($0, size: SheetPage.Size.caption) }.max() ?? 0
    let grid = GridLayout(
      count: chosen.count, rows: options.overlay?.height ?? maps.rows,
      columns: options.overlay?.width ?? maps.columns, captionWidth: widest,
      captionHeight: lines == 0 ? 0 : lines * lineHeight + 2,
      atLeast: max(28, options.caption == .statistics ? widest : 0), fixedColumns: options.columns,
      zoom: options.zoom)

    var page = SheetPage(typesetter: typesetter, contentWidth: grid.width)
    page.writeHead(
      title: options.title.isEmpty ? "activations" : heading(options.title, "output"),
      lines: [
        options.model.map { "network: " + $0 }, options.note, options.input.map { "input: " + $0 },
        "\(selectionText(grid.count, of: maps.channels, options.selection)) of \(maps.sizeText)"
          + (options.overlay.map { " · over the input, \($0.width)×\($0.height), in grey" } ?? "")
          + " · \(grid.magnification.text)",
        valuesText("layer", layer), strongestText(statistics),
        deadText(statistics.indices.filter { statistics[$0].isDead }, of: maps.channels),
      ] + oddTexts(statistics, on: tileScale.shared))
    page.writeBar(
      colors, range: tileScale.shared,
      ends: tileScale.ends(of: "tile"),
      sentence: tileScale.sentence(of: "tile") + " · " + colors.name
        + (options.overlay == nil ? "" : " · \(percentText(overlayOpacity)) of the colour over the input"))

    let shown = chosen.prefix(grid.count)
    let scales = shown.map { tileScale.range(for: statistics[$0]) }
    page.writeLegend(Dictionary(scales.compactMap(\.mark).map { ($0, 1) }, uniquingKeysWith: +))
    page.space(8)
    let left = SheetPage.margin
    let top = page.reserve(grid.height)
    var tiles: [SheetTile] = []
    for (place, channel) in shown.enumerated() {
      tiles.append(
        SheetTile(
          content: .channel(channel), frame: grid.tile(place).moved(x: left, y: top),
          caption: captions[place], range: scales[place].range, mark: scales[place].mark))
      page.placeCaption(captions[place], in: grid.caption(place).moved(x: left, y: top))
    }
    let parameters = parameters("activations", maps.tensor.shape, scale, colors, tileScale.shared, options)
      .merging(
        ["channels-shown": "\(grid.count) of \(maps.channels)", "magnification": grid.magnification.factor]
      ) { $1 }
    guard let picture = options.overlay else {
      return ContactSheet(
        page: page, tiles: tiles, sources: shown.map(maps.source), of: maps.tensor, colors: colors,
        magnification: grid.magnification, parameters: parameters)
    }
    return ContactSheet(
      page: page, tiles: tiles,
      parameters: parameters.merging(["overlay-opacity": "\(overlayOpacity)"]) { $1 }, isPhotographic: true
    ) { canvas in
      canvas.draw(tiles, of: maps, over: picture, colors: colors)
    }
  }

  /// How much a map's colours weigh over the picture.
  fileprivate static let overlayOpacity: Float = 0.6

  private static func caption(
    _ channel: Int, _ statistics: ChannelStatistics, _ options: ActivationSheetOptions
  ) -> [String] {
    switch options.caption {
    case .none: []
    case .index: ["\(channel)"]
    case .statistics:
      ["\(channel)", "mean " + shortText(statistics.mean)]
        + (options.selection.sort == .std ? ["std " + shortText(statistics.deviation)] : [])
        + ["max " + shortText(statistics.maximum), "zero " + percentText(statistics.zeroFraction)]
    }
  }

  static func parameters(
    _ kind: String, _ shape: Shape, _ scale: Scaling, _ colors: ColorMap, _ range: ValueRange?,
    _ options: ActivationSheetOptions
  ) -> [String: String] {
    var parameters = [
      "sheet": kind, "title": options.title, "shape": "\(shape)", "scale": scale.rawValue,
      "colormap": colors.name,
      "sort": options.selection.sort.rawValue, "caption": options.caption.rawValue,
    ]
    parameters["model"] = options.model
    parameters["input"] = options.input
    parameters["note"] = options.note
    parameters["range"] = range.map { "\($0.low) \($0.high)" }
    return parameters
  }
}

extension SheetPage {
  /// Sets the lines of a caption under one another, each in the middle of `room`.
  mutating func placeCaption(_ lines: [String], in room: Rectangle) {
    for (number, line) in lines.enumerated() {
      place(
        PlacedText(
          text: line, x: room.x + room.width / 2,
          y: room.y + 1 + number * typesetter.lineHeight(Size.caption),
          size: Size.caption, color: number == 0 ? Theme.ink : Theme.quietInk, alignment: .centre))
    }
  }
}

extension Canvas {
  /// Lays each tile's map over the picture, which is brought to the tile's size first.
  fileprivate mutating func draw(
    _ tiles: [SheetTile], of maps: ActivationMaps, over picture: Raster, colors: ColorMap
  ) {
    let ground = tiles.first.map { picture.scaled(width: $0.frame.width, height: $0.frame.height) } ?? picture
    var rasters = [Raster?](repeating: nil, count: tiles.count)
    rasters.withUnsafeMutableBufferPointer { rasters in
      // Each thread fills the places of its own range.
      nonisolated(unsafe) let rasters = rasters
      parallelFor(tiles.count) { block in
        for place in block {
          guard case .channel(let channel) = tiles[place].content, let range = tiles[place].range else {
            continue
          }
          rasters[place] = ground.overlaid(
            with: maps.plane(channel), range: range, colors: colors, opacity: ContactSheet.overlayOpacity)
        }
      }
    }
    for (tile, raster) in zip(tiles, rasters) {
      if let raster { draw(raster, in: tile.frame) }
      outline(tile.frame.outset(by: 1), Theme.rule)
      if let mark = tile.mark { draw(mark, in: tile.frame) }
    }
  }
}
