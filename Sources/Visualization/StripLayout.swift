/// Where the cells of a strip go: units as squares, in runs under one another.
///
/// In index order they stand in blocks of a round number, so that an index is read off at once. Others have their own
/// index under them, each a block by itself.
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
  /// The room of an index under its cell; none in index order.
  package let caption: Extent

  package struct Extent: Sendable, Hashable {
    package let width: Int
    package let height: Int

    package init(width: Int, height: Int) {
      self.width = width
      self.height = height
    }

    package static let none = Extent(width: 0, height: 0)
  }

  /// Units in the order of their indices.
  package init(count: Int) {
    switch count {
    case ...20: (cell, perBlock, perRun) = (40, 1, max(1, count))
    case ...200: (cell, perBlock, perRun) = (24, 1, 20)
    case ...1500: (cell, perBlock, perRun) = (18, 10, 50)
    case ...20_000: (cell, perBlock, perRun) = (10, 10, 100)
    default: (cell, perBlock, perRun) = (5, 50, 500)
    }
    caption = .none
    self.count = min(count, perRun * (GridLayout.maximumSide / (cell + StripLayout.gap)))
  }

  /// Units in any order, with a caption under each: a little wider than high.
  package init(count: Int, caption: Extent) {
    cell = count <= 20 ? 40 : count <= 200 ? 24 : 18
    perBlock = 1
    self.caption = caption
    let (across, down) = (max(cell, caption.width) + StripLayout.gap, cell + StripLayout.gap + caption.height)
    let square = (Double(max(1, count)) * Double(down) / Double(across) * 1.2).squareRoot()
    let most = GridLayout.maximumSide / across
    perRun = count <= 20 ? max(1, count) : min(most, (Int(square) + 9) / 10 * 10)
    self.count = min(count, perRun * (GridLayout.maximumSide / down))
  }

  package var runs: Int { (count + perRun - 1) / perRun }
  package var blocks: Int { (count + perBlock - 1) / perBlock }
  package var width: Int { min(blocks, perRun / perBlock) * (blockWidth + StripLayout.gap) - StripLayout.gap }
  package var height: Int { runs * (cell + StripLayout.gap + caption.height) }

  private var blockWidth: Int { max(perBlock * cell, caption.width) }

  /// The units of block `index`, counted in the order of the strip.
  package func units(ofBlock index: Int) -> Range<Int> {
    index * perBlock..<min(count, (index + 1) * perBlock)
  }

  /// The pixels of block `index`, from the strip's upper left corner.
  package func block(_ index: Int) -> Rectangle {
    let (run, place) = index.quotientAndRemainder(dividingBy: perRun / perBlock)
    return Rectangle(
      x: place * (blockWidth + StripLayout.gap) + (blockWidth - perBlock * cell) / 2,
      y: run * (cell + StripLayout.gap + caption.height), width: units(ofBlock: index).count * cell,
      height: cell)
  }
}

extension SheetPage {
  /// Sets the indices of a strip's units, above and to the left of it or under each; returns where its blocks lie.
  ///
  /// - Parameter labelWidth: the room for indices on the left.
  mutating func placeStrip(_ layout: StripLayout, of units: [Int], labelWidth: Int) -> [Rectangle] {
    let size = Size.caption
    let lineHeight = typesetter.lineHeight(size)
    let left = SheetPage.margin + labelWidth
    let isNumbered = layout.caption != .none
    if !isNumbered {
      let heads = reserve(lineHeight + 3)
      let isWide = layout.cell >= 18
      for block in 0..<min(layout.blocks, layout.perRun / layout.perBlock) {
        place(
          PlacedText(
            text: "\(units[block * layout.perBlock])",
            x: left + layout.block(block).x + (isWide ? layout.cell / 2 : 0), y: heads, size: size,
            color: Theme.quietInk, alignment: isWide ? .centre : .leading))
      }
    }
    let top = reserve(layout.height)
    return (0..<layout.blocks).map { block in
      let first = layout.units(ofBlock: block).lowerBound
      let frame = layout.block(block).moved(x: left, y: top)
      if isNumbered {
        place(
          PlacedText(
            text: "\(units[first])", x: frame.x + frame.width / 2, y: frame.y + frame.height + 2, size: size,
            color: Theme.quietInk, alignment: .centre))
      } else if layout.runs > 1, first % layout.perRun == 0 {
        place(
          PlacedText(
            text: "\(units[first])", x: left - 8, y: frame.y + (layout.cell - lineHeight) / 2, size: size,
            color: Theme.quietInk, alignment: .trailing))
      }
      return frame
    }
  }

  /// Marks the cells whose value is NaN or infinite, each in its block.
  mutating func markNotFinite(_ values: [Float], in frames: [Rectangle], _ layout: StripLayout) {
    for (block, frame) in frames.enumerated() {
      let units = layout.units(ofBlock: block)
      for unit in units where !values[unit].isFinite {
        mark(
          .notFinite,
          in: Rectangle(
            x: frame.x + (unit - units.lowerBound) * layout.cell, y: frame.y, width: layout.cell,
            height: layout.cell))
      }
    }
  }
}
