/// A place in a picture to be framed, and what to write beside it.
public struct PlaceMark: Sendable, Hashable {
  /// The pixels of the place.
  public let place: Rectangle
  /// What to write: the first text that has room beside the place, none where there is none.
  public let texts: [String]

  public init(place: Rectangle, texts: [String]) {
    self.place = place
    self.texts = texts
  }
}

extension Raster {
  /// The picture with a frame around every place, the first ones on top.
  ///
  /// Frames lie around the pixels of a place, yellow between dark lines, so that they stand out from any picture. Without
  /// an installed font there is no text.
  public func marked(_ marks: [PlaceMark]) -> Raster { marked(marks, typesetter: .system) }

  package func marked(_ marks: [PlaceMark], typesetter: Typesetter) -> Raster {
    var canvas = Canvas(width: width, height: height, ground: Theme.ground)
    canvas.draw(self, in: Rectangle(x: 0, y: 0, width: width, height: height))
    let line = max(1, min(6, (min(width, height) + 150) / 300))
    let size = max(SheetPage.Size.caption, min(width, height) / 45)
    for mark in marks.reversed() {
      let frame = mark.place.outset(by: 1)
      for step in 0..<line + 2 {
        canvas.outline(frame.outset(by: step), step == 0 || step == line + 1 ? Theme.ink : Theme.found)
      }
    }
    for mark in marks.reversed() {
      canvas.label(mark.texts, beside: mark.place.outset(by: line + 2), size: size, typesetter)
    }
    return Raster(width: width, height: height, pixels: canvas.pixels)
  }
}

extension Canvas {
  /// Writes the first of `texts` that is not much wider than `frame` on a dark plate above it, or under it at the top.
  fileprivate mutating func label(
    _ texts: [String], beside frame: Rectangle, size: Int, _ typesetter: Typesetter
  ) {
    for text in texts {
      guard let mask = typesetter.mask(text, size: size) else { return }
      let plate = Rectangle(x: 0, y: 0, width: mask.width + 6, height: mask.height + 2)
      guard plate.width <= frame.width * 3 / 2, plate.width <= width else { continue }
      let x = max(0, min(frame.x, width - plate.width))
      let y =
        frame.y >= plate.height ? frame.y - plate.height : min(frame.y + frame.height, height - plate.height)
      fill(plate.moved(x: x, y: y), Theme.ink)
      draw(mask, x: x + 3, y: y + 1, Theme.found)
      return
    }
  }
}
