import Convolution
package import TensorCore

// Layers that are other steps in a row: what passes between those is said here once, for running and for training.

extension BlockOrder {
  /// How the pixels of blocks become channels: as which array the picture `[N, H, W, C]` is seen, and in which order its axes go.
  package func gathering(_ input: Shape, side: Int) -> (seen: Shape, order: [Int]) {
    (
      [input[0], input[1] / side, side, input[2] / side, side, input[3]],
      self == .pixelsFirst ? [0, 1, 3, 2, 4, 5] : [0, 1, 3, 5, 2, 4]
    )
  }

  /// How channels become the pixels of blocks.
  package func spreading(_ input: Shape, side: Int) -> (seen: Shape, order: [Int]) {
    let channels = input[3] / (side * side)
    return self == .pixelsFirst
      ? ([input[0], input[1], input[2], side, side, channels], [0, 1, 3, 2, 4, 5])
      : ([input[0], input[1], input[2], channels, side, side], [0, 1, 4, 2, 5, 3])
  }
}

extension GroupNormalization {
  /// The picture with its channels in groups, and the axes that are normalised together.
  package func grouped(_ input: Shape) -> (seen: Shape, axes: [Int]) {
    ([input[0], input[1], input[2], groups, input[3] / groups], [1, 2, 4])
  }
}
