public import TensorCore

/// What can be wrong with a kernel or a picture that comes from outside.
///
/// Rows and columns count from 1, as people who wrote the text count them.
public enum ConvolutionError: Error, Sendable, Equatable {
  /// The text holds no number at all.
  case emptyKernel
  /// One place of the kernel's text is not a finite number.
  case notANumber(row: Int, column: Int, found: String)
  /// A row of the kernel's text is longer or shorter than the first.
  case unevenRow(row: Int, expected: Int, found: Int)
  /// A tensor that is no kernel: it needs `[rows, columns]`, with no axis empty.
  case notAKernel(shape: Shape)
  /// A tensor that is no picture: it needs `[H, W]`, `[H, W, C]` or `[N, H, W, C]`, with no axis empty.
  case notAPicture(shape: Shape)
  /// ``OutputMode/valid`` leaves nothing: the kernel is larger than the picture.
  case kernelLargerThanPicture(kernel: Extent, picture: Extent)
  /// A standard deviation, or a cut in deviations, that no Gaussian has or whose kernel would be beyond measure.
  case noGaussian(sigma: Double, truncate: Double)
  /// A template and a picture of different numbers of channels.
  case differentChannels(template: Int, picture: Int)
  /// A template in which nothing varies, or that has values that are not finite: it matches nothing.
  case featurelessTemplate
}

extension ConvolutionError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .emptyKernel:
      "the kernel is empty: write its rows separated by semicolons, such as \"0 1 2; 2 2 0; 0 1 2\""
    case .notANumber(let row, let column, let found):
      "kernel row \(row), column \(column): \"\(found)\" is not a finite number"
    case .unevenRow(let row, let expected, let found):
      "kernel row \(row) has \(found) \(found == 1 ? "number" : "numbers"), but row 1 has \(expected)"
    case .notAKernel(let shape):
      "a tensor of shape \(shape) is not a kernel: it needs [rows, columns], both at least 1"
    case .notAPicture(let shape):
      "a tensor of shape \(shape) is not a picture: it needs [H, W], [H, W, C] or [N, H, W, C] with no axis empty"
    case .kernelLargerThanPicture(let kernel, let picture):
      "a kernel of \(kernel) (height x width) fits nowhere inside a picture of \(picture): "
        + "mode valid has no output; use same or full"
    case .noGaussian(let sigma, let truncate):
      "a Gaussian of sigma \(sigma) cut at \(truncate) deviations: sigma must be above 0, the cut at least 0, "
        + "and sigma times the cut at most 1000000 pixels"
    case .differentChannels(let template, let picture):
      "a template of \(template) \(template == 1 ? "channel" : "channels") cannot be found in a picture of \(picture)"
    case .featurelessTemplate:
      "the template is the same everywhere, or has values that are not finite: there is nothing to look for"
    }
  }
}
