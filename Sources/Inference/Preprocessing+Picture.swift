public import Imaging
public import NeuralNetwork
public import TensorCore

extension Preprocessing {
  /// A network's input `[1, H, W, C]` shown back as a picture: the mapping of values undone, channels in RGB order or grey.
  ///
  /// What the network saw after resizing, cropping and padding, rounded and clipped to 0...255; values that are NaN are
  /// drawn black. `nil` for inputs that are no picture: other ranks, several samples, channels other than 1 and 3.
  ///
  /// Throws `ImagingError` when there is no memory for the picture.
  public func picture(showing input: Tensor) throws -> Image? {
    guard input.shape.rank == 4, input.shape[0] == 1, [1, 3].contains(input.shape[3]), scale != 0,
      [1, input.shape[3]].contains(mean.count), [1, input.shape[3]].contains(deviation.count)
    else { return nil }
    let channels = input.shape[3]
    let pixels = picture(of: input).scalars.map { code in
      code.isNaN ? 0 : UInt8(max(0, min(255, code.rounded(.toNearestOrAwayFromZero))))
    }
    return try Image(pixels: pixels, height: input.shape[1], width: input.shape[2], channels: channels)
  }
}
