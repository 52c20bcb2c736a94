import Convolution
import TensorCore

/// The layers of a network as steps, nothing fused yet: one step a layer, two where a layer carries an activation.
struct Lowering {
  private(set) var steps: [Step] = []
  /// The step that makes a layer's output, and that before its own activation.
  private(set) var valueOf: [String: Int] = [:]
  private(set) var linearValueOf: [String: Int] = [:]

  private var current = ""
  private let network: Network
  private let shapes: [String: Shape]
  private let unpooled: Set<String>

  /// Lowers `layers`, which must be in the order of execution and hold all that they read, with their inferred shapes.
  init(_ layers: [Layer], of network: Network, shapes: [String: Shape]) {
    self.network = network
    self.shapes = shapes
    unpooled = Set(
      layers.compactMap { if case .maxUnpooling(let pooling) = $0.operation { pooling } else { nil } })
    for layer in layers { lower(layer) }
  }

  private mutating func append(_ computation: Step.Computation, _ inputs: [Int], _ shape: Shape) -> Int {
    steps.append(Step(layer: current, computation: computation, inputs: inputs, shape: shape))
    return steps.count - 1
  }

  private mutating func lower(_ layer: Layer) {
    let inputs = layer.inputs.compactMap { valueOf[$0] }
    current = layer.name
    // Shapes have been inferred for every layer, and weights are complete, by the checks of Graph and Network.
    guard let output = shapes[layer.name] else { return }
    let linear = lowerBeforeActivation(layer, inputs, output)
    linearValueOf[layer.name] = linear
    valueOf[layer.name] = linear
    if layer.operation.ownActivation != .linear {
      let value = append(.activation, [linear], output)
      steps[value].activation = layer.operation.ownActivation
      steps[value].slopes = network.weight(.slope, of: layer)
      valueOf[layer.name] = value
    }
  }

