/// A piece of a picture around the receptive field of one output, with the field marked.
public struct Patch: Sendable, Hashable {
  let raster: Raster
  /// The field's outline in pixels of ``raster``.
  let box: Rectangle
  public let value: Float

  /// Cuts a square of `side` pixels around a field out of the input as the network saw it: the field and a quarter of its
  /// size on every side, at least 8 pixels, at most the whole picture; what lies past the edges is neutral.
  package init(
    of picture: Raster, left: Double, top: Double, width: Double, height: Double, side: Int, value: Float
  ) {
    let whole = max(picture.width, picture.height)
    let extent = min(whole, max(8, Int((max(width, height) * 1.5).rounded(.up))))
    // Where a field reaches past the picture, the piece shows what there is of it.
    let start = { (middle: Double, limit: Int) -> Int in
      let start = Int((middle - Double(extent) / 2).rounded())
      return limit >= extent ? min(max(0, start), limit - extent) : (limit - extent) / 2
    }
    let x = start(left + width / 2, picture.width)
    let y = start(top + height / 2, picture.height)
    raster = picture.cropped(to: Rectangle(x: x, y: y, width: extent, height: extent), ground: Theme.neutral)
      .scaled(width: side, height: side)
    let scale = Double(side) / Double(extent)
    let place = { (value: Double, start: Int) in
      min(side, max(0, Int(((value - Double(start)) * scale).rounded())))
    }
    let (x0, y0) = (place(left, x), place(top, y))
    box = Rectangle(
      x: x0, y: y0, width: max(1, place(left + width, x) - x0), height: max(1, place(top + height, y) - y0))
    self.value = value
  }
}

/// What a sheet of patches tells besides them.
public struct PatchSheetOptions: Sendable, Hashable {
  public var title: String
  public var model: String?
  public var note: String?
  /// How many pictures were searched.
  public var pictures: Int
  /// The size of the layer's receptive field, in words; `nil` where it is the whole picture.
  public var field: String?
  /// How many channels the layer has.
  public var channels: Int
  /// Names of the channels, by index: classes.
  public var labels: [String]

  public init(
    title: String, model: String? = nil, note: String? = nil, pictures: Int, field: String? = nil,
    channels: Int, labels: [String] = []
  ) {
    self.title = title
    self.model = model
    self.note = note
    self.pictures = pictures
    self.field = field
    self.channels = channels
    self.labels = labels
  }
}

extension ContactSheet {
  /// How large a patch is drawn so that `channels` rows of `count` fit on one sheet, and how many channels then do.
  package static func patchSide(channels: Int, count: Int) -> (side: Int, channels: Int) {
    for side in [96, 72, 56, 44, 32, 24] {
      let fitting = PatchLayout(channels: channels, count: count, side: side, lineHeight: 16)
      let isComfortable = side <= 44 || fitting.width * fitting.height <= 6_000_000
      if fitting.shown == channels, isComfortable { return (side, channels) }
    }
    return (24, PatchLayout(channels: channels, count: count, side: 24, lineHeight: 16).shown)
  }

  /// The pieces of pictures that excite the channels of a layer most: a row a channel, the strongest first, the receptive
  /// field outlined.
  public init(patches: [(channel: Int, patches: [Patch])], options: PatchSheetOptions) {
    self.init(patches: patches, options: options, typesetter: .system)
  }

