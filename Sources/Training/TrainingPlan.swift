import Convolution
import NeuralNetwork
import TensorCore

/// The computations of a network in training for one batch size, in order, and which of them share memory.
struct TrainingPlan: Sendable {
  var nodes: [TrainingNode] = []
  /// The node whose value the loss is taken of; a final softmax is left to the loss, which knows its gradient exactly.
  private(set) var output = 0

  private var valueOf: [String: Int] = [:]
  private let parameters: Parameters

  init(_ graph: Graph, batch: Int, _ parameters: Parameters, leavesSoftmaxToLoss: Bool = true) throws {
    self.parameters = parameters
    guard graph.inputLayers.count == 1, graph.outputs.count == 1 else {
      throw TrainingError.severalEnds(inputs: graph.inputLayers.map(\.name), outputs: graph.outputs)
    }
    guard let one = graph.inputShape(), let input = Shape(checking: [batch] + one.dimensions.dropFirst())
    else {
      throw TrainingError.badSetting(
        name: "batch size", found: "\(batch)", expected: "a size that memory holds")
    }
    let shapes = try graph.shapes(for: input)
    for layer in graph.layers {
      guard let shape = shapes[layer.name] else { continue }
      try append(layer, shapes, shape, isLast: leavesSoftmaxToLoss && layer.name == graph.outputs[0])
    }
    output = valueOf[graph.outputs[0]] ?? nodes.count - 1
    join()
    markSharing()
  }

  private mutating func add(
    _ layer: Layer, _ computation: TrainingNode.Computation, _ inputs: [Int], _ shape: Shape,
    _ trained: [Range<Int>?] = []
  ) -> Int {
    var node = TrainingNode(layer: layer.name, computation: computation, inputs: inputs, shape: shape)
    let isTrained = parameters.entries.contains { entry in
      entry.isTrained && trained.contains { $0 == entry.range }
    }
    node.trainsWeights = isTrained
    node.needsGradient = isTrained || inputs.contains { nodes[$0].needsGradient }
    nodes.append(node)
    return nodes.count - 1
  }

  private mutating func append(_ layer: Layer, _ shapes: [String: Shape], _ shape: Shape, isLast: Bool) throws
  {
    let inputs = layer.inputs.compactMap { valueOf[$0] }
    var node = try appendLinear(layer, inputs, shape)
    let own = layer.operation.ownActivation
    if own != .linear, own != .softmax || !isLast {
      let slopes = range(.slope, layer)
      node = add(layer, .activation(own, slopes: slopes), [node], shape, [slopes])
    }
    valueOf[layer.name] = node
    if case .activation(.softmax) = layer.operation, isLast {
      nodes.removeLast()
      valueOf[layer.name] = inputs[0]
    }
  }

  private func range(_ role: WeightRole, _ layer: Layer) -> Range<Int>? {
    parameters.entry(role, of: layer.name)?.range
  }

