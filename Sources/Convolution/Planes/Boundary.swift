/// What a filter reads outside the picture. For a row `a b c d`:
///
/// | case | reads |
/// |---|---|
/// | ``constant(_:)`` | `k k \| a b c d \| k k` |
/// | ``edge`` | `a a \| a b c d \| d d` |
/// | ``reflect`` | `b a \| a b c d \| d c` (half-sample symmetry) |
/// | ``mirror`` | `c b \| a b c d \| c b` (whole-sample symmetry) |
/// | ``wrap`` | `c d \| a b c d \| a b` |
///
/// The names are those of `scipy.ndimage`, `edge` for its `nearest`. All continue periodically, so a kernel may be
/// wider than the picture.
public enum Boundary: Sendable, Hashable {
  case constant(Float)
  case edge
  case reflect
  case mirror
  case wrap

  /// A boundary by its name here or its unambiguous name in another library, whatever the case.
  ///
  /// `symmetric` (NumPy), `symm` (scipy.signal) and `grid-mirror` (scipy.ndimage) are ``reflect``; `reflect101`
  /// (OpenCV) is ``mirror``; `nearest`, `replicate`, `clamp`, `copy` are ``edge``; `circular`, `periodic`, `repeat`,
  /// `tile`, `grid-wrap` are ``wrap``; `zero`, `fill`, `black`, `grid-constant` are ``constant(_:)``.
  /// - Parameter value: what ``constant(_:)`` reads; `zero` and `black` ignore it.
  public init?(name: String, value: Float = 0) {
    var name = name.lowercased().split(whereSeparator: { "-_ ".contains($0) }).joined()
    if name.hasPrefix("border") { name.removeFirst("border".count) }
    switch name {
    case "constant", "fill", "gridconstant": self = .constant(value)
    case "zero", "zeros", "black": self = .constant(0)
    case "edge", "nearest", "replicate", "clamp", "copy", "repeatedge": self = .edge
    case "reflect", "symmetric", "symm", "gridmirror", "halfsample": self = .reflect
    case "mirror", "reflect101", "wholesample": self = .mirror
    case "wrap", "circular", "periodic", "repeat", "tile", "gridwrap": self = .wrap
    default: return nil
    }
  }

  /// The case's own name: `constant`, `edge`, `reflect`, `mirror`, `wrap`.
  public var name: String {
    switch self {
    case .constant: "constant"
    case .edge: "edge"
    case .reflect: "reflect"
    case .mirror: "mirror"
    case .wrap: "wrap"
    }
  }

  /// The pixel inside `0..<count` that stands at `index`; `nil` where ``constant(_:)`` supplies its value.
  ///
  /// This is the one place that knows what lies outside a picture.
  package func source(of index: Int, count: Int) -> Int? {
    if index >= 0 && index < count { return index }
    switch self {
    case .constant: return nil
    case .edge: return index < 0 ? 0 : count - 1
    case .wrap: return remainder(index, count)
    case .reflect:
      let place = remainder(index, 2 * count)
      return place < count ? place : 2 * count - 1 - place
    case .mirror:
      guard count > 1 else { return 0 }
      let place = remainder(index, 2 * count - 2)
      return place < count ? place : 2 * count - 2 - place
    }
  }

  /// The remainder that is never negative.
  private func remainder(_ index: Int, _ period: Int) -> Int {
    let rest = index % period
    return rest < 0 ? rest + period : rest
  }
}
