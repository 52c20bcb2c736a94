public import Imaging
public import TensorCore

/// A small picture in memory, to be put on sheets: RGB, 8 bits a colour, row-major.
public struct Raster: Sendable, Hashable {
  public let width: Int
  public let height: Int
  public let pixels: [UInt8]

  /// A raster of `width * height * 3` bytes.
  public init(width: Int, height: Int, pixels: [UInt8]) {
    precondition(pixels.count == width * height * 3, "\(pixels.count) bytes for \(width) x \(height)")
    self.width = width
    self.height = height
    self.pixels = pixels
  }

  /// From `[H, W, 1]` (grey) or `[H, W, 3]` (RGB), values 0...255: rounded, halves up, clipped, NaN as 0; of more channels
  /// the first is shown, of two too.
  public init(_ picture: Tensor) {
    let shape = picture.shape
    precondition(shape.rank == 3, "a picture is [H, W, C], not \(shape)")
    let (count, channels) = (shape[0] * shape[1], shape[2])
    let bytes = picture.withUnsafeScalars { values in
      [UInt8](unsafeUninitializedCapacity: count * 3) { bytes, written in
        for pixel in 0..<count {
          for color in 0..<3 {
            bytes[pixel * 3 + color] = Raster.level(values[pixel * channels + (channels == 3 ? color : 0)])
          }
        }
        written = count * 3
      }
    }
    self.init(width: shape[1], height: shape[0], pixels: bytes)
  }

  private static func level(_ value: Float) -> UInt8 {
    value > 0 ? UInt8(min(255, value.rounded(.toNearestOrAwayFromZero))) : 0
  }

  /// The raster as a picture that can be written.
  public func image() throws(ImagingError) -> Image {
    try Image(pixels: pixels, height: height, width: width, channels: 3)
  }
}

extension Raster {
  /// The part inside `area`; what lies outside the raster is `ground`.
  func cropped(to area: Rectangle, ground: Color) -> Raster {
    var bytes = [UInt8](repeating: 0, count: area.width * area.height * 3)
    for row in 0..<area.height {
      for column in 0..<area.width {
        let (y, x) = (area.y + row, area.x + column)
        let target = (row * area.width + column) * 3
        let isInside = y >= 0 && y < height && x >= 0 && x < width
        let source = isInside ? (y * width + x) * 3 : 0
        bytes[target] = isInside ? pixels[source] : ground.red
        bytes[target + 1] = isInside ? pixels[source + 1] : ground.green
        bytes[target + 2] = isInside ? pixels[source + 2] : ground.blue
      }
    }
    return Raster(width: area.width, height: area.height, pixels: bytes)
  }

  /// At another size: nearest neighbour where it grows, the mean of the pixels covered where it shrinks.
  package func scaled(width newWidth: Int, height newHeight: Int) -> Raster {
    guard newWidth != width || newHeight != height, width > 0, height > 0 else { return self }
    let columns = (0..<newWidth).map { span($0, of: newWidth, in: width) }
    var bytes = [UInt8](repeating: 0, count: newWidth * newHeight * 3)
    for row in 0..<newHeight {
      let rows = span(row, of: newHeight, in: height)
      for column in 0..<newWidth {
        var (red, green, blue) = (0, 0, 0)
        for y in rows {
          for x in columns[column] {
            let place = (y * width + x) * 3
            red += Int(pixels[place])
            green += Int(pixels[place + 1])
            blue += Int(pixels[place + 2])
          }
        }
        let count = rows.count * columns[column].count
        let target = (row * newWidth + column) * 3
        bytes[target] = UInt8((red + count / 2) / count)
        bytes[target + 1] = UInt8((green + count / 2) / count)
        bytes[target + 2] = UInt8((blue + count / 2) / count)
      }
    }
    return Raster(width: newWidth, height: newHeight, pixels: bytes)
  }

  /// The source pixels that one target pixel covers: one at least.
  private func span(_ place: Int, of count: Int, in extent: Int) -> Range<Int> {
    let start = place * extent / count
    return start..<max(start + 1, (place + 1) * extent / count)
  }
}

