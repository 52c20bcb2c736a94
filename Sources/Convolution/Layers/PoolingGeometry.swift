package import TensorCore

/// The windows of a pooling over an NHWC input.
package struct PoolingGeometry: Sendable, Hashable {
  package let batch: Int
  package let channels: Int
  package let rows: WindowAxis
  package let columns: WindowAxis

  /// `nil` when not one window has a place.
  package init?(input: Shape, size: Extent, stride: Extent, padding: Padding, roundsUp: Bool) {
    guard input.rank == 4,
      let rows = WindowAxis(
        input: input[1], kernel: size.height, stride: stride.height, padding: padding, .rows,
        roundsUp: roundsUp),
      let columns = WindowAxis(
        input: input[2], kernel: size.width, stride: stride.width, padding: padding, .columns,
        roundsUp: roundsUp)
    else { return nil }
    batch = input[0]
    channels = input[3]
    self.rows = rows
    self.columns = columns
  }

  package var outputDimensions: [Int] { [batch, rows.output, columns.output, channels] }

  /// What the sum of a window is divided by: the pixels inside the picture, or with `countsPadding` also those of the padding.
  func divisor(_ oy: Int, _ ox: Int, countsPadding: Bool) -> Int {
    guard countsPadding else { return rows.taps(at: oy).count * columns.taps(at: ox).count }
    func extent(_ axis: WindowAxis, _ position: Int) -> Int {
      let start = axis.start(of: position)
      return min(start + axis.kernel, axis.input + axis.after) - start
    }
    return extent(rows, oy) * extent(columns, ox)
  }
}
