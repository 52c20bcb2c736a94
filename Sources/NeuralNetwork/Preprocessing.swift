package import TensorCore

/// What turns a picture (RGB, 0...255) into the numbers a network was trained on; it travels with the network.
///
/// A value becomes `(x * scale - mean[c]) / deviation[c]`, `c` counted in ``channelOrder``; where there is a ``meanImage``,
/// its value at the pixel takes the place of `mean[c]`.
///
/// ```swift
/// Preprocessing.caffe(height: 224, width: 224)   // BGR, minus 103.939, 116.779, 123.68
/// ```
public struct Preprocessing: Sendable, Hashable {
  public enum ChannelOrder: String, Sendable, Hashable { case rgb, bgr, grey }

  /// How the picture is brought to the input size.
  public enum Fit: Sendable, Hashable {
    /// To the exact size, whatever the aspect (Keras `load_img`).
    case stretch
    /// Whole picture inside, the rest filled with the pad colour (RGB, 0...255).
    case contain(padColour: [Float])
    /// Short side to `shortSide` (or to the input size), then the central crop.
    case cover(shortSide: Int?)
  }

  public enum Resampling: String, Sendable, Hashable { case nearest, linear, cubic, lanczos3 }

  public var height: Int?
  public var width: Int?
  public var channelOrder: ChannelOrder
  public var fit: Fit
  public var resampling: Resampling
  public var scale: Float
  /// One number a channel, or a single one for all.
  public var mean: [Float]
  /// Caffe's mean of all training pictures.
  ///
  /// It may be larger than the input: Caffe brings the picture to its size, subtracts, and cuts out the middle, and so does
  /// ``Fit/stretch`` here; in any case the middle of it counts.
  public var meanImage: MeanImage?
  /// One number a channel, or a single one for all.
  public var deviation: [Float]

  public init(
    height: Int? = nil, width: Int? = nil, channelOrder: ChannelOrder = .rgb, fit: Fit = .stretch,
    resampling: Resampling = .linear, scale: Float = 1, mean: [Float] = [0], deviation: [Float] = [1]
  ) {
    self.height = height
    self.width = width
    self.channelOrder = channelOrder
    self.fit = fit
    self.resampling = resampling
    self.scale = scale
    self.mean = mean
    self.deviation = deviation
  }

  /// The part of the mean image that lies over an input of this size; `nil` without one, or where it does not suit.
  package func meanPixels(height: Int, width: Int, channels: Int) -> Tensor? {
    meanImage?.centre(height: height, width: width, channels: channels)
  }

  /// Keras's `caffe` mode: BGR, the ImageNet mean subtracted, not scaled.
  public static func caffe(height: Int? = nil, width: Int? = nil) -> Preprocessing {
    Preprocessing(height: height, width: width, channelOrder: .bgr, mean: [103.939, 116.779, 123.68])
  }

  /// Keras's `tf` mode: RGB, `x / 127.5 - 1`.
  public static func tf(height: Int? = nil, width: Int? = nil) -> Preprocessing {
    Preprocessing(height: height, width: width, mean: [127.5], deviation: [127.5])
  }

  /// Keras's `torch` mode and torchvision: RGB, `x / 255`, ImageNet mean and deviation.
  public static func torch(height: Int? = nil, width: Int? = nil) -> Preprocessing {
    Preprocessing(
      height: height, width: width, scale: 1 / 255, mean: [0.485, 0.456, 0.406],
      deviation: [0.229, 0.224, 0.225])
  }
}