  package init(
    patches: [(channel: Int, patches: [Patch])], options: PatchSheetOptions, typesetter: Typesetter
  ) {
    let count = patches.map(\.patches.count).max() ?? 0
    let side = patches.lazy.compactMap { $0.patches.first?.raster.width }.first ?? 24
    let size = SheetPage.Size.caption
    let lineHeight = typesetter.lineHeight(size)
    let layout = PatchLayout(
      channels: patches.count, count: max(1, count), side: side, lineHeight: lineHeight)
    let shown = patches.prefix(layout.shown)
    var page = SheetPage(typesetter: typesetter, contentWidth: layout.width)
    page.writeHead(
      title: options.title + " · strongest patches",
      lines: [
        options.model.map { "network: " + $0 }, options.note,
        "\(countText(shown.count)) of \(countText(options.channels)) channels · "
          + (options.pictures == 1
            ? "the strongest place of the one picture"
            : "the \(count) strongest of \(countText(options.pictures)) pictures each, strongest first, a picture at most once a channel"),
        options.field.map { "outlined: the receptive field, \($0) pixels of the input as the network saw it" }
          ?? "the layer sees the whole picture",
        count == 1
          ? "under each: channel · value" : "under each row: channel · largest value to the last one shown",
      ])
    let silent = shown.count { $0.patches.allSatisfy { !($0.value > 0) } }
    if silent > 0 {
      page.write(
        "\(countText(silent)) of them never rise above 0 in these pictures (grey caption)", size: size)
    }
    page.space(8)
    let top = page.reserve(layout.height)
    var tiles: [SheetTile] = []
    var drawn: [(Patch, Rectangle)] = []
    for (place, row) in shown.enumerated() {
      let cell = layout.cell(place).moved(x: SheetPage.margin, y: top)
      for (rank, patch) in row.patches.enumerated() {
        let frame = Rectangle(x: cell.x + 1 + rank * (side + 3), y: cell.y + 1, width: side, height: side)
        drawn.append((patch, frame))
        tiles.append(
          SheetTile(
            content: .patch(channel: row.channel, rank: rank), frame: frame,
            caption: [shortText(patch.value)],
            range: nil, mark: nil))
      }
      let isSilent = row.patches.allSatisfy { !($0.value > 0) }
      let numbers = [row.patches.first, row.patches.last].compactMap { $0.map { shortText($0.value) } }
      let name = options.labels.indices.contains(row.channel) ? " " + options.labels[row.channel] : ""
      let values = numbers.count == 2 ? " · \(numbers[0]) to \(numbers[1])" : " · no finite value"
      let room = cell.width - typesetter.width(values, size: size)
      page.place(
        PlacedText(
          text: typesetter.shortened("\(row.channel)" + name, size: size, width: room) + values,
          x: cell.x + 1, y: cell.y + side + 3, size: size, color: isSilent ? Theme.quietInk : Theme.ink))
    }
    var parameters = [
      "sheet": "patches", "title": options.title, "pictures": "\(options.pictures)", "patches": "\(count)",
      "channels-shown": "\(shown.count) of \(options.channels)",
    ]
    parameters["model"] = options.model
    parameters["note"] = options.note
    self.init(page: page, tiles: tiles, parameters: parameters) { canvas in
      for (patch, frame) in drawn {
        canvas.draw(patch.raster, in: frame)
        canvas.outline(frame.outset(by: 1), Theme.rule)
        let box = patch.box.moved(x: frame.x, y: frame.y)
        // Dark around light: seen on any picture.
        if box.width > 4, box.height > 4 { canvas.outline(box.outset(by: -1), Theme.ink) }
        canvas.outline(box, Theme.ground)
      }
    }
  }
}

/// Where the rows of patches go: in columns of rows, so that the sheet is about as wide as high.
private struct PatchLayout {
  let cellWidth: Int
  let cellHeight: Int
  let columns: Int
  let shown: Int
  private static let gap = 14

  init(channels: Int, count: Int, side: Int, lineHeight: Int) {
    cellWidth = max(150, count * (side + 3) + 2)
    cellHeight = side + 2 + lineHeight + 8
    let limit = GridLayout.maximumSide
    let fitting = max(1, (limit + PatchLayout.gap) / (cellWidth + PatchLayout.gap))
    let square = (Double(channels) * Double(cellHeight) / Double(cellWidth) * 1.2).squareRoot()
    var columns = min(fitting, max(1, Int(square.rounded())))
    let rows = max(1, limit / cellHeight)
    while columns < fitting, columns * rows < channels { columns += 1 }
    self.columns = columns
    shown = min(channels, columns * rows)
  }

  var width: Int { min(columns, max(1, shown)) * (cellWidth + PatchLayout.gap) - PatchLayout.gap }
  var height: Int { (shown + columns - 1) / columns * cellHeight }

  func cell(_ place: Int) -> Rectangle {
    Rectangle(
      x: place % columns * (cellWidth + PatchLayout.gap), y: place / columns * cellHeight, width: cellWidth,
      height: cellHeight)
  }
}
