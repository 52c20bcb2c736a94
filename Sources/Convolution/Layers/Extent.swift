/// A pair of numbers, one for the rows and one for the columns: a kernel size, a stride, a dilation, a scale factor.
public struct Extent: Sendable, Hashable {
  public let height: Int
  public let width: Int

  public init(height: Int, width: Int) {
    self.height = height
    self.width = width
  }

  /// The same number both ways.
  public init(_ side: Int) { self.init(height: side, width: side) }
}

extension Extent {
  /// The pixels that a kernel of this size reaches over.
  package func reach(dilation: Extent) -> Extent {
    Extent(
      height: WindowAxis.reach(of: height, dilation: dilation.height),
      width: WindowAxis.reach(of: width, dilation: dilation.width))
  }
}

extension Extent: ExpressibleByIntegerLiteral {
  public init(integerLiteral side: Int) { self.init(side) }
}

extension Extent: CustomStringConvertible {
  /// Rows before columns: `3x5`.
  public var description: String { "\(height)x\(width)" }
}
