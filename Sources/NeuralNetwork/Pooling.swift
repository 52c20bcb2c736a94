public import Convolution

/// The maximum or the mean of every window, per channel.
public struct Pooling: Sendable, Hashable {
  public enum Kind: String, Sendable, Hashable { case maximum, average }

  /// How the number of windows is rounded where the last one does not fit.
  public enum Rounding: Sendable, Hashable {
    /// Keras, ONNX and PyTorch by default.
    case down
    /// Caffe, and PyTorch's `ceil_mode`: a window that would start in the bottom or right padding is dropped.
    case up
  }

  public var kind: Kind
  public var size: Extent
  public var stride: Extent
  /// How far apart the pixels of a window lie.
  public var dilation: Extent
  public var padding: Padding
  public var rounding: Rounding
  /// Whether an average counts the padded zeros (Caffe, and PyTorch by default) or divides by the pixels inside (Keras, ONNX by default).
  public var countsPadding: Bool

  public init(
    _ kind: Kind, size: Extent, stride: Extent, dilation: Extent = 1, padding: Padding = .valid,
    rounding: Rounding = .down, countsPadding: Bool = false
  ) {
    self.kind = kind
    self.size = size
    self.stride = stride
    self.dilation = dilation
    self.padding = padding
    self.rounding = rounding
    self.countsPadding = countsPadding
  }
}
