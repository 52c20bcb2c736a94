import TensorCore

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
    let size = SheetPage.Size.caption
    // What is in order is read off at the edges, and so is what stands in one run.
    let isInOrder = chosen == Array(values.indices)
    let widest = typesetter.width("\(values.count)", size: size)
    let layout =
      isInOrder || chosen.count <= 20
      ? StripLayout(count: chosen.count)
      : StripLayout(
        count: chosen.count, caption: .init(width: widest, height: typesetter.lineHeight(size) + 2))
    let shown = chosen.prefix(layout.count).map { values[$0] }

    let labelWidth = layout.caption == .none ? widest + 8 : 0
    var page = SheetPage(typesetter: typesetter, contentWidth: labelWidth + layout.width)
    page.writeHead(
      title: options.title.isEmpty ? "units" : heading(options.title, "output"),
      lines: [
        options.model.map { "network: " + $0 }, options.note, options.input.map { "input: " + $0 },
        selectionText(shown.count, of: values.count, options.selection)
          .replacing("channel", with: "unit") + ", one cell each",
        valuesText("layer", layer),
        listText("zero", values.indices.filter { values[$0] == 0 }, of: values.count, things: "units"),
        listText(
          "not finite", values.indices.filter { !values[$0].isFinite }, of: values.count, things: "units"),
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

    let frames = page.placeStrip(layout, of: chosen, labelWidth: labelWidth)
    let mark: TileMark? = layer.isDead ? .dead : flat ? .constant : nil
    var (tiles, sources): ([SheetTile], [TileSource]) = ([], [])
    for (block, frame) in frames.enumerated() {
      let units = layout.units(ofBlock: block)
      tiles.append(
        SheetTile(
          content: .units(Array(chosen[units])), frame: frame, caption: [],
          range: mark == nil ? tileScale.shared : nil, mark: mark))
      sources.append(
        TileSource(
          offset: units.lowerBound, rows: 1, columns: units.count, rowStride: units.count, columnStride: 1))
    }
    if mark == nil { page.markNotFinite(shown, in: frames, layout) }
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
