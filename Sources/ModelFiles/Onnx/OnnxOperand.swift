import TensorCore
import WeightFiles

/// What stands under a name of an ONNX graph while its layers are made.
enum OnnxOperand {
  case layer(OnnxPlaced)
  case constant(OnnxConstant)
  /// Where the max-pooling layer of that name found its maxima.
  case positions(pooling: String)
}

/// A layer's output, and how the file's axes lie in it.
///
/// Pictures are `[N, C, H, W]` in the file and `[N, H, W, C]` here: `order` is `[0, 2, 3, 1]`. After a `Transpose` that puts
/// channels last the file's axes are ours: `[0, 1, 2, 3]`, and nothing was moved.
struct OnnxPlaced {
  let layer: String
  /// The extents as they lie here.
  let shape: Shape
  /// The file's axis at each place here.
  let order: [Int]

  var rank: Int { order.count }

  /// The extents as the file counts them.
  var extents: [Int] { (0..<rank).map { shape[place(of: $0)] } }

  /// Where an axis of the file lies here.
  func place(of axis: Int) -> Int { order.firstIndex(of: axis) ?? axis }

  /// How values of so many axes lie where nothing speaks against it: channels last.
  static func usual(_ rank: Int) -> [Int] { rank == 4 ? [0, 2, 3, 1] : Array(0..<rank) }
}

/// Numbers that are known before anything runs: weights, and what follows from them and from shapes.
struct OnnxConstant {
  enum Numbers {
    case integers([Int])
    /// Possibly still in the file.
    case floats(Tensor)
  }

  let extents: [Int]
  let numbers: Numbers

  init(_ integers: [Int], _ extents: [Int]) {
    numbers = .integers(integers)
    self.extents = extents
  }

  init(_ floats: Tensor) {
    numbers = .floats(floats)
    extents = floats.shape.dimensions
  }

  /// The numbers of a stored tensor; whole ones stay exact, as sizes must be.
  init(_ stored: OnnxTensor) throws(WeightFileError) {
    if stored.shape.count <= OnnxFolding.most, let integers = try stored.integers() {
      self.init(integers, stored.dimensions)
    } else {
      self.init(try stored.tensor())
    }
  }

  var count: Int { extents.reduce(1, *) }

  /// As floats, in the shape of the file.
  var tensor: Tensor {
    switch numbers {
    case .floats(let tensor): tensor
    case .integers(let integers): Tensor(integers.map { Float($0) }, shape: Shape(extents))
    }
  }

  /// As whole numbers; `nil` for floats and for what is too long to be a size.
  var integers: [Int]? { if case .integers(let integers) = numbers { integers } else { nil } }

  /// As floats, where there are so few that they are a setting and no weights.
  var floats: [Float]? {
    guard count <= OnnxFolding.most else { return nil }
    switch numbers {
    case .floats(let tensor): return tensor.scalars
    case .integers(let integers): return integers.map { Float($0) }
    }
  }

  /// The single number of a scalar or an array of one.
  var scalar: Float? { count == 1 ? floats?.first : nil }
}
