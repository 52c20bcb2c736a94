import TensorCore

/// Where the cells of a strip go: units in index order, each one square, in blocks of a round number, in runs of several
/// blocks under one another, so that an index is read off at once.
package struct StripLayout: Sendable, Hashable {
  static let gap = 4

  /// How many units are placed: all, or as many as ``GridLayout/maximumSide`` allows.
  package let count: Int
  /// The side of a cell in pixels.
  package let cell: Int
  /// How many units a block holds.
  package let perBlock: Int
  /// How many units a run holds: a multiple of ``perBlock``.
  package let perRun: Int

  package init(count: Int) {
    switch count {
    case ...20: (cell, perBlock, perRun) = (40, 1, max(1, count))
    case ...200: (cell, perBlock, perRun) = (24, 1, 20)
    case ...1500: (cell, perBlock, perRun) = (18, 10, 50)
    case ...20_000: (cell, perBlock, perRun) = (10, 10, 100)
    default: (cell, perBlock, perRun) = (5, 50, 500)
    }
    self.count = min(count, perRun * (GridLayout.maximumSide / (cell + StripLayout.gap)))
  }

  package var runs: Int { (count + perRun - 1) / perRun }
  package var blocks: Int { (count + perBlock - 1) / perBlock }
  package var width: Int {
    let last = block(min(blocks, perRun / perBlock) - 1)
    return last.x + last.width
  }
  package var height: Int { runs * (cell + StripLayout.gap) }

  /// The units of block `index`.
  package func units(ofBlock index: Int) -> Range<Int> {
    index * perBlock..<min(count, (index + 1) * perBlock)
  }

  /// The pixels of block `index`, from the strip's upper left corner.
  package func block(_ index: Int) -> Rectangle {
    let (run, place) = index.quotientAndRemainder(dividingBy: perRun / perBlock)
    return Rectangle(
      x: place * (perBlock * cell + StripLayout.gap), y: run * (cell + StripLayout.gap),
      width: units(ofBlock: index).count * cell, height: cell)
  }
}

