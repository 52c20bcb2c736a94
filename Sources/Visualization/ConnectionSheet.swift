import TensorCore

extension ContactSheet {
  private static let tableSide = 16

  /// Kernels of many inputs as a table: a row an output, a column an input, each cell one signed map.
  ///
  /// Rows and columns are those of the largest norm, largest first; every group of outputs has a table of its own.
  static func connections(
    _ kernels: Tensor, scale: Scaling, options: FilterSheetOptions, typesetter: Typesetter
  ) -> ContactSheet {
    let shape = kernels.shape
    let (rows, columns, inputs, outputs) = (shape[0], shape[1], shape[2], shape[3])
    let groups = options.groups
    let perGroup = outputs / groups
    let all = ChannelStatistics.ofChannels(kernels.reshaped([rows * columns, inputs * outputs]))
    let colors = options.colorMap ?? .diverging
    let layer = ChannelStatistics.combined(all)
    let tileScale = TileScale(scale, layer: layer.range, isDiverging: colors.isDiverging)
    let tables = (0..<groups).map { group in
      ConnectionTable(
        all, inputs: inputs, outputs: outputs, members: group * perGroup..<(group + 1) * perGroup,
        topOutputs: options.top ?? max(1, tableSide / groups), topInputs: options.topInputs ?? tableSide)
    }
    // NaN is no zero: an output with one is neither ranked nor dead.
    let norms = (0..<outputs).map { output in
      (0..<inputs).reduce(0.0) { $0 + all[$1 * outputs + output].sumOfSquares }
    }
    let size = SheetPage.Size.caption
    let lineHeight = typesetter.lineHeight(size)
    let labelWidth = typesetter.width("\(max(outputs, inputs * groups) - 1)", size: size)
    let shownInputs = tables.first?.inputs.count ?? 0
    let grid = GridLayout(
      count: tables.reduce(0) { $0 + $1.outputs.count } * shownInputs, rows: rows, columns: columns,
      captionWidth: labelWidth, captionHeight: 0, atLeast: 24, fixedColumns: shownInputs,
      zoom: options.zoom ?? max(1, min(24 / max(rows, columns, 1) + 1, 24)))
    let corner = max(labelWidth, typesetter.width("output", size: size)) + 8

    var page = SheetPage(typesetter: typesetter, contentWidth: corner + grid.width)
    let isWhole = tables.allSatisfy { $0.outputs.count == perGroup && $0.inputs.count == inputs }
    page.writeHead(
      title: heading(options.title, "kernels"),
      lines: [
        options.model.map { "network: " + $0 }, options.note,
        "\(countText(outputs)) kernels of \(rows)×\(columns)×\(countText(inputs)) · \(grid.magnification.text)",
        isWhole
          ? "all outputs (rows) by all inputs (columns), largest norm first"
          : (groups > 1 ? "in each of \(groups) groups " : "")
            + "\(countText(tables.first?.outputs.count ?? 0)) of \(countText(perGroup)) outputs (rows) by "
            + "\(countText(shownInputs)) of \(countText(inputs)) inputs (columns), largest norm first",
        valuesText("weights", layer), normText(norms, of: "output"),
        deadText(norms.indices.filter { norms[$0] == 0 }, of: outputs, things: "outputs"),
      ])
    page.writeBar(
      colors, range: tileScale.shared,
      ends: tileScale.ends(of: "cell"),
      sentence: tileScale.sentence(of: "cell") + " · " + colors.name)
    let marks = tables.flatMap { table in
      table.cells.compactMap { tileScale.range(for: all[$0.input * outputs + $0.output]).mark }
    }
    page.writeLegend(Dictionary(marks.map { ($0, 1) }, uniquingKeysWith: +))

    var (tiles, sources): ([SheetTile], [TileSource]) = ([], [])
    for (group, table) in tables.enumerated() {
      page.space(group == 0 ? 8 : 16)
      if groups > 1 {
        page.write(
          "group \(group + 1) of \(groups): outputs \(group * perGroup) to \((group + 1) * perGroup - 1), inputs "
            + "\(group * inputs) to \((group + 1) * inputs - 1)", color: Theme.ink)
      }
      let section = GridLayout(
        count: table.outputs.count * table.inputs.count, rows: rows, columns: columns,
        captionWidth: grid.cellWidth,
        captionHeight: 0, fixedColumns: grid.columns, zoom: grid.magnification.enlargement)
      let left = SheetPage.margin + corner
      let heads = page.reserve(lineHeight * 2 + 4)
      let top = page.reserve(section.height)
      page.place(PlacedText(text: "input", x: left, y: heads, size: size, color: Theme.quietInk))
      page.place(
        PlacedText(
          text: "output", x: left - 8, y: heads + lineHeight + 2, size: size, color: Theme.quietInk,
          alignment: .trailing))
      for (column, input) in table.inputs.prefix(section.columns).enumerated() {
        let frame = section.tile(column).moved(x: left, y: 0)
        page.place(
          PlacedText(
            text: "\(group * inputs + input)", x: frame.x + frame.width / 2, y: heads + lineHeight + 2,
            size: size,
            alignment: .centre))
      }
      for (place, cell) in table.cells.enumerated() where place < section.count {
        let (row, column) = (place / table.inputs.count, place % table.inputs.count)
        guard column < section.columns else { continue }
        let frame = section.tile(row * section.columns + column).moved(x: left, y: top)
        let scale = tileScale.range(for: all[cell.input * outputs + cell.output])
        tiles.append(
          SheetTile(
            content: .connection(input: group * inputs + cell.input, output: cell.output), frame: frame,
            caption: [],
            range: scale.range, mark: scale.mark))
        sources.append(
          TileSource(
            offset: cell.input * outputs + cell.output, rows: rows, columns: columns,
            rowStride: columns * inputs * outputs, columnStride: inputs * outputs))
        if column == 0 {
          page.place(
            PlacedText(
              text: "\(cell.output)", x: left - 8, y: frame.y + (frame.height - lineHeight) / 2, size: size,
              alignment: .trailing))
        }
      }
    }
    return ContactSheet(
      page: page, tiles: tiles, sources: sources, of: kernels, colors: colors,
      magnification: grid.magnification,
      parameters: parameters("connections", shape, scale, colors, tileScale, grid, options))
  }
}

/// Which outputs and inputs of one group a table shows.
private struct ConnectionTable {
  let outputs: [Int]
  let inputs: [Int]

  /// The cells in reading order.
  var cells: [(input: Int, output: Int)] {
    outputs.flatMap { output in inputs.map { (input: $0, output: output) } }
  }

  init(
    _ statistics: [ChannelStatistics], inputs: Int, outputs: Int, members: Range<Int>, topOutputs: Int,
    topInputs: Int
  ) {
    var byOutput = [Double](repeating: 0, count: outputs)
    var byInput = [Double](repeating: 0, count: inputs)
    for input in 0..<inputs {
      for output in members {
        let squares = statistics[input * outputs + output].sumOfSquares
        guard squares.isFinite else { continue }
        byOutput[output] += squares
        byInput[input] += squares
      }
    }
    self.outputs = ContactSheet.largest(topOutputs, of: Array(members), by: byOutput)
    self.inputs = ContactSheet.largest(topInputs, of: Array(0..<inputs), by: byInput)
  }
}