  private mutating func appendLinear(_ layer: Layer, _ inputs: [Int], _ shape: Shape) throws -> Int {
    func refused(_ what: String) -> TrainingError { .notTrainable(layer: layer.name, operation: what) }
    let input = inputs.first.map { nodes[$0].shape } ?? shape
    let (kernel, bias) = (range(.kernel, layer), range(.bias, layer))
    switch layer.operation {
    case .input: return add(layer, .input, [], shape)
    case .convolution(let c):
      guard let geometry = c.geometry(for: input), let kernel else { throw refused("convolution") }
      return add(layer, .convolution(geometry, kernel: kernel, bias: bias), inputs, shape, [kernel, bias])
    case .depthwiseConvolution(let c):
      guard let geometry = c.geometry(for: input), let kernel else { throw refused("depthwise convolution") }
      return add(layer, .convolution(geometry, kernel: kernel, bias: bias), inputs, shape, [kernel, bias])
    case .separableConvolution(let c):
      guard let depthwise = c.depthwise.geometry(for: input), let kernel,
        let pointwise = c.pointwiseGeometry(for: Shape(depthwise.outputDimensions)),
        let second = range(.pointwiseKernel, layer)
      else { throw refused("separable convolution") }
      let middle = add(
        layer, .convolution(depthwise, kernel: kernel, bias: nil), inputs, Shape(depthwise.outputDimensions),
        [kernel])
      return add(layer, .convolution(pointwise, kernel: second, bias: bias), [middle], shape, [second, bias])
    case .transposedConvolution(let c):
      guard let t = c.geometry(for: input), let kernel, let geometry = ConvolutionGeometry(gradientOf: t)
      else {
        throw refused("transposed convolution of this padding")
      }
      return add(
        layer, .transposedConvolution(geometry, kernel: kernel, bias: bias), inputs, shape, [kernel, bias])
    case .dense:
      guard let kernel else { throw refused("dense") }
      return add(layer, .dense(kernel: kernel, bias: bias), inputs, shape, [kernel, bias])
    case .batchNormalization(let b):
      guard let mean = range(.movingMean, layer), let variance = range(.movingVariance, layer) else {
        throw refused("batch normalization")
      }
      let (gamma, beta) = (range(.gamma, layer), range(.beta, layer))
      let isFrozen = [WeightRole.gamma, .beta].contains {
        parameters.entry($0, of: layer.name)?.isTrained == false
      }
      return add(
        layer,
        .batchNormalization(
          .init(gamma: gamma, beta: beta, mean: mean, variance: variance), epsilon: b.epsilon,
          momentum: b.momentum, usesBatch: !isFrozen), inputs, shape, [gamma, beta])
    case .channelScale:
      guard let gamma = range(.gamma, layer) else { throw refused("scale") }
      let beta = range(.beta, layer)
      return add(layer, .channelScale(gamma: gamma, beta: beta), inputs, shape, [gamma, beta])
    case .rescaling(let scale, let offset):
      return add(layer, .rescaling(scale: scale, offset: offset), inputs, shape)
    case .activation(let activation):
      let slopes = range(.slope, layer)
      return add(layer, .activation(activation, slopes: slopes), inputs, shape, [slopes])
    case .pooling(let p):
      guard let geometry = p.geometry(for: input) else { throw refused("pooling") }
      return add(
        layer,
        p.kind == .maximum
          ? .maximumPooling(geometry) : .averagePooling(geometry, countsPadding: p.countsPadding), inputs,
        shape)
    case .globalPooling(let kind, _):
      let whole = Pooling(kind, size: Extent(height: input[1], width: input[2]), stride: 1)
      guard let geometry = whole.geometry(for: input) else { throw refused("global pooling") }
      return add(
        layer, kind == .maximum ? .maximumPooling(geometry) : .averagePooling(geometry, countsPadding: false),
        inputs, shape)
    case .maxUnpooling(let pooling):
      guard let node = valueOf[pooling] else { throw refused("max-unpooling") }
      return add(layer, .maximumUnpooling(pooling: node), inputs, shape)
    case .upSampling(let factor, .nearest): return add(layer, .upSampling(factor), inputs, shape)
    case .zeroPadding(let margins): return add(layer, .margins(margins), inputs, shape)
    case .cropping(let m):
      let cut = Margins(top: -m.top, bottom: -m.bottom, left: -m.left, right: -m.right)
      return add(layer, .margins(cut), inputs, shape)
    case .dropout(let rate): return add(layer, .dropout(rate: rate, salt: UInt64(nodes.count)), inputs, shape)
    case .identity, .flatten(.channelsLast), .reshape(_, .channelsLast):
      return add(layer, .copy, inputs, shape)
    case .flatten(.channelsFirst) where input.rank == 2 || input[1] * input[2] == 1:
      return add(layer, .copy, inputs, shape)
    case .add: return add(layer, .sum, inputs, shape)
    case .subtract: return add(layer, .difference, inputs, shape)
    case .multiply: return add(layer, .product, inputs, shape)
    case .average: return add(layer, .mean, inputs, shape)
    case .concatenate: return add(layer, .concatenation, inputs, shape)
    case .flatten, .reshape: throw refused("channels-first flatten or reshape")
    case .upSampling: throw refused("bilinear up-sampling")
    case .localResponseNormalization: throw refused("local response normalization")
    case .instanceNormalization: throw refused("instance normalization")
    case .adaptiveAveragePooling: throw refused("adaptive average pooling")
    case .maximum: throw refused("maximum of several layers")
    case .minimum: throw refused("minimum of several layers")
    case .divide: throw refused("quotient of two layers")
    case .constant: throw refused("constant")
    case .standardization: throw refused("standardization")
    case .reduction: throw refused("reduction of axes")
    case .resizing: throw refused("resizing")
    case .padding: throw refused("padding that is not of zeros")
    case .channels(let range): return add(layer, .channelWindow(offset: range.lowerBound), inputs, shape)
    case .channelPadding(let before, _): return add(layer, .channelWindow(offset: -before), inputs, shape)
    case .slice: throw refused("slice")
    case .join: throw refused("concatenation along another axis than the channels")
    case .permute: throw refused("change of the axes' order")
    }
  }
}

extension ConvolutionGeometry {
  /// The convolution from the output of a transposed one to its input; `nil` where no padding describes it.
  init?(gradientOf t: TransposedGeometry) {
    func margins(_ input: Int, _ output: Int, _ kernel: Int, _ stride: Int, _ before: Int) -> Int {
      (input - 1) * stride + kernel - output - before
    }
    let bottom = margins(t.inputHeight, t.outputHeight, t.kernelSize.height, t.stride.height, t.top)
    let right = margins(t.inputWidth, t.outputWidth, t.kernelSize.width, t.stride.width, t.left)
    self.init(
      input: Shape(t.outputDimensions), outputChannels: t.inputChannels, kernelSize: t.kernelSize,
      stride: t.stride, groups: t.groups,
      padding: .explicit(Margins(top: t.top, bottom: bottom, left: t.left, right: right)))
    guard rows.output == t.inputHeight, columns.output == t.inputWidth else { return nil }
  }
}
