/// How large a map's values are drawn: each as a square of pixels, or a square of values as one pixel.
public struct Magnification: Sendable, Hashable {
  /// The side, in pixels, of the square that one value becomes (nearest neighbour).
  public let enlargement: Int
  /// The side, in values, of the square whose mean becomes one pixel; one of the two is 1.
  public let reduction: Int

  public static func enlarged(_ times: Int) -> Magnification {
    Magnification(enlargement: max(1, times), reduction: 1)
  }

  public static func reduced(_ times: Int) -> Magnification {
    Magnification(enlargement: 1, reduction: max(1, times))
  }

  /// The pixels that `extent` values take; the last square of a reduced map may be a partial one.
  public func pixels(for extent: Int) -> Int { (extent + reduction - 1) / reduction * enlargement }

  /// As a factor: `3`, or `1/2` for a reduction.
  var factor: String { reduction > 1 ? "1/\(reduction)" : "\(enlargement)" }

  var text: String {
    if reduction > 1 { return "reduced 1:\(reduction) (mean of \(reduction)×\(reduction))" }
    return enlargement > 1 ? "enlarged \(enlargement)×" : "shown 1:1"
  }
}
