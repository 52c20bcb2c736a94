public import Convolution

/// What a layer computes.
///
/// Activations are NHWC, dense ones `[N, C]`; kernels are HWIO.
///
/// Definitions follow Keras 3 unless a case says otherwise.
public enum Operation: Sendable, Hashable {
  /// Where a picture enters. `nil` extents are free.
  case input(InputShape)
  /// The same numbers for every sample, the weight `value`: extents as they lie here, the first one 1.
  case constant([Int])

  case convolution(Convolution2D)
  case transposedConvolution(TransposedConvolution2D)
  case depthwiseConvolution(DepthwiseConvolution2D)
  case separableConvolution(SeparableConvolution2D)
  case dense(Dense)

  case batchNormalization(BatchNormalization)
  /// `x * gamma + beta` per channel, or one of the two alone (Caffe `Scale`, ONNX experimental `Affine`).
  case channelScale(ChannelScale)
  case localResponseNormalization(LocalResponseNormalization)
  /// Per sample and channel over rows and columns, with weights `gamma` and `beta` (ONNX `InstanceNormalization`).
  case instanceNormalization(epsilon: Float)
  case groupNormalization(GroupNormalization)
  case layerNormalization(LayerNormalization)
  /// `(x - mean) / sqrt(variance + epsilon)`, both over `axes` of each sample, counted as in ``join(axis:)`` (ONNX
  /// `MeanVarianceNormalization`).
  case standardization(axes: [Int], epsilon: Float)

  case activation(Activation)
  case pooling(Pooling)
  /// Over all rows and columns: `[N, C]`, or `[N, 1, 1, C]` when `keepsAxes`.
  case globalPooling(Pooling.Kind, keepsAxes: Bool)
  /// PyTorch `AdaptiveAvgPool2d`: average over as many nearly equal windows as the output has pixels.
  case adaptiveAveragePooling(Extent)
  /// Writes each value where the named max-pooling layer found its maximum (PyTorch `MaxUnpool2d`, SegNet).
  case maxUnpooling(pooling: String)
  case upSampling(Extent, Interpolation)
  case resizing(Resizing)
  /// All values along `axes`, counted as in ``join(axis:)``, made one; the axes stay with extent 1 when `keepsAxes`.
  case reduction(ReductionKind, axes: [Int], keepsAxes: Bool)

  /// `[N, H, W, C]` to `[N, H*W*C]`, elements in the order the network's dense kernel expects.
  case flatten(ElementOrder)
  /// The extents after the first axis; one may be -1. Elements are taken in `order`.
  case reshape([Int], ElementOrder)
  case zeroPadding(Margins)
  /// Rows and columns around the picture that a boundary supplies; where a margin is negative they are cut off.
  case padding(Margins, Boundary)
  case cropping(Margins)
  /// Nothing at inference.
  case dropout(rate: Float)
  /// Passes its input on (Keras `Activation('linear')`, ONNX `Identity`, layers that act only in training).
  case identity

  case add
  case subtract
  case multiply
  case divide
  case average
  case minimum
  case maximum
  /// The matrices in the last two axes of two values multiplied, as numpy's `matmul`; the axes before them, the samples' among
  /// them, are equal or 1, and the values have as many axes each.
  case matrixProduct
  /// Along the channels.
  case concatenate
  /// One after another along an axis of the values as they lie here: 1 are the rows of a picture, 2 its columns.
  case join(axis: Int)
  /// Channels become the pixels of blocks of that side (ONNX `DepthToSpace`, PyTorch `PixelShuffle`).
  case depthToSpace(Int, BlockOrder)
  /// The pixels of blocks of that side become channels (ONNX `SpaceToDepth`, PyTorch `PixelUnshuffle`).
  case spaceToDepth(Int, BlockOrder)
  /// The channels `range` of the input.
  case channels(Range<Int>)
  /// The part `range` along an axis counted as in ``join(axis:)``.
  case slice(axis: Int, Range<Int>)
  /// The axes in another order: axis `i` of the result is axis `order[i]` of the input as it lies here; the samples stay first.
  case permute([Int])
  /// So many channels of zeros before and after those of the input (He et al. 2015, shortcuts of option A).
  case channelPadding(before: Int, after: Int)
  /// `x * scale + offset` with the same numbers everywhere (Keras `Rescaling`; one number, or one a channel).
  case rescaling(scale: [Float], offset: [Float])
}

