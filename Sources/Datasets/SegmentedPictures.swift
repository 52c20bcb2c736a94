public import TensorCore

/// Pictures of one size whose every pixel belongs to a class: what a segmentation is trained and tested on.
///
/// ```swift
/// let drawn = SegmentedPictures(drawing: 500, seed: 1)
/// let x = drawn.pictures(0..<32)       // [32, 48, 48, 3], 0...255
/// let y = drawn.labels(0..<32)         // 32 * 48 * 48 classes
/// ```
public struct SegmentedPictures: Sendable, Hashable {
  public let height: Int
  public let width: Int
  public let count: Int
  /// Red, green, blue of all pixels, `[picture, row, column, channel]`.
  public let pixels: [UInt8]
  /// The class of every pixel, `[picture, row, column]`.
  public let classes: [UInt8]
  public let classNames: [String]

  /// The pictures `indices` as floats, `[indices.count, height, width, 3]`, 0...255.
  public func pictures(_ indices: some Collection<Int>) -> Tensor {
    let size = height * width * 3
    return Tensor(shape: [indices.count, height, width, 3]) { floats in
      for (place, index) in indices.enumerated() {
        for value in 0..<size { floats[place * size + value] = Float(pixels[index * size + value]) }
      }
    }
  }

  /// The classes of all pixels of the pictures `indices`.
  public func labels(_ indices: some Collection<Int>) -> [Int] {
    let size = height * width
    return indices.flatMap { index in classes[index * size..<(index + 1) * size].map { Int($0) } }
  }

  /// The share of all pixels that belong to each class.
  public var shares: [Double] {
    var counts = [Int](repeating: 0, count: classNames.count)
    for own in classes { counts[Int(own)] += 1 }
    return counts.map { Double($0) / Double(max(1, classes.count)) }
  }
}

extension SegmentedPictures {
  /// One to three discs, squares and triangles of any colour on a shaded ground of another, all with some noise.
  ///
  /// Neither colour nor brightness tells the class, only the outline does; later shapes lie over earlier ones. The same
  /// seed draws the same pictures on every machine.
  public init(drawing count: Int, side: Int = 48, seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var pixels: [UInt8] = []
    var classes: [UInt8] = []
    pixels.reserveCapacity(count * side * side * 3)
    classes.reserveCapacity(count * side * side)
    for _ in 0..<count {
      let ground = DrawnShape.color(using: &generator)
      let slope = (generator.uniform() - 0.5, generator.uniform() - 0.5)
      let shapes = (0...Int(generator.next() % 3)).map { _ in
        DrawnShape(side: Float(side), unlike: ground, using: &generator)
      }
      for row in 0..<side {
        for column in 0..<side {
          let (y, x) = (Float(row) + 0.5, Float(column) + 0.5)
          let top = shapes.last { $0.covers(x, y) }
          let shade =
            top == nil ? (slope.0 * (x / Float(side) - 0.5) + slope.1 * (y / Float(side) - 0.5)) * 80 : 0
          for value in top?.color ?? ground {
            let noise = (generator.uniform() + generator.uniform() - 1) * 24
            pixels.append(UInt8(min(255, max(0, value + shade + noise))))
          }
          classes.append(UInt8(top.map { $0.kind + 1 } ?? 0))
        }
      }
    }
    self.init(
      height: side, width: side, count: count, pixels: pixels, classes: classes,
      classNames: ["ground", "disc", "square", "triangle"])
  }
}

/// A shape by its middle, its reach and, where it has corners, how it is turned.
private struct DrawnShape {
  /// 0 disc, 1 square, 2 triangle.
  let kind: Int
  let color: [Float]
  private let middle: (x: Float, y: Float)
  private let radius: Float
  /// Of each edge the direction it faces, and how far from the middle it lies.
  private let edges: [(x: Float, y: Float)]
  private let reach: Float

  init(side: Float, unlike ground: [Float], using generator: inout SeededGenerator) {
    kind = Int(generator.next() % 3)
    radius = side * (0.15 + 0.13 * generator.uniform())
    middle = (
      radius + (side - 2 * radius) * generator.uniform(), radius + (side - 2 * radius) * generator.uniform()
    )
    var own = DrawnShape.color(using: &generator)
    while zip(own, ground).reduce(0, { $0 + abs($1.0 - $1.1) }) < 150 {
      own = DrawnShape.color(using: &generator)
    }
    color = own
    let corners = kind == 1 ? 4 : 3
    // A point of the unit circle without sines, which differ from machine to machine.
    var (x, y): (Float, Float) = (0, 0)
    repeat {
      (x, y) = (2 * generator.uniform() - 1, 2 * generator.uniform() - 1)
    } while x * x + y * y > 1
      || x * x + y * y < 0.01
    let length = (x * x + y * y).squareRoot()
    (x, y) = (x / length, y / length)
    let (cosine, sine): (Float, Float) = corners == 4 ? (0, 1) : (-0.5, 0.866_025_4)
    edges = (0..<corners).map { _ in
      defer { (x, y) = (x * cosine - y * sine, x * sine + y * cosine) }
      return (x, y)
    }
    reach = radius * (corners == 4 ? 0.707_106_8 : 0.5)
  }

  func covers(_ x: Float, _ y: Float) -> Bool {
    let (dx, dy) = (x - middle.x, y - middle.y)
    guard dx * dx + dy * dy <= radius * radius else { return false }
    return kind == 0 || edges.allSatisfy { dx * $0.x + dy * $0.y <= reach }
  }

  static func color(using generator: inout SeededGenerator) -> [Float] {
    (0..<3).map { _ in 20 + 215 * generator.uniform() }
  }
}
