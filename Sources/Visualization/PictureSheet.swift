/// A small picture with what is to be said of it, a line each.
public struct CaptionedPicture: Sendable {
  public let raster: Raster
  public let caption: [String]

  public init(_ raster: Raster, caption: [String] = []) {
    self.raster = raster
    self.caption = caption
  }
}

extension ContactSheet {
  /// Small pictures of one size in rows, each with its caption: a network's worst mistakes, or a picture before and after.
  public init(
    pictures: [CaptionedPicture], title: String, lines: [String] = [], columns: Int? = nil, zoom: Int? = nil
  ) {
    let typesetter = Typesetter.system
    let size = SheetPage.Size.caption
    let lineHeight = typesetter.lineHeight(size)
    let captions = pictures.map(\.caption)
    let width = captions.joined().map { typesetter.width($0, size: size) }.max() ?? 0
    let layout = GridLayout(
      count: pictures.count, rows: pictures.map(\.raster.height).max() ?? 1,
      columns: pictures.map(\.raster.width).max() ?? 1, captionWidth: width,
      captionHeight: (captions.map(\.count).max() ?? 0) * (lineHeight + 1) + 2, fixedColumns: columns,
      zoom: zoom)
    var page = SheetPage(typesetter: typesetter, contentWidth: layout.width)
    page.writeHead(
      title: title,
      lines: lines + (layout.count < pictures.count ? ["the first \(layout.count) of \(pictures.count)"] : [])
    )
    page.space(8)
    let top = page.reserve(layout.height)
    var tiles: [SheetTile] = []
    for (index, picture) in pictures.prefix(layout.count).enumerated() {
      let frame = layout.tile(index).moved(x: SheetPage.margin, y: top)
      tiles.append(
        SheetTile(content: .picture(index), frame: frame, caption: picture.caption, range: nil, mark: nil))
      let under = layout.caption(index).moved(x: SheetPage.margin, y: top)
      for (row, text) in picture.caption.enumerated() {
        page.place(
          PlacedText(
            text: text, x: frame.x + frame.width / 2, y: under.y + 2 + row * (lineHeight + 1), size: size,
            color: row == 0 ? Theme.ink : Theme.quietInk, alignment: .centre))
      }
    }
    self.init(page: page, tiles: tiles, parameters: ["sheet": "pictures", "title": title]) { canvas in
      for (tile, picture) in zip(tiles, pictures) {
        canvas.draw(picture.raster, in: tile.frame)
        canvas.outline(tile.frame.outset(by: 1), Theme.rule)
      }
    }
  }

  /// How many of each class (row) a classifier took for each (column): darker where more, each row on its own scale.
  public init(confusion: [[Int]], classes: [String], title: String, lines: [String] = []) {
    let typesetter = Typesetter.system
    let size = SheetPage.Size.caption
    let lineHeight = typesetter.lineHeight(size)
    let names = classes.map { typesetter.shortened($0, size: size, width: 150) }
    let nameWidth = names.map { typesetter.width($0, size: size) }.max() ?? 0
    let numbers = confusion.joined().map { typesetter.width("\($0)", size: size) }.max() ?? 0
    // Of many classes the numbers are left out, of some the names above the columns.
    let cell = classes.count > 40 ? max(3, 900 / classes.count) : max(numbers + 12, lineHeight + 10, 34)
    let saysNumbers = cell >= numbers + 8
    let saysNames = classes.count <= 40
    // As wide as the longest name where the sheet stays of a width to be looked at.
    let named = max(cell, nameWidth + 8)
    let cellWidth = saysNames && classes.count * named <= 2400 ? named : cell
    let left = SheetPage.margin + (saysNames ? nameWidth + 10 : 0)
    var page = SheetPage(typesetter: typesetter, contentWidth: left + classes.count * cellWidth)
    page.writeHead(
      title: title, lines: lines + ["rows: what the pictures are · columns: what they were taken for"])
    page.space(8)
    let heads = saysNames ? lineHeight + 6 : 0
    let top = page.reserve(classes.count * cell + heads) + heads
    for (row, counts) in confusion.enumerated() {
      let most = max(1, counts.max() ?? 1)
      let y = top + row * cell
      if saysNames {
        page.place(
          PlacedText(
            text: names[row], x: left - 8, y: y + (cell - lineHeight) / 2, size: size, alignment: .trailing))
        page.place(
          PlacedText(
            text: typesetter.shortened(classes[row], size: size, width: cellWidth - 2),
            x: left + row * cellWidth + cellWidth / 2,
            y: top - lineHeight - 4, size: size, color: Theme.quietInk, alignment: .centre))
      }
      for (column, count) in counts.enumerated() {
        let share = Double(count) / Double(most)
        func mix(_ from: UInt8, _ to: UInt8) -> UInt8 {
          UInt8((Double(from) + (Double(to) - Double(from)) * share).rounded())
        }
        let full = row == column ? Theme.share : Theme.alarm
        let color = Color(red: mix(255, full.red), green: mix(255, full.green), blue: mix(255, full.blue))
        page.fill(
          Rectangle(
            x: left + column * cellWidth, y: y, width: max(1, cellWidth - 1), height: max(1, cell - 1)),
          count == 0 ? Theme.band : color)
        if saysNumbers, count > 0 {
          page.place(
            PlacedText(
              text: "\(count)", x: left + column * cellWidth + cellWidth / 2, y: y + (cell - lineHeight) / 2,
              size: size,
              color: share > 0.5 ? Theme.ground : Theme.ink, alignment: .centre))
        }
      }
    }
    self.init(page: page, parameters: ["sheet": "confusion", "title": title])
  }
}