/// A picture's extents without the sample axis; `nil` where any extent will do.
///
/// Dense inputs have only channels.
public struct InputShape: Sendable, Hashable {
  public let height: Int?
  public let width: Int?
  public let channels: Int?
  /// Whether the input is a vector `[N, channels]` rather than a picture `[N, H, W, C]`.
  public let isVector: Bool

  public init(height: Int? = nil, width: Int? = nil, channels: Int?, isVector: Bool = false) {
    self.height = height
    self.width = width
    self.channels = channels
    self.isVector = isVector
  }
}

/// Whether the elements of a picture are counted channel-last (`HWC`: TensorFlow) or channel-first (`CHW`: Caffe, PyTorch, ONNX).
public enum ElementOrder: Sendable, Hashable { case channelsLast, channelsFirst }

/// How the channels that stand for a block of pixels are counted: all channels of one pixel after another (ONNX `DCR`), or all
/// pixels of one channel after another (ONNX `CRD`, PyTorch).
public enum BlockOrder: Sendable, Hashable { case pixelsFirst, channelsFirst }

/// How up-sampling fills the new pixels.
public enum Interpolation: Sendable, Hashable { case nearest, bilinear }

/// Convolution with a kernel `[height, width, inputChannels / groups, filters]` and a bias `[filters]`.
public struct Convolution2D: Sendable, Hashable {
  public var filters: Int
  public var kernelSize: Extent
  public var stride: Extent
  public var dilation: Extent
  public var groups: Int
  public var padding: Padding
  public var usesBias: Bool
  public var activation: Activation

  public init(
    filters: Int, kernelSize: Extent, stride: Extent = 1, dilation: Extent = 1, groups: Int = 1,
    padding: Padding = .valid, usesBias: Bool = true, activation: Activation = .linear
  ) {
    self.filters = filters
    self.kernelSize = kernelSize
    self.stride = stride
    self.dilation = dilation
    self.groups = groups
    self.padding = padding
    self.usesBias = usesBias
    self.activation = activation
  }
}

/// The gradient of a convolution used as a layer; kernel `[height, width, filters, inputChannels]` as Keras stores it.
public struct TransposedConvolution2D: Sendable, Hashable {
  public var filters: Int
  public var kernelSize: Extent
  public var stride: Extent
  public var dilation: Extent
  public var padding: Padding
  /// Rows and columns added at the bottom and right (PyTorch, ONNX `output_padding`).
  public var outputPadding: Extent
  public var groups: Int
  public var usesBias: Bool
  public var activation: Activation

  public init(
    filters: Int, kernelSize: Extent, stride: Extent = 1, dilation: Extent = 1, padding: Padding = .valid,
    outputPadding: Extent = 0, groups: Int = 1, usesBias: Bool = true, activation: Activation = .linear
  ) {
    self.filters = filters
    self.kernelSize = kernelSize
    self.stride = stride
    self.dilation = dilation
    self.padding = padding
    self.outputPadding = outputPadding
    self.groups = groups
    self.usesBias = usesBias
    self.activation = activation
  }
}

/// Each channel with kernels of its own; kernel `[height, width, inputChannels, depthMultiplier]`, output channel `c * multiplier + m`.
public struct DepthwiseConvolution2D: Sendable, Hashable {
  public var depthMultiplier: Int
  public var kernelSize: Extent
  public var stride: Extent
  public var dilation: Extent
  public var padding: Padding
  public var usesBias: Bool
  public var activation: Activation

