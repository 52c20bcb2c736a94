import TensorCore

/// One picture of many small ones: what a layer has learned, or what it does with an input.
///
/// ```swift
/// try ContactSheet(of: seen.layer("block1_conv1"), scale: .tile).write(to: "block1_conv1.png")
/// try ContactSheet(filters: kernels, scale: .symmetric).write(to: "conv1.png")
/// ```
///
/// A sheet is a value: its pixels, and what stands where in them. It says its own scale: a colour bar with numbers, the
/// rule's name, which channels of how many, how far enlarged. Equal tensors and options give equal bytes on one machine.
/// Grids are at most 4,096 pixels wide and high: larger ones are drawn reduced, and the sheet says so.
public struct ContactSheet: Sendable {
  public let width: Int
  public let height: Int
  /// RGB, 8 bits a colour, row-major.
  public let pixels: [UInt8]
  /// In reading order.
  public let tiles: [SheetTile]
  public let colorBar: ColorBar?
  /// Every text on the sheet, from the top; captions of tiles included.
  public let texts: [String]
  /// How the sheet was made, by names that stay: what its PNG carries in text chunks.
  public let parameters: [String: String]
  /// Whether no font was found: the sheet is drawn, but says nothing.
  public let lacksText: Bool
  /// How many pixels wide and high each value is drawn: sheets of large squares are flat.
  let enlargement: Int
  /// Whether the sheet shows photographs a pixel a pixel, whose neighbouring rows and columns are alike.
  let isPhotographic: Bool
}

extension ContactSheet {
  /// Where colours stand for values: the bar, then the tiles in reading order; all else is paper and lettering.
  package var valueFrames: [Rectangle] { (colorBar.map { [$0.frame] } ?? []) + tiles.map(\.frame) }

  /// Draws a laid-out page and its tiles.
  init(
    page: SheetPage, tiles: [SheetTile], sources: [TileSource], of tensor: Tensor, colors: ColorMap,
    magnification: Magnification, parameters: [String: String]
  ) {
    self.init(
      page: page, tiles: tiles, parameters: parameters, enlargement: magnification.enlargement
    ) { canvas in
      let paints = zip(tiles, sources).map {
        TilePaint(source: $1, frame: $0.frame, range: $0.range, mark: $0.mark)
      }
      canvas.draw(paints, of: tensor, magnification: magnification, colors: colors)
    }
  }

  /// Draws a laid-out page; `paint` puts in the tiles.
  init(
    page: SheetPage, tiles: [SheetTile] = [], parameters: [String: String], enlargement: Int = 1,
    isPhotographic: Bool = false,
    painting paint: (inout Canvas) -> Void = { _ in }
  ) {
    var canvas = Canvas(width: page.width, height: page.height, ground: Theme.ground)
    for (rectangle, color) in page.fills { canvas.fill(rectangle, color) }
    for stroke in page.strokes { canvas.draw(stroke.points, stroke.color) }
    paint(&canvas)
    for (rectangle, mark) in page.marks {
      canvas.draw(mark, in: rectangle)
      canvas.outline(rectangle.outset(by: 1), Theme.rule)
    }
    for bar in page.bars { canvas.draw(bar) }
    for text in page.texts {
      guard let mask = page.typesetter.mask(text.text, size: text.size) else { continue }
      let x =
        switch text.alignment {
        case .leading: text.x
        case .centre: text.x - mask.width / 2
        case .trailing: text.x - mask.width
        }
      canvas.draw(mask, x: x, y: text.y, text.color)
    }
    width = canvas.width
    height = canvas.height
    pixels = canvas.pixels
    self.tiles = tiles
    colorBar = page.bars.first
    texts = page.texts.map(\.text)
    self.parameters = parameters
    self.enlargement = enlargement
    self.isPhotographic = isPhotographic
    lacksText = page.typesetter.mask("0", size: SheetPage.Size.caption) == nil
  }
}

extension Canvas {
  fileprivate mutating func draw(_ bar: ColorBar) {
    for column in 0..<bar.frame.width {
      let value = (Float(column) + 0.5) / Float(bar.frame.width)
      fill(
        Rectangle(x: bar.frame.x + column, y: bar.frame.y, width: 1, height: bar.frame.height),
        bar.colorMap[value])
    }
    outline(bar.frame.outset(by: 1), Theme.rule)
  }
}