  /// The step of the layer without its own activation.
  private mutating func lowerBeforeActivation(_ layer: Layer, _ inputs: [Int], _ output: Shape) -> Int {
    let shape = inputs.first.map { steps[$0].shape } ?? output
    let kernel = network.weight(.kernel, of: layer) ?? Tensor(repeating: 0, shape: [0])
    let bias = network.weight(.bias, of: layer)
    func view() -> (Step.Computation, [Int]) { (.view, inputs) }
    switch layer.operation {
    case .input:
      return append(.input(name: layer.name), [], output)
    case .constant:
      guard let value = network.weight(.value, of: layer) else { break }
      return append(.constant(value), [], output)
    case .convolution(let c):
      guard let geometry = c.geometry(for: shape) else { break }
      return append(
        .convolution(geometry, kernel: kernel, bias: bias), inputs, output)
    case .depthwiseConvolution(let c):
      guard let geometry = c.geometry(for: shape) else { break }
      return append(
        .convolution(geometry, kernel: kernel, bias: bias), inputs, output)
    case .separableConvolution(let c):
      guard let depthwise = c.depthwise.geometry(for: shape) else { break }
      let middle = Shape(depthwise.outputDimensions)
      guard let pointwise = c.pointwiseGeometry(for: middle),
        let pointwiseKernel = network.weight(.pointwiseKernel, of: layer)
      else { break }
      let first = append(
        .convolution(depthwise, kernel: kernel, bias: nil), inputs, middle)
      return append(
        .convolution(pointwise, kernel: pointwiseKernel, bias: bias), [first], output)
    case .transposedConvolution(let c):
      guard let geometry = c.geometry(for: shape) else { break }
      return append(.transposedConvolution(geometry, kernel: kernel, bias: bias), inputs, output)
    case .dense:
      if let geometry = pixelwise(shape, units: kernel.shape[-1]) {
        return append(
          .convolution(geometry, kernel: kernel.reshaped(geometry.kernelShape), bias: bias), inputs, output)
      }
      return append(.dense(kernel: kernel, bias: bias), inputs, output)
    case .batchNormalization(let b):
      return append(normalization(b, of: layer, channels: shape[-1]), inputs, output)
    case .channelScale:
      return append(scale(of: layer, channels: shape[-1]), inputs, output)
    case .rescaling(let scale, let offset):
      func spread(_ numbers: [Float]) -> Tensor {
        numbers.count == 1
          ? Tensor(repeating: numbers[0], shape: [shape[-1]]) : Tensor(numbers, shape: [numbers.count])
      }
      return append(.affine(scale: spread(scale), offset: spread(offset)), inputs, output)
    case .localResponseNormalization(let l):
      return append(.localResponse(l), inputs, output)
    case .instanceNormalization(let epsilon):
      guard let gamma = network.weight(.gamma, of: layer), let beta = network.weight(.beta, of: layer)
      else { break }
      return append(.instanceNormalization(epsilon: epsilon, gamma: gamma, beta: beta), inputs, output)
    case .layerNormalization(let l):
      let standard = append(
        .standardization(axes: [shape.rank - 1], epsilon: l.epsilon), inputs, output)
      return append(scale(of: layer, channels: shape[-1]), [standard], output)
    case .groupNormalization(let g):
      let (seen, axes) = g.grouped(shape)
      let groups = append(.view, inputs, seen)
      let standard = append(.standardization(axes: axes, epsilon: g.epsilon), [groups], seen)
      let channels = append(.view, [standard], output)
      return append(scale(of: layer, channels: shape[-1]), [channels], output)
    case .depthToSpace(let side, let order):
      return lowerBlocks(order.spreading(shape, side: side), inputs, to: output)
    case .spaceToDepth(let side, let order):
      return lowerBlocks(order.gathering(shape, side: side), inputs, to: output)
    case .standardization(let axes, let epsilon):
      return append(.standardization(axes: axes, epsilon: epsilon), inputs, output)
    case .reduction(.mean, axes: [1, 2], _) where shape.rank == 4:
      return append(.adaptiveAverage(1), inputs, output)
    case .reduction(let kind, let axes, _):
      return append(.reduction(kind, axes: axes), inputs, output)
    case .resizing(let resizing):
      return append(.resizing(resizing), inputs, output)
    case .padding(let margins, let boundary):
      return append(.padding(margins, boundary), inputs, output)
    case .activation(let activation):
      let value = append(.activation, inputs, output)
      steps[value].activation = activation
      steps[value].slopes = network.weight(.slope, of: layer)
      return value
    case .pooling(let p):
      guard let geometry = p.geometry(for: shape) else { break }
      return append(
        p.kind == .maximum
          ? .maximumPooling(geometry, keepsPositions: unpooled.contains(layer.name))
          : .averagePooling(geometry, countsPadding: p.countsPadding), inputs, output)
    case .globalPooling(let kind, _):
      return append(kind == .maximum ? .globalMaximum : .adaptiveAverage(1), inputs, output)
    case .adaptiveAveragePooling(let size):
      return append(.adaptiveAverage(size), inputs, output)
    case .maxUnpooling(let pooling):
      guard let step = valueOf[pooling] else { break }
      return append(.maximumUnpooling(pooling: step), inputs, output)
    case .upSampling(let factor, let interpolation):
      return append(.upSampling(factor, interpolation), inputs, output)
    case .flatten(.channelsFirst) where shape.rank == 4:
      let planes = append(.transpose([0, 3, 1, 2]), inputs, [shape[0], shape[3], shape[1], shape[2]])
      return append(.view, [planes], output)
    case .reshape(_, .channelsFirst):
      return lowerPlanarReshape(from: shape, inputs, to: output)
    case .flatten, .reshape, .dropout, .identity:
      return append(.view, inputs, output)
    case .zeroPadding(let margins):
      return append(.margins(margins), inputs, output)
    case .cropping(let m):
      let margins = Margins(top: -m.top, bottom: -m.bottom, left: -m.left, right: -m.right)
      return append(.margins(margins), inputs, output)
    case .add: return append(.elementwise(.add), inputs, output)
    case .subtract: return append(.elementwise(.subtract), inputs, output)
    case .multiply: return append(.elementwise(.multiply), inputs, output)
    case .divide: return append(.elementwise(.divide), inputs, output)
    case .average: return append(.elementwise(.average), inputs, output)
    case .minimum: return append(.elementwise(.minimum), inputs, output)
    case .maximum: return append(.elementwise(.maximum), inputs, output)
    case .matrixProduct: return append(.matrixProduct, inputs, output)
    case .concatenate:
      return append(.concatenation, inputs, output)
    case .join(let axis):
      return append(axis == shape.rank - 1 ? .concatenation : .join(axis: axis), inputs, output)
    case .channels(let range):
      return append(.channels(range), inputs, output)
    case .slice(let axis, let range):
      return append(
        axis == shape.rank - 1 ? .channels(range) : .slice(axis: axis, from: range.lowerBound), inputs, output
      )
    case .permute(let order):
      return append(.transpose(order), inputs, output)
    case .channelPadding(let before, _):
      return append(.channelPadding(before: before), inputs, output)
    }
    preconditionFailure("layer '\(layer.name)' was not checked before it was compiled")
  }

