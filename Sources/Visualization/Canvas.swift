/// A sheet's pixels while they are drawn: RGB, 8 bits, row-major.
struct Canvas {
  let width: Int
  let height: Int
  private(set) var pixels: [UInt8]

  init(width: Int, height: Int, ground: Color) {
    self.width = width
    self.height = height
    pixels = [UInt8](unsafeUninitializedCapacity: width * height * 3) { buffer, count in
      for start in stride(from: 0, to: width * height * 3, by: 3) {
        buffer[start] = ground.red
        buffer[start + 1] = ground.green
        buffer[start + 2] = ground.blue
      }
      count = width * height * 3
    }
  }

  mutating func fill(_ rectangle: Rectangle, _ color: Color) {
    let part = rectangle.clipped(toWidth: width, height: height)
    for row in part.y..<part.y + part.height {
      for column in part.x..<part.x + part.width { set(row, column, color) }
    }
  }

  /// The one-pixel line along the inside of `rectangle`.
  mutating func outline(_ rectangle: Rectangle, _ color: Color) {
    let (x, y, w, h) = (rectangle.x, rectangle.y, rectangle.width, rectangle.height)
    fill(Rectangle(x: x, y: y, width: w, height: 1), color)
    fill(Rectangle(x: x, y: y + h - 1, width: w, height: 1), color)
    fill(Rectangle(x: x, y: y, width: 1, height: h), color)
    fill(Rectangle(x: x + w - 1, y: y, width: 1, height: h), color)
  }

  /// Lays `color` over the pixels as thickly as `mask` covers them.
  mutating func draw(_ mask: LineMask, x: Int, y: Int, _ color: Color) {
    for row in max(0, -y)..<max(max(0, -y), min(mask.height, height - y)) {
      for column in max(0, -x)..<max(max(0, -x), min(mask.width, width - x)) {
        let cover = Int(mask.coverage[row * mask.width + column])
        guard cover > 0 else { continue }
        let start = ((y + row) * width + x + column) * 3
        pixels[start] = Canvas.mix(pixels[start], color.red, cover)
        pixels[start + 1] = Canvas.mix(pixels[start + 1], color.green, cover)
        pixels[start + 2] = Canvas.mix(pixels[start + 2], color.blue, cover)
      }
    }
  }

  /// The face of a tile without values: neutral, and a mark that says why.
  mutating func draw(_ mark: TileMark, in frame: Rectangle) {
    fill(frame, Theme.neutral)
    let longest = max(frame.width, frame.height)
    switch mark {
    case .constant:
      let thickness = max(1, min(2, frame.height / 12))
      let inset = frame.width / 4
      fill(
        Rectangle(
          x: frame.x + inset, y: frame.y + (frame.height - thickness) / 2, width: frame.width - 2 * inset,
          height: thickness), Theme.mark)
    case .dead: diagonal(in: frame, steps: longest, rising: true, Theme.mark)
    case .notFinite:
      diagonal(in: frame, steps: longest, rising: true, Theme.alarm)
      diagonal(in: frame, steps: longest, rising: false, Theme.alarm)
    }
  }

  private mutating func diagonal(in frame: Rectangle, steps: Int, rising: Bool, _ color: Color) {
    for step in 0..<max(1, steps) {
      let column = step * frame.width / max(1, steps)
      let row = step * frame.height / max(1, steps)
      let place = Rectangle(
        x: frame.x + column, y: frame.y + (rising ? frame.height - 1 - row : row), width: 1, height: 1)
      fill(place, color)
    }
  }

  /// A line through `points`, two pixels wide, its edges smooth: each pixel is covered as far as its middle is near.
  mutating func draw(_ points: [(x: Double, y: Double)], _ color: Color) {
    for (a, b) in zip(points, points.dropFirst()) {
      let (dx, dy) = (b.x - a.x, b.y - a.y)
      let length = dx * dx + dy * dy
      let rows = Int(min(a.y, b.y)) - 2...Int(max(a.y, b.y)) + 2
      let columns = Int(min(a.x, b.x)) - 2...Int(max(a.x, b.x)) + 2
      for row in rows where row >= 0 && row < height {
        for column in columns where column >= 0 && column < width {
          let (x, y) = (Double(column) + 0.5 - a.x, Double(row) + 0.5 - a.y)
          let along = length == 0 ? 0 : min(1, max(0, (x * dx + y * dy) / length))
          let (offX, offY) = (x - along * dx, y - along * dy)
          let cover = min(1, max(0, 1.5 - (offX * offX + offY * offY).squareRoot()))
          let start = (row * width + column) * 3
          pixels[start] = Canvas.mix(pixels[start], color.red, Int(cover * 255))
          pixels[start + 1] = Canvas.mix(pixels[start + 1], color.green, Int(cover * 255))
          pixels[start + 2] = Canvas.mix(pixels[start + 2], color.blue, Int(cover * 255))
        }
      }
    }
  }

  mutating func withUnsafeMutablePixels(_ body: (UnsafeMutableBufferPointer<UInt8>) -> Void) {
    pixels.withUnsafeMutableBufferPointer { body($0) }
  }

  private mutating func set(_ row: Int, _ column: Int, _ color: Color) {
    let start = (row * width + column) * 3
    pixels[start] = color.red
    pixels[start + 1] = color.green
    pixels[start + 2] = color.blue
  }

  private static func mix(_ under: UInt8, _ over: UInt8, _ cover: Int) -> UInt8 {
    UInt8((Int(under) * (255 - cover) + Int(over) * cover + 127) / 255)
  }
}
