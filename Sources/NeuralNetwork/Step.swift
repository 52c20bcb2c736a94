import Convolution
import TensorCore

/// One computation of a compiled network: a layer, a part of one (a convolution before its activation), or several fused.
///
/// Steps are numbered in the order of execution and make one value each, known by the same number.
struct Step: Sendable {
  enum Computation: Sendable {
    /// The picture, copied in.
    case input(name: String)
    case constant(Tensor)
    /// Of the first input, times the last one with ``isGated``; one between or behind them is added to the sums.
    case convolution(ConvolutionGeometry, kernel: Tensor, bias: Tensor?)
    /// The same with its method chosen and its weights packed: what runs.
    case prepared(PreparedConvolution)
    case transposedConvolution(TransposedGeometry, kernel: Tensor, bias: Tensor?)
    case dense(kernel: Tensor, bias: Tensor?)
    /// `x * scale[c] + offset[c]`: batch normalisation, a scale, a rescaling.
    case affine(scale: Tensor, offset: Tensor)
    case localResponse(LocalResponseNormalization)
    case instanceNormalization(epsilon: Float, gamma: Tensor, beta: Tensor)
    case standardization(axes: [Int], epsilon: Float)
    /// Standardization of each pixel's channels, then a scale and an offset for each.
    case pixelNormalization(epsilon: Float, scale: Tensor, offset: Tensor)
    /// Nothing but the fused activation, in place where it can.
    case activation
    /// With `keepsPositions`, where the maxima lie is kept for an unpooling.
    case maximumPooling(PoolingGeometry, keepsPositions: Bool)
    case averagePooling(PoolingGeometry, countsPadding: Bool)
    case globalMaximum
    case adaptiveAverage(Extent)
    /// `pooling`: the step whose positions are read.
    case maximumUnpooling(pooling: Int)
    case upSampling(Extent, Interpolation)
    case resizing(Resizing)
    case reduction(ReductionKind, axes: [Int])
    /// The axes in another order.
    case transpose([Int])
    /// The axes of the input, seen as an array of that shape, in another order: several steps of that kind in one.
    case rearrangement(seen: Shape, order: [Int])
    /// The first channels of all parts, then the second ones, ...: the parts are as many inputs, or the groups of one.
    case interleaving(parts: Int)
    /// Another shape of the same memory.
    case view
    /// Margins of zeros, or cut off where negative.
    case margins(Margins)
    /// Margins that a boundary supplies.
    case padding(Margins, Boundary)
    case elementwise(Elementwise)
    /// The first input `[N, H, W, C]` times the second, `[N, 1, 1, C]`: squeeze-and-excitation's gates.
    case channelGates
    /// Of the matrices in the last two axes.
    case matrixProduct
    case concatenation
    /// The inputs, and a part of the input, along an axis that is not the channels'.
    case join(axis: Int)
    case slice(axis: Int, from: Int)
    case channels(Range<Int>)
    /// The channels from `before` on, zeros around them.
    case channelPadding(before: Int)
  }

  /// The layer it is of, or part of; of fused ones the last.
  let layer: String
  var computation: Computation
  /// The values read, in order.
  var inputs: [Int]
  var shape: Shape
  /// Applied to the result while it is in the cache.
  var activation = Activation.linear
  var slopes: Tensor?
  /// Whether a convolution's last input holds numbers that the channels of its first are multiplied by.
  var isGated = false

  var channels: Int { shape.rank == 0 ? 1 : shape[-1] }
  /// The input that a convolution adds to its sums.
  var residual: Int? { inputs.count == (isGated ? 3 : 2) ? inputs[1] : nil }
  var pixels: Int { channels == 0 ? 0 : shape.count / channels }
}

extension Step {
  /// The same step as it runs: a convolution knows its method, and its weights are packed.
  func prepared() -> Step {
    guard case .convolution(let geometry, let kernel, let bias) = computation else { return self }
    var step = self
    step.computation = .prepared(
      PreparedConvolution(
        geometry, by: .best(for: geometry), kernel: kernel, bias: bias))
    return step
  }
}