  /// A dense layer on many pixels as the 1x1 convolution that it is, whose weights are worth packing.
  private func pixelwise(_ shape: Shape, units: Int) -> ConvolutionGeometry? {
    let rows = shape.dimensions.dropFirst().dropLast().reduce(1, *)
    guard shape.rank > 2, rows >= 16 else { return nil }
    return ConvolutionGeometry(input: [shape[0], rows, 1, shape[-1]], outputChannels: units, kernelSize: 1)
  }

  /// The layer's `gamma` and `beta`, 1 and 0 where it has none.
  private func scale(of layer: Layer, channels: Int) -> Step.Computation {
    .affine(
      scale: network.weight(.gamma, of: layer) ?? Tensor(repeating: 1, shape: [channels]),
      offset: network.weight(.beta, of: layer) ?? Tensor(repeating: 0, shape: [channels]))
  }

  private mutating func lowerBlocks(_ blocks: (seen: Shape, order: [Int]), _ inputs: [Int], to output: Shape)
    -> Int
  {
    let seen = append(.view, inputs, blocks.seen)
    let moved = append(.transpose(blocks.order), [seen], Shape(blocks.order.map { blocks.seen[$0] }))
    return append(.view, [moved], output)
  }

  /// Elements leave and enter pictures channel-first; other shapes keep them as they lie.
  private mutating func lowerPlanarReshape(from shape: Shape, _ inputs: [Int], to output: Shape) -> Int {
    var inputs = inputs
    if shape.rank == 4 {
      inputs = [append(.transpose([0, 3, 1, 2]), inputs, [shape[0], shape[3], shape[1], shape[2]])]
    }
    guard output.rank == 4 else { return append(.view, inputs, output) }
    let planes = append(.view, inputs, [output[0], output[3], output[1], output[2]])
    return append(.transpose([0, 2, 3, 1]), [planes], output)
  }

  /// Stored statistics as one scale and one offset a channel, worked out in double precision.
  private func normalization(_ b: BatchNormalization, of layer: Layer, channels: Int) -> Step.Computation {
    func numbers(_ role: WeightRole, or value: Float) -> [Float] {
      network.weight(role, of: layer)?.scalars ?? [Float](repeating: value, count: channels)
    }
    let (gamma, beta) = (numbers(.gamma, or: 1), numbers(.beta, or: 0))
    let (mean, variance) = (numbers(.movingMean, or: 0), numbers(.movingVariance, or: 1))
    var (scales, offsets) = (gamma, beta)
    for c in 0..<channels {
      let deviation = (Double(variance[c]) + Double(b.epsilon)).squareRoot()
      let scale = Double(gamma[c]) / deviation
      scales[c] = Float(scale)
      offsets[c] = Float(Double(beta[c]) - scale * Double(mean[c]))
    }
    return .affine(scale: Tensor(scales, shape: [channels]), offset: Tensor(offsets, shape: [channels]))
  }
}
