import TensorCore
import WeightFiles

// Known numbers moved about, spread over larger shapes, or changed one by one.

extension OnnxConstant {
  /// An array of `extents` whose entry at each place is this one's at `source(place)`; `nil` where there are too many.
  func rearranged(_ extents: [Int], _ source: ([Int]) -> [Int]) -> OnnxConstant? {
    guard let shape = Shape(checking: extents), max(shape.count, count) <= OnnxFolding.most else {
      return nil
    }
    let (strides, own) = (shape.strides, Shape(self.extents).strides)
    let places = (0..<shape.count).map { index in
      let place = extents.indices.map { index / strides[$0] % extents[$0] }
      return zip(source(place), own).reduce(0) { $0 + $1.0 * $1.1 }
    }
    switch numbers {
    case .integers(let integers): return OnnxConstant(places.map { integers[$0] }, extents)
    case .floats(let tensor):
      return OnnxConstant(
        tensor.withUnsafeScalars { scalars in Tensor(places.map { scalars[$0] }, shape: shape) })
    }
  }

  /// The shape that both shapes spread over, brought together from the right as in numpy; `nil` where there is none.
  static func spread(_ first: [Int], _ second: [Int]) -> [Int]? {
    let rank = max(first.count, second.count)
    func filled(_ extents: [Int]) -> [Int] { [Int](repeating: 1, count: rank - extents.count) + extents }
    let (a, b) = (filled(first), filled(second))
    guard zip(a, b).allSatisfy({ $0 == $1 || $0 == 1 || $1 == 1 }) else { return nil }
    return zip(a, b).map { $0 == 1 ? $1 : $0 }
  }

  /// The numbers repeated along axes of extent 1, or that it has not.
  func spread(to extents: [Int]) -> OnnxConstant? {
    guard self.extents != extents else { return self }
    let (own, added) = (self.extents, extents.count - self.extents.count)
    guard added >= 0 else { return nil }
    return rearranged(extents) { place in own.indices.map { own[$0] == 1 ? 0 : place[$0 + added] } }
  }
}

extension OnnxConstant {
  func reshaped(_ extents: [Int]) -> OnnxConstant {
    switch numbers {
    case .integers(let integers): OnnxConstant(integers, extents)
    case .floats(let tensor): OnnxConstant(tensor.reshaped(Shape(extents)))
    }
  }

  /// As whole numbers for ONNX's whole types, else as floats; `nil` where a number does not fit.
  func cast(to type: Int) -> OnnxConstant? {
    let isWhole = [2, 3, 4, 5, 6, 7, 9, 12, 13].contains(type)
    switch numbers {
    case .integers(let integers):
      return isWhole
        ? OnnxConstant(type == 9 ? integers.map { $0 == 0 ? 0 : 1 } : integers, extents)
        : OnnxConstant(tensor)
    case .floats(let tensor):
      guard isWhole else { return self }
      guard let floats else { return nil }
      let whole = floats.compactMap { Int(exactly: $0.rounded(.towardZero)) }
      return whole.count == tensor.shape.count ? OnnxConstant(whole, extents) : nil
    }
  }

  func changed(by operation: String) -> OnnxConstant? {
    if let integers {
      switch operation {
      case "Floor", "Ceil": return self
      case "Neg": return OnnxConstant(integers.map { 0 &- $0 }, extents)
      case "Not": return OnnxConstant(integers.map { $0 == 0 ? 1 : 0 }, extents)
      case "Abs": return OnnxConstant(integers.map { $0 < 0 ? 0 &- $0 : $0 }, extents)
      default: break
      }
    }
    guard let floats else { return nil }
    func each(_ change: (Float) -> Float) -> OnnxConstant {
      OnnxConstant(Tensor(floats.map(change), shape: Shape(extents)))
    }
    switch operation {
    case "Floor": return each { $0.rounded(.down) }
    case "Ceil": return each { $0.rounded(.up) }
    case "Neg": return each { -$0 }
    case "Abs": return each { abs($0) }
    case "Sqrt": return each { $0.squareRoot() }
    case "Reciprocal": return each { 1 / $0 }
    default: return nil
    }
  }
}
