/// A line of text on a sheet.
struct PlacedText {
  enum Alignment { case leading, centre, trailing }

  var text: String
  /// Where the line starts, has its middle, or ends.
  var x: Int
  var y: Int
  var size: Int
  var color = Theme.ink
  var alignment = Alignment.leading
}

/// The colours of a sheet with the numbers they stand for.
public struct ColorBar: Sendable, Hashable {
  public let frame: Rectangle
  public let colorMap: ColorMap
  /// The values at its two ends; `nil` when every tile has its own.
  public let range: ValueRange?
}

/// A sheet while it is laid out: what is written, filled and barred where, from top to bottom.
///
/// The head of a page is a title, quiet lines under it, a colour bar and a legend of marks; what the sheet shows follows.
struct SheetPage {
  enum Size {
    static let title = 17
    static let text = 13
    /// The smallest text there is: still legible on a plain screen.
    static let caption = 11
  }

  static let margin = 16
  static let leastContent = 460
  private static let barWidth = 300
  private static let barHeight = 12

  let typesetter: Typesetter
  /// The width between the margins.
  let contentWidth: Int
  private(set) var y = SheetPage.margin
  private(set) var texts: [PlacedText] = []
  private(set) var fills: [(Rectangle, Color)] = []
  private(set) var strokes: [(points: [(x: Double, y: Double)], color: Color)] = []
  private(set) var marks: [(Rectangle, TileMark)] = []
  private(set) var bars: [ColorBar] = []

  init(typesetter: Typesetter, contentWidth: Int) {
    self.typesetter = typesetter
    self.contentWidth = max(contentWidth, SheetPage.leastContent)
  }

  var width: Int { contentWidth + 2 * SheetPage.margin }
  var height: Int { y + SheetPage.margin }

  mutating func space(_ distance: Int) { y += distance }

  mutating func write(_ text: String, size: Int = Size.text, color: Color = Theme.quietInk) {
    for line in typesetter.wrapped(text, size: size, width: contentWidth) {
      texts.append(PlacedText(text: line, x: SheetPage.margin, y: y, size: size, color: color))
      y += typesetter.lineHeight(size) + 2
    }
  }

  mutating func place(_ text: PlacedText) { texts.append(text) }

  mutating func fill(_ rectangle: Rectangle, _ color: Color) { fills.append((rectangle, color)) }

  /// A line two pixels wide through `points`, over what is filled.
  mutating func stroke(_ points: [(x: Double, y: Double)], _ color: Color) { strokes.append((points, color)) }

  mutating func mark(_ mark: TileMark, in rectangle: Rectangle) { marks.append((rectangle, mark)) }

  mutating func writeHead(title: String, lines: [String?]) {
    write(title, size: Size.title, color: Theme.ink)
    space(2)
    for line in lines { if let line, !line.isEmpty { write(line) } }
  }

  /// The bar, its numbers underneath, and what they mean.
  mutating func writeBar(_ colors: ColorMap, range: ValueRange?, ends: (String, String), sentence: String) {
    space(6)
    let frame = Rectangle(
      x: SheetPage.margin + 1, y: y + 1, width: min(SheetPage.barWidth, contentWidth) - 2,
      height: SheetPage.barHeight)
    bars.append(ColorBar(frame: frame, colorMap: colors, range: range))
    y += SheetPage.barHeight + 4
    let (low, high) = (range.map { shortText($0.low) } ?? ends.0, range.map { shortText($0.high) } ?? ends.1)
    let size = Size.caption
    place(PlacedText(text: low, x: frame.x, y: y, size: size))
    place(PlacedText(text: high, x: frame.x + frame.width, y: y, size: size, alignment: .trailing))
    if let range, range.low < 0, range.high > 0 {
      let x = frame.x + Int(Float(frame.width) * range.position(of: 0))
      let room = 12 + typesetter.width("0", size: size) / 2
      let free = frame.x + typesetter.width(low, size: size) + room...frame.x + frame.width
      if free.contains(x), x + room < frame.x + frame.width - typesetter.width(high, size: size) {
        place(PlacedText(text: "0", x: x, y: y, size: size, alignment: .centre))
      }
    }
    y += typesetter.lineHeight(size) + 4
    write(sentence, size: Size.caption)
  }

  /// What the marks on tiles mean and how often they stand.
  mutating func writeLegend(_ counts: [TileMark: Int]) {
    for mark in TileMark.allCases {
      guard let count = counts[mark] else { continue }
      space(2)
      let side = typesetter.lineHeight(Size.caption)
      let swatch = Rectangle(x: SheetPage.margin + 1, y: y, width: side, height: side)
      marks.append((swatch, mark))
      let meaning =
        switch mark {
        case .dead: "dead: every value is zero"
        case .constant: "constant: every value is the same"
        case .notFinite: "not finite: some value is NaN or infinite"
        }
      place(
        PlacedText(
          text: "\(meaning) (\(countText(count)))", x: swatch.x + side + 6, y: y, size: Size.caption,
          color: Theme.quietInk))
      y += side + 2
    }
  }

  /// Leaves room for something `height` pixels high and says where it begins.
  mutating func reserve(_ height: Int) -> Int {
    defer { y += height }
    return y
  }
}
