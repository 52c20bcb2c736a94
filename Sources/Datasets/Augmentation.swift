#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Random changes that leave a picture's class as it is, by the meaning of Keras's `ImageDataGenerator`.
///
/// A picture is turned by up to `rotation` degrees, moved by up to `shift` of its height and width, scaled by 1 - `zoom` to
/// 1 + `zoom` along each axis, mirrored left to right every second time, and cut out of itself padded by `crop` pixels. Values
/// between pixels are bilinear; `fill` says what lies beyond the edges.
public struct Augmentation: Sendable, Hashable {
  /// What lies beyond the edges, by the names of Keras and scipy.ndimage.
  public enum Fill: String, Sendable, Hashable, CaseIterable {
    /// `aaaa|abcd|dddd`
    case nearest
    /// 0
    case constant
    /// `dcba|abcd|dcba`
    case reflect
    /// `abcd|abcd|abcd`
    case wrap
  }

  public var flips: Bool
  public var rotation: Float
  public var shift: Float
  public var zoom: Float
  public var crop: Int
  public var fill: Fill

  public init(
    flips: Bool = true, rotation: Float = 0, shift: Float = 0, zoom: Float = 0, crop: Int = 0,
    fill: Fill = .nearest
  ) {
    self.flips = flips
    self.rotation = rotation
    self.shift = shift
    self.zoom = zoom
    self.crop = crop
    self.fill = fill
  }

  /// One change drawn at random: where each pixel of the new picture lies in the old one.
  ///
  /// `(row, column) = centre + matrix * (row', column' of the mirrored place - centre) + offset`.
  struct Change {
    var matrix: (Float, Float, Float, Float) = (1, 0, 0, 1)
    var offset: (rows: Float, columns: Float) = (0, 0)
    var mirrors = false
  }

  func drawn(height: Int, width: Int, using generator: inout some RandomNumberGenerator) -> Change {
    func within(_ limit: Float) -> Float {
      limit == 0 ? 0 : Float.random(in: -limit...limit, using: &generator)
    }
    var change = Change()
    let angle = within(rotation) * .pi / 180
    let (rows, columns) = (within(shift) * Float(height), within(shift) * Float(width))
    let (down, across) = (1 + within(zoom), 1 + within(zoom))
    let (c, s) = (cosf(angle), sinf(angle))
    // Keras multiplies rotation, shift and zoom in that order.
    change.matrix = (c * down, -s * across, s * down, c * across)
    change.offset = (c * rows - s * columns, s * rows + c * columns)
    if crop > 0 {
      change.offset.rows += Float(Int.random(in: -crop...crop, using: &generator))
      change.offset.columns += Float(Int.random(in: -crop...crop, using: &generator))
    }
    change.mirrors = flips && Bool.random(using: &generator)
    return change
  }

  /// Writes a changed picture of `height` x `width` x `channels`, values as they are, to `target`.
  package func apply(
    height: Int, width: Int, channels: Int, from source: UnsafePointer<UInt8>,
    to target: UnsafeMutablePointer<Float>, using generator: inout some RandomNumberGenerator
  ) {
    let change = drawn(height: height, width: width, using: &generator)
    let (middleRow, middleColumn) = (Float(height) / 2 - 0.5, Float(width) / 2 - 0.5)
    let (a, b, c, d) = change.matrix
    for row in 0..<height {
      for column in 0..<width {
        let (y, x) = (
          Float(row) - middleRow, Float(change.mirrors ? width - 1 - column : column) - middleColumn
        )
        let fromRow = a * y + b * x + change.offset.rows + middleRow
        let fromColumn = c * y + d * x + change.offset.columns + middleColumn
        let (top, left) = (fromRow.rounded(.down), fromColumn.rounded(.down))
        let (down, across) = (fromRow - top, fromColumn - left)
        let place = (row * width + column) * channels
        for channel in 0..<channels { target[place + channel] = 0 }
        for corner in 0..<4 {
          let share = (corner & 2 == 0 ? 1 - down : down) * (corner & 1 == 0 ? 1 - across : across)
          guard share != 0, let y = inside(Int(top) + (corner & 2) / 2, height),
            let x = inside(Int(left) + (corner & 1), width)
          else { continue }
          let pixel = source + (y * width + x) * channels
          for channel in 0..<channels { target[place + channel] += share * Float(pixel[channel]) }
        }
      }
    }
  }

  /// The pixel that stands for place `index` of an axis; `nil` for 0.
  func inside(_ index: Int, _ count: Int) -> Int? {
    if index >= 0, index < count { return index }
    func wrapped(_ index: Int, _ count: Int) -> Int { (index % count + count) % count }
    switch fill {
    case .constant: return nil
    case .nearest: return min(max(index, 0), count - 1)
    case .wrap: return wrapped(index, count)
    case .reflect:
      let place = wrapped(index, 2 * count)
      return place < count ? place : 2 * count - 1 - place
    }
  }
}