  public init(
    depthMultiplier: Int = 1, kernelSize: Extent, stride: Extent = 1, dilation: Extent = 1,
    padding: Padding = .valid, usesBias: Bool = true, activation: Activation = .linear
  ) {
    self.depthMultiplier = depthMultiplier
    self.kernelSize = kernelSize
    self.stride = stride
    self.dilation = dilation
    self.padding = padding
    self.usesBias = usesBias
    self.activation = activation
  }
}

/// A depthwise convolution without bias, then a 1x1 convolution `[1, 1, inputChannels * depthMultiplier, filters]` with bias.
public struct SeparableConvolution2D: Sendable, Hashable {
  public var depthwise: DepthwiseConvolution2D
  public var filters: Int
  public var usesBias: Bool
  public var activation: Activation

  public init(
    depthwise: DepthwiseConvolution2D, filters: Int, usesBias: Bool = true, activation: Activation = .linear
  ) {
    self.depthwise = depthwise
    self.filters = filters
    self.usesBias = usesBias
    self.activation = activation
  }
}

/// `x W + b` over the last axis, kernel `[inputs, units]`.
public struct Dense: Sendable, Hashable {
  public var units: Int
  public var usesBias: Bool
  public var activation: Activation

  public init(units: Int, usesBias: Bool = true, activation: Activation = .linear) {
    self.units = units
    self.usesBias = usesBias
    self.activation = activation
  }
}

/// `gamma * (x - mean) / sqrt(variance + epsilon) + beta` per channel, with the stored statistics at inference.
public struct BatchNormalization: Sendable, Hashable {
  public var epsilon: Float
  /// The share of the old moving statistics kept at each training step (Keras's meaning).
  public var momentum: Float
  /// Whether there is a `gamma`.
  public var scales: Bool
  /// Whether there is a `beta`.
  public var centers: Bool

  public init(epsilon: Float = 1e-3, momentum: Float = 0.99, scales: Bool = true, centers: Bool = true) {
    self.epsilon = epsilon
    self.momentum = momentum
    self.scales = scales
    self.centers = centers
  }
}

/// Per sample over the rows, the columns and the channels of each of `groups` groups, then `gamma` and `beta` a channel (Wu and He
/// 2018).
public struct GroupNormalization: Sendable, Hashable {
  public var groups: Int
  public var epsilon: Float
  /// Whether there is a `gamma`.
  public var scales: Bool
  /// Whether there is a `beta`.
  public var centers: Bool

  public init(groups: Int, epsilon: Float = 1e-3, scales: Bool = true, centers: Bool = true) {
    self.groups = groups
    self.epsilon = epsilon
    self.scales = scales
    self.centers = centers
  }
}

/// Over the last axis, the channels of each pixel, then `gamma` and `beta` a channel (Ba, Kiros and Hinton 2016).
public struct LayerNormalization: Sendable, Hashable {
  public var epsilon: Float
  /// Whether there is a `gamma`.
  public var scales: Bool
  /// Whether there is a `beta`.
  public var centers: Bool

  public init(epsilon: Float = 1e-3, scales: Bool = true, centers: Bool = true) {
    self.epsilon = epsilon
    self.scales = scales
    self.centers = centers
  }
}

/// Which weights a per-channel scale has.
public struct ChannelScale: Sendable, Hashable {
  /// Whether there is a `gamma`.
  public var scales: Bool
  /// Whether there is a `beta`.
  public var usesBias: Bool

  public init(scales: Bool = true, usesBias: Bool = true) {
    self.scales = scales
    self.usesBias = usesBias
  }
}

/// `x / (bias + alpha * sum x^2)^beta` over `size` neighbouring channels.
///
/// As in Krizhevsky, Sutskever and Hinton (2012). `alpha` multiplies the sum itself; Caffe and PyTorch divide theirs by `size`, and importers have done so.
public struct LocalResponseNormalization: Sendable, Hashable {
  public var size: Int
  public var alpha: Float
  public var beta: Float
  public var bias: Float

  public init(size: Int, alpha: Float, beta: Float, bias: Float) {
    self.size = size
    self.alpha = alpha
    self.beta = beta
    self.bias = bias
  }
}
