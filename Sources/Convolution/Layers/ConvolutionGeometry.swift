package import TensorCore

/// The extents of one convolution of an NHWC input, all that its methods need to know besides the numbers.
///
/// The kernel is `[rows.kernel, columns.kernel, inputChannels / groups, outputChannels]`; group `g` reads the `g`-th part of the
/// input channels and writes the `g`-th part of the output channels.
package struct ConvolutionGeometry: Sendable, Hashable {
  package let batch: Int
  package let inputChannels: Int
  package let outputChannels: Int
  package let groups: Int
  package let rows: WindowAxis
  package let columns: WindowAxis

  /// `nil` when the window does not fit or the channels do not divide into the groups.
  package init?(
    input: Shape, outputChannels: Int, kernelSize: Extent, stride: Extent = 1, dilation: Extent = 1,
    groups: Int = 1, padding: Padding = .valid
  ) {
    guard input.rank == 4, groups > 0, input[3] % groups == 0, outputChannels % groups == 0,
      let rows = WindowAxis(
        input: input[1], kernel: kernelSize.height, stride: stride.height, dilation: dilation.height,
        padding: padding, .rows),
      let columns = WindowAxis(
        input: input[2], kernel: kernelSize.width, stride: stride.width, dilation: dilation.width,
        padding: padding, .columns)
    else { return nil }
    batch = input[0]
    inputChannels = input[3]
    self.outputChannels = outputChannels
    self.groups = groups
    self.rows = rows
    self.columns = columns
  }

  /// The same convolution of a picture of that shape, to which margins of zeros were added first; `nil` for cut-off ones.
  package func reading(_ input: Shape, through margins: Margins) -> ConvolutionGeometry? {
    guard min(margins.top, margins.bottom, margins.left, margins.right) >= 0 else { return nil }
    let all = Margins(
      top: rows.before + margins.top, bottom: rows.after + margins.bottom,
      left: columns.before + margins.left, right: columns.after + margins.right)
    let padded = ConvolutionGeometry(
      input: input, outputChannels: outputChannels,
      kernelSize: Extent(height: rows.kernel, width: columns.kernel),
      stride: Extent(height: rows.stride, width: columns.stride),
      dilation: Extent(height: rows.dilation, width: columns.dilation), groups: groups,
      padding: .explicit(all))
    return padded?.outputDimensions == outputDimensions ? padded : nil
  }

  package var outputDimensions: [Int] { [batch, rows.output, columns.output, outputChannels] }
  package var outputPixels: Int { batch * rows.output * columns.output }
  package var channelsPerGroup: Int { inputChannels / groups }
  package var filtersPerGroup: Int { outputChannels / groups }
  /// The products summed for one output value.
  package var depth: Int { rows.kernel * columns.kernel * channelsPerGroup }
  package var kernelShape: Shape { [rows.kernel, columns.kernel, channelsPerGroup, outputChannels] }

  /// About how many floats of the input `pixels` output pixels read that follow each other.
  func floatsRead(by pixels: Int) -> Int {
    let lines =
      (pixels + columns.output - 1) / columns.output * rows.stride + (rows.kernel - 1) * rows.dilation
    let wholeLines = min(lines, batch * rows.input) * columns.input * inputChannels
    return min(pixels * depth * groups, wholeLines)
  }

  /// Whether output pixel `p` reads input pixel `p` and nothing else.
  package var isPointwise: Bool {
    rows.kernel == 1 && columns.kernel == 1 && rows.stride == 1 && columns.stride == 1
      && rows.output == rows.input && columns.output == columns.input && rows.before == 0
      && columns.before == 0
  }
}

/// What happens to finished output pixels while they are in the cache: `pixels` rows of all channels, starting at the pointer.
package typealias Epilogue = (UnsafeMutablePointer<Float>, _ pixels: Int) -> Void

/// Fills `pixels` rows with the bias, or with zeros.
func fill(
  _ output: UnsafeMutablePointer<Float>, pixels: Int, channels: Int, bias: UnsafePointer<Float>?
) {
  guard let bias else { return output.update(repeating: 0, count: pixels * channels) }
  for pixel in 0..<pixels { (output + pixel * channels).update(from: bias, count: channels) }
}
