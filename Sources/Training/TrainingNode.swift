import Convolution
import NeuralNetwork
import TensorCore

/// One computation of a network in training, for one batch size: a layer, or a layer's own activation.
struct TrainingNode: Sendable {
  enum Computation: Sendable {
    case input
    /// By gathered windows, for what samples cannot be computed one by one.
    case convolution(ConvolutionGeometry, kernel: Range<Int>, bias: Range<Int>?)
    /// With the relu and the max-pooling that follow it, if any.
    case sampleConvolution(SampleConvolution, kernel: Range<Int>, bias: Range<Int>?)
    /// `geometry` is the convolution from the output to the input whose gradient this layer is.
    case transposedConvolution(ConvolutionGeometry, kernel: Range<Int>, bias: Range<Int>?)
    case dense(kernel: Range<Int>, bias: Range<Int>?)
    case batchNormalization(NormalizationRanges, epsilon: Float, momentum: Float, usesBatch: Bool)
    case channelScale(gamma: Range<Int>?, beta: Range<Int>?)
    case rescaling(scale: [Float], offset: [Float])
    /// In place where the derivative follows from the output and nobody else reads the input.
    case activation(Activation, slopes: Range<Int>?)
    case maximumPooling(PoolingGeometry)
    case averagePooling(PoolingGeometry, countsPadding: Bool)
    /// Writes each value where node `pooling` found its maximum.
    case maximumUnpooling(pooling: Int)
    case upSampling(Extent)
    case margins(Margins)
    case padding(Margins, Boundary)
    /// Bilinear up-sampling, resizing, averages over adaptive windows.
    case resampling(SeparableTaps)
    case localResponse(LocalResponseNormalization)
    case standardization(axes: [Int], epsilon: Float)
    case reduction(ReductionKind, axes: [Int])
    /// Numbers that are the same in every step.
    case constant(Range<Int>)
    case transpose([Int])
    case slice(axis: Int, from: Int)
    case join(axis: Int)
    case dropout(rate: Float, salt: UInt64)
    /// The same numbers in the same order.
    case copy
    /// Of values of one shape.
    case sum
    /// Of values of which some may be repeated along axes of extent 1.
    case elementwise(Elementwise)
    /// Of the matrices in the last two axes.
    case matrixProduct
    case concatenation
    /// Channel `c` is the input's channel `c + offset`, or 0 where it has none.
    case channelWindow(offset: Int)
  }

  struct NormalizationRanges: Sendable {
    var gamma: Range<Int>?
    var beta: Range<Int>?
    var mean: Range<Int>
    var variance: Range<Int>
  }

  /// The layer it belongs to, as messages name it.
  var layer: String
  var computation: Computation
  var inputs: [Int]
  let shape: Shape
  /// Whether the value overwrites its input's.
  var isInPlace = false
  /// Whether another node does the work: the one before where it is in place, else one that follows.
  var isAbsorbed = false
  /// Whether a batch normalisation or a sum does the work of a relu after it.
  var rectifies = false
  /// Of a convolution the batch normalisation that alone reads it: it is measured while samples are in the cache, and what
  /// comes back through the normalisation is worked out there too.
  var normalization: Int?
  /// Of a sum the batch normalisation among its terms whose work it does.
  var normalizes: Int?
  /// Whether the value is kept; a batch normalisation's is not where a sum does its work.
  var keepsValue = true
  /// The inputs of a sum whose gradients are its own, in one place.
  var sharesGradient: [Int] = []
  /// Whether a weight of its own is trained.
  var trainsWeights = false
  /// Whether a weight that is trained lies here or before.
  var needsGradient = false

  /// The windows of a max-pooling, alone or behind a convolution.
  var maximumPooling: PoolingGeometry? {
    switch computation {
    case .maximumPooling(let geometry): geometry
    case .sampleConvolution(let convolution, _, _): convolution.pooling
    default: nil
    }
  }

  /// Whether its gradient is worked out from its value, which then nobody may overwrite.
  var gradientNeedsValue: Bool {
    switch computation {
    case .reduction(let kind, _): kind == .minimum || kind == .maximum
    case .elementwise(let kind): kind == .minimum || kind == .maximum || kind == .divide
    case .standardization: true
    default: false
    }
  }

  var channels: Int { shape[-1] }
  var pixels: Int { shape.count / max(1, shape[-1]) }
}
