/// A part of a sheet in pixels, from the upper left corner.
public struct Rectangle: Sendable, Hashable {
  public var x: Int
  public var y: Int
  public var width: Int
  public var height: Int

  public init(x: Int, y: Int, width: Int, height: Int) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }

  func outset(by distance: Int) -> Rectangle {
    Rectangle(x: x - distance, y: y - distance, width: width + 2 * distance, height: height + 2 * distance)
  }

  func moved(x dx: Int, y dy: Int) -> Rectangle {
    Rectangle(x: x + dx, y: y + dy, width: width, height: height)
  }

  func clipped(toWidth limitX: Int, height limitY: Int) -> Rectangle {
    let (left, top) = (max(0, x), max(0, y))
    return Rectangle(
      x: left, y: top, width: max(0, min(x + width, limitX) - left),
      height: max(0, min(y + height, limitY) - top))
  }
}