extension ContactSheet {
  /// A layer without rows and columns: its units as coloured cells in index order, and its largest ones by name.
  static func strip(
    _ maps: ActivationMaps, scale: Scaling, options: ActivationSheetOptions, typesetter: Typesetter
  ) throws(VisualizationError) -> ContactSheet {
    let values = maps.tensor.scalars
    let layer = ChannelStatistics.of(maps.tensor)
    let units = values.map { ChannelStatistics(of: CollectionOfOne($0)) }
    let chosen = try options.selection.indices(among: units)
    // One unit is no tile with a range of its own: the strip is the tile.
    let effective: Scaling = scale == .tile ? .layer : scale
    let colors = options.colorMap ?? (scale == .symmetric ? .diverging : .viridis)
    let tileScale = TileScale(
      effective, layer: layer.range, model: options.modelRange, isDiverging: colors.isDiverging)
    let isInOrder = chosen == Array(values.indices)
    let layout = StripLayout(count: chosen.count)
    let shown = chosen.prefix(layout.count).map { values[$0] }

    let size = SheetPage.Size.caption
    let lineHeight = typesetter.lineHeight(size)
    let labelWidth = typesetter.width("\(values.count)", size: size) + 8
    var page = SheetPage(typesetter: typesetter, contentWidth: labelWidth + layout.width)
    page.writeHead(
      title: options.title.isEmpty ? "units" : heading(options.title, "output"),
      lines: [
        options.model.map { "network: " + $0 }, options.note, options.input.map { "input: " + $0 },
        selectionText(shown.count, of: values.count, options.selection)
          .replacing("channel", with: "unit") + ", one cell each",
        valuesText("layer", layer),
      ])
    page.writeBar(
      colors, range: tileScale.shared, ends: tileScale.ends(of: "unit"),
      sentence: tileScale.sentence(of: "unit") + " · " + colors.name)
    let flat = !layer.isDead && layer.notFinite < layer.count && (tileScale.shared?.isConstant ?? true)
    var counts: [TileMark: Int] = [:]
    if layer.notFinite > 0 { counts[.notFinite] = layer.notFinite }
    if layer.isDead { counts[.dead] = layer.count }
    if flat { counts[.constant] = layer.count }
    page.writeLegend(counts)
    page.space(8)

    let left = SheetPage.margin + labelWidth
    if isInOrder || layout.runs == 1 {
      let heads = page.reserve(lineHeight + 3)
      for block in 0..<min(layout.blocks, layout.perRun / layout.perBlock) {
        let first = block * layout.perBlock
        page.place(
          PlacedText(
            text: "\(isInOrder ? first : chosen[first])",
            x: left + layout.block(block).x + (layout.cell >= 18 ? layout.cell / 2 : 0), y: heads, size: size,
            color: Theme.quietInk, alignment: layout.cell >= 18 ? .centre : .leading))
      }
    }
    let top = page.reserve(layout.height)
    let mark: TileMark? = layer.isDead ? .dead : flat ? .constant : nil
    var (tiles, sources): ([SheetTile], [TileSource]) = ([], [])
    for block in 0..<layout.blocks {
      let units = layout.units(ofBlock: block)
      let frame = layout.block(block).moved(x: left, y: top)
      tiles.append(
        SheetTile(
          content: .units(Array(chosen[units])), frame: frame, caption: [],
          range: mark == nil ? tileScale.shared : nil, mark: mark))
      sources.append(
        TileSource(
          offset: units.lowerBound, rows: 1, columns: units.count, rowStride: units.count, columnStride: 1))
      if layout.runs > 1, units.lowerBound % layout.perRun == 0 {
        page.place(
          PlacedText(
            text: "\(chosen[units.lowerBound])", x: left - 8, y: frame.y + (layout.cell - lineHeight) / 2,
            size: size,
            color: Theme.quietInk, alignment: .trailing))
      }
      if mark == nil {
        for unit in units where !shown[unit].isFinite {
          page.mark(
            .notFinite,
            in: Rectangle(
              x: frame.x + (unit - units.lowerBound) * layout.cell, y: frame.y, width: layout.cell,
              height: layout.cell))
        }
      }
    }
    if shown.count > 1, !layer.isDead, !flat {
      page.writeLargest(values, labels: options.labels, listed: options.listed)
    }
    return ContactSheet(
      page: page, tiles: tiles, sources: sources, of: Tensor(shown, shape: [shown.count]), colors: colors,
      magnification: .enlarged(layout.cell),
      parameters: parameters("units", maps.tensor.shape, effective, colors, tileScale.shared, options)
        .merging(
          ["channels-shown": "\(shown.count) of \(values.count)"]) { $1 })
  }
}

extension SheetPage {
  /// The largest units, each with its name, its value and a bar.
  mutating func writeLargest(_ values: [Float], labels: [String], listed: Int) {
    let order = values.indices.filter { values[$0].isFinite }
      .sorted { values[$0] != values[$1] ? values[$0] > values[$1] : $0 < $1 }
    let shown = Array(order.prefix(max(0, listed)))
    guard let first = shown.first else { return }
    space(10)
    write("largest \(shown.count) of \(countText(values.count))", color: Theme.ink)
    let size = Size.text
    let lineHeight = typesetter.lineHeight(size)
    let names = shown.map { labels.indices.contains($0) ? "\($0) \(labels[$0])" : "\($0)" }
      .map { name in typesetter.wrapped(name, size: size, width: contentWidth / 2).first ?? name }
    let numbers = shown.map { shortText(values[$0]) }
    let nameWidth = names.map { typesetter.width($0, size: size) }.max() ?? 0
    let numberWidth = numbers.map { typesetter.width($0, size: size) }.max() ?? 0
    let start = SheetPage.margin + nameWidth + 12 + numberWidth + 10
    let room = max(20, min(240, contentWidth + SheetPage.margin - start))
    for (place, unit) in shown.enumerated() {
      let top = reserve(lineHeight + 4)
      self.place(PlacedText(text: names[place], x: SheetPage.margin, y: top, size: size))
      self.place(
        PlacedText(
          text: numbers[place], x: SheetPage.margin + nameWidth + 12 + numberWidth, y: top, size: size,
          color: Theme.quietInk, alignment: .trailing))
      guard values[first] > 0, values[unit] > 0 else { continue }
      let share = Double(values[unit]) / Double(values[first])
      fill(
        Rectangle(x: start, y: top + 2, width: max(1, Int(Double(room) * share)), height: lineHeight - 4),
        Theme.rule)
    }
  }
}
