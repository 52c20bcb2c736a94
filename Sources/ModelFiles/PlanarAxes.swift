import TensorCore

/// How the axes of frameworks that put channels first (Caffe, ONNX, PyTorch) lie here: `[N, C, H, W]` as `[N, H, W, C]`;
/// shapes of other ranks lie as they are.
///
/// ```swift
/// PlanarAxes.place(of: 1, rank: 4)      // 3: the channels
/// PlanarAxes.order([0, 2, 3, 1])        // [0, 2, 3, 1]: what is [N, H, W, C] to them lies here as [N, W, C, H]
/// ```
enum PlanarAxes {
  /// Their axis at each place here.
  private static func axes(_ rank: Int) -> [Int] { rank == 4 ? [0, 2, 3, 1] : Array(0..<rank) }

  /// Where their axis lies here.
  static func place(of axis: Int, rank: Int) -> Int { axes(rank).firstIndex(of: axis) ?? axis }

  /// Their extents, ours.
  static func stored(_ extents: [Int]) -> [Int] { axes(extents.count).map { extents[$0] } }

  /// Our shape as they write it.
  static func planar(_ shape: Shape) -> [Int] {
    (0..<shape.rank).map { shape[place(of: $0, rank: shape.rank)] }
  }

  /// Their order of axes (axis `i` of the result is axis `order[i]` of the input) as one of ours.
  static func order(_ order: [Int]) -> [Int] {
    axes(order.count).map { place(of: order[$0], rank: order.count) }
  }
}
