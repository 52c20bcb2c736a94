package import TensorCore

/// The windows of a pooling over an NHWC input.
package struct PoolingGeometry: Sendable, Hashable {
  package let batch: Int
  package let channels: Int
  package let rows: WindowAxis
  package let columns: WindowAxis

  /// `nil` when not one window has a place.
  package init?(
    input: Shape, size: Extent, stride: Extent, dilation: Extent = 1, padding: Padding, roundsUp: Bool
  ) {
    guard input.rank == 4,
      let rows = WindowAxis(
        input: input[1], kernel: size.height, stride: stride.height, dilation: dilation.height,
        padding: padding, .rows, roundsUp: roundsUp),
      let columns = WindowAxis(
        input: input[2], kernel: size.width, stride: stride.width, dilation: dilation.width,
        padding: padding, .columns, roundsUp: roundsUp)
    else { return nil }
    batch = input[0]
    channels = input[3]
    self.rows = rows
    self.columns = columns
  }

  /// The same windows of a picture of that shape around which there were margins; `nil` where they differ, or where one would
  /// hold margins only.
  package func reading(_ input: Shape, through margins: Margins) -> PoolingGeometry? {
    guard min(margins.top, margins.bottom, margins.left, margins.right) >= 0 else { return nil }
    let all = Margins(
      top: rows.before + margins.top, bottom: rows.after + margins.bottom,
      left: columns.before + margins.left, right: columns.after + margins.right)
    let wider = PoolingGeometry(
      input: input, size: Extent(height: rows.kernel, width: columns.kernel),
      stride: Extent(height: rows.stride, width: columns.stride),
      dilation: Extent(height: rows.dilation, width: columns.dilation), padding: .explicit(all),
      roundsUp: false)
    guard let wider, wider.outputDimensions == outputDimensions,
      [wider.rows, wider.columns].allSatisfy({ axis in
        (0..<axis.output).allSatisfy { !axis.taps(at: $0).isEmpty }
      })
    else { return nil }
    return wider
  }

  package var outputDimensions: [Int] { [batch, rows.output, columns.output, channels] }

  /// What the sum of a window is divided by: the pixels inside the picture, or with `countsPadding` also those of the padding.
  func divisor(_ oy: Int, _ ox: Int, countsPadding: Bool) -> Int {
    guard countsPadding else { return rows.taps(at: oy).count * columns.taps(at: ox).count }
    func extent(_ axis: WindowAxis, _ position: Int) -> Int {
      let room = axis.input + axis.after - axis.start(of: position)
      return min(axis.kernel, (room + axis.dilation - 1) / axis.dilation)
    }
    return extent(rows, oy) * extent(columns, ox)
  }
}