extension Raster {
  /// A map `[H, W]` as colours, a pixel a value; values that are not finite are neutral grey.
  package init(map: Tensor, range: ValueRange, colors: ColorMap) {
    let (rows, columns) = (map.shape[0], map.shape[1])
    var bytes: [UInt8] = []
    bytes.reserveCapacity(rows * columns * 3)
    for value in map.scalars {
      let color = value.isFinite ? colors[range.position(of: value)] : Theme.neutral
      bytes += [color.red, color.green, color.blue]
    }
    self.init(width: columns, height: rows, pixels: bytes)
  }

  /// The raster in grey with a map `[h, w]` of another size laid over it in colours, each weighing as `opacity` says.
  ///
  /// The map is stretched bilinearly with half-pixel centres (`align_corners=False` of PyTorch, `INTER_LINEAR` of OpenCV,
  /// `half_pixel_centers` of TensorFlow): its pixel `j` has its middle at `(j + 1/2) * width / w` of the picture. Grey is
  /// Rec. 601 luma, so that every colour seen is the map's. A constant `range` and values that are not finite leave grey.
  public func overlaid(
    with map: Tensor, range: ValueRange, colors: ColorMap = .viridis, opacity: Float = 0.5
  ) -> Raster {
    precondition(map.shape.rank == 2 && map.shape.count > 0, "a map is [H, W], not \(map.shape)")
    let (rows, columns) = (map.shape[0], map.shape[1])
    let across = (0..<width).map { HalfPixel(of: $0, width, in: columns) }
    var bytes = [UInt8](repeating: 0, count: pixels.count)
    map.withUnsafeScalars { values in
      for y in 0..<height {
        let down = HalfPixel(of: y, height, in: rows)
        for x in 0..<width {
          let place = (y * width + x) * 3
          let luma =
            (0.299 * Float(pixels[place]) + 0.587 * Float(pixels[place + 1]) + 0.114
              * Float(pixels[place + 2]))
          let (left, right) = (across[x].first, across[x].second)
          let upper = across[x].mix(values[down.first * columns + left], values[down.first * columns + right])
          let lower = across[x].mix(
            values[down.second * columns + left], values[down.second * columns + right])
          let value = down.mix(upper, lower)
          guard value.isFinite, !range.isConstant else {
            for color in 0..<3 { bytes[place + color] = UInt8(luma.rounded()) }
            continue
          }
          let color = colors[range.position(of: value)]
          for (offset, level) in [color.red, color.green, color.blue].enumerated() {
            bytes[place + offset] = UInt8((luma * (1 - opacity) + Float(level) * opacity).rounded())
          }
        }
      }
    }
    return Raster(width: width, height: height, pixels: bytes)
  }
}

/// Between which two values of an axis a pixel of another size has its middle, and how far from the first.
private struct HalfPixel {
  let first: Int
  let second: Int
  let share: Float

  init(of pixel: Int, _ pixels: Int, in extent: Int) {
    let middle = (Double(pixel) + 0.5) * Double(extent) / Double(pixels) - 0.5
    let held = min(max(middle, 0), Double(extent - 1))
    first = Int(held)
    second = min(first + 1, extent - 1)
    share = Float(held - Double(first))
  }

  func mix(_ a: Float, _ b: Float) -> Float { share == 0 ? a : a + (b - a) * share }
}

extension Canvas {
  /// Puts a raster into `frame`, scaled to it.
  mutating func draw(_ raster: Raster, in frame: Rectangle) {
    let scaled = raster.scaled(width: frame.width, height: frame.height)
    let visible = frame.clipped(toWidth: width, height: height)
    let stride = width * 3
    withUnsafeMutablePixels { target in
      for row in visible.y..<visible.y + visible.height {
        let source = ((row - frame.y) * frame.width + visible.x - frame.x) * 3
        for byte in 0..<visible.width * 3 {
          target[row * stride + visible.x * 3 + byte] = scaled.pixels[source + byte]
        }
      }
    }
  }
}
