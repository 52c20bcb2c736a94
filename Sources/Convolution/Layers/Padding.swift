/// Rows and columns added around a picture, in pixels; negative in a cropping.
public struct Margins: Sendable, Hashable {
  public let top: Int
  public let bottom: Int
  public let left: Int
  public let right: Int

  public init(top: Int, bottom: Int, left: Int, right: Int) {
    self.top = top
    self.bottom = bottom
    self.left = left
    self.right = right
  }

  /// The same margin on all four sides.
  public init(_ side: Int) { self.init(top: side, bottom: side, left: side, right: side) }

  public static let none = Margins(0)
}

/// How a layer that slides a window treats the border of its input.
public enum Padding: Sendable, Hashable {
  /// Only windows that lie wholly inside the input.
  case valid
  /// TensorFlow's `same`: `ceil(n / stride)` outputs; an odd pixel of padding goes to the bottom and the right (ONNX `SAME_UPPER`).
  case same
  /// As ``same`` with the odd pixel at the top and the left (ONNX `SAME_LOWER`).
  case sameLower
  /// So many rows and columns, as Caffe, PyTorch and ONNX give them.
  case explicit(Margins)
}
