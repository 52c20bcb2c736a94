import Convolution
import NeuralNetwork
import TensorCore

/// The computations of a network in training for one batch size, in order, and which of them share memory.
struct TrainingPlan: Sendable {
  /// What a plan is made for.
  enum Purpose: Sendable, Equatable {
    /// Learning; a final softmax may be left to the loss, which knows its gradient exactly.
    case learning(leavesSoftmaxToLoss: Bool)
    /// Asking how a score hangs on some layers (`NAME`, or `NAME:linear` before its own activation): all layers act as at
    /// inference.
    case looking(at: [String])
  }

  var nodes: [TrainingNode] = []
  /// The node that gradients start from: what the loss is taken of, or the classes' scores, before a final softmax.
  private(set) var output = 0
  /// The nodes of the layers looked at, in the order of their names; their values and gradients are kept.
  private(set) var lookedAt: [Int] = []
  /// The node of the network's own output.
  private(set) var last = 0

  private var valueOf: [String: Int] = [:]
  private var linearValueOf: [String: Int] = [:]
  private let parameters: Parameters
  private let purpose: Purpose

  init(_ graph: Graph, batch: Int, _ parameters: Parameters, leavesSoftmaxToLoss: Bool = true) throws {
    guard let one = graph.inputShape(), let input = Shape(checking: [batch] + one.dimensions.dropFirst())
    else {
      throw TrainingError.badSetting(
        name: "batch size", found: "\(batch)", expected: "a size that memory holds")
    }
    try self.init(graph, input, parameters, for: .learning(leavesSoftmaxToLoss: leavesSoftmaxToLoss))
  }

  init(_ graph: Graph, _ input: Shape, _ parameters: Parameters, for purpose: Purpose) throws {
    self.parameters = parameters
    self.purpose = purpose
    guard graph.inputLayers.count == 1, graph.outputs.count == 1 else {
      throw TrainingError.severalEnds(inputs: graph.inputLayers.map(\.name), outputs: graph.outputs)
    }
    let shapes = try graph.shapes(for: input)
    var wanted: [(layer: String, isLinear: Bool)] = []
    if case .looking(let names) = purpose {
      for name in names {
        let (index, isLinear) = try graph.recorded(name)
        wanted.append((graph.layers[index].name, isLinear))
      }
    }
    for layer in graph.layers {
      guard let shape = shapes[layer.name] else { continue }
      try append(
        layer, shapes, shape,
        isLast: purpose == .learning(leavesSoftmaxToLoss: true) && layer.name == graph.outputs[0],
        isLookedAt: (
          wanted.contains { $0 == (layer.name, true) }, wanted.contains { $0 == (layer.name, false) }
        ))
    }
    lookedAt = wanted.compactMap { $0.isLinear ? linearValueOf[$0.layer] : valueOf[$0.layer] }
    last = valueOf[graph.outputs[0]] ?? nodes.count - 1
    output = last
    if case .looking = purpose { output = scores(of: last) }
    join()
    joinNormalizations()
    markSharing()
    shareGradients()
  }

  /// The node of the classes' scores: what a softmax at the end reads, else the end itself.
  private func scores(of last: Int) -> Int {
    var node = last
    while true {
      guard let input = nodes[node].inputs.first else { return last }
      switch nodes[node].computation {
      case .activation(.softmax, _), .activation(.logSoftmax, _): return input
      case .copy where nodes[input].shape[-1] == nodes[node].shape[-1]: node = input
      default: return last
      }
    }
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

  private mutating func append(
    _ layer: Layer, _ shapes: [String: Shape], _ shape: Shape, isLast: Bool,
    isLookedAt: (linear: Bool, itself: Bool)
  ) throws {
    let inputs = layer.inputs.compactMap { valueOf[$0] }
    var node = try appendLinear(layer, inputs, shape)
    linearValueOf[layer.name] = node
    if isLookedAt.linear { nodes[node].needsGradient = true }
    let own = layer.operation.ownActivation
    if own != .linear, own != .softmax || !isLast {
      let slopes = range(.slope, layer)
      node = add(layer, .activation(own, slopes: slopes), [node], shape, [slopes])
    }
    if isLookedAt.itself { nodes[node].needsGradient = true }
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
      let isFrozen = parameters.frozen.contains(layer.name)
      return add(
        layer,
        .batchNormalization(
          .init(gamma: gamma, beta: beta, mean: mean, variance: variance), epsilon: b.epsilon,
          momentum: b.momentum, usesBatch: !isFrozen), inputs, shape, [gamma, beta])
    case .channelScale:
      return appendScale(layer, inputs[0], shape)
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
    case .upSampling(let factor, .bilinear):
      let taps = SeparableTaps(upSamplingBy: factor, height: input[1], width: input[2])
      return add(layer, .resampling(taps), inputs, shape)
    case .resizing(let resizing):
      guard let taps = SeparableTaps(resizing, for: input) else { throw refused("resizing") }
      return add(layer, .resampling(taps), inputs, shape)
    case .adaptiveAveragePooling(let size):
      let taps = SeparableTaps(averagingTo: size, height: input[1], width: input[2])
      return add(layer, .resampling(taps), inputs, shape)
    case .zeroPadding(let margins): return add(layer, .margins(margins), inputs, shape)
    case .cropping(let m):
      let cut = Margins(top: -m.top, bottom: -m.bottom, left: -m.left, right: -m.right)
      return add(layer, .margins(cut), inputs, shape)
    case .padding(let margins, let boundary): return add(layer, .padding(margins, boundary), inputs, shape)
    case .dropout(let rate):
      guard case .learning = purpose else { return add(layer, .copy, inputs, shape) }
      return add(layer, .dropout(rate: rate, salt: UInt64(nodes.count)), inputs, shape)
    case .flatten(.channelsFirst) where input.rank == 4, .reshape(_, .channelsFirst) where input.rank == 4:
      let planes = add(
        layer, .transpose([0, 3, 1, 2]), inputs, [input[0], input[3], input[1], input[2]])
      return appendPlanes(layer, [planes], shape)
    case .reshape(_, .channelsFirst): return appendPlanes(layer, inputs, shape)
    case .identity, .flatten, .reshape: return add(layer, .copy, inputs, shape)
    case .add where inputs.allSatisfy { nodes[$0].shape == shape }: return add(layer, .sum, inputs, shape)
    case .add: return add(layer, .elementwise(.add), inputs, shape)
    case .subtract: return add(layer, .elementwise(.subtract), inputs, shape)
    case .multiply: return add(layer, .elementwise(.multiply), inputs, shape)
    case .divide: return add(layer, .elementwise(.divide), inputs, shape)
    case .average: return add(layer, .elementwise(.average), inputs, shape)
    case .minimum: return add(layer, .elementwise(.minimum), inputs, shape)
    case .maximum: return add(layer, .elementwise(.maximum), inputs, shape)
    case .matrixProduct: return add(layer, .matrixProduct, inputs, shape)
    case .concatenate: return add(layer, .concatenation, inputs, shape)
    case .localResponseNormalization(let l): return add(layer, .localResponse(l), inputs, shape)
    case .standardization(let axes, let epsilon):
      return add(layer, .standardization(axes: axes, epsilon: epsilon), inputs, shape)
    case .layerNormalization(let l):
      let middle = add(layer, .standardization(axes: [shape.rank - 1], epsilon: l.epsilon), inputs, shape)
      return appendScale(layer, middle, shape)
    case .groupNormalization(let g):
      let (seen, axes) = g.grouped(input)
      let groups = add(layer, .copy, inputs, seen)
      let standard = add(layer, .standardization(axes: axes, epsilon: g.epsilon), [groups], seen)
      return appendScale(layer, add(layer, .copy, [standard], shape), shape)
    case .depthToSpace(let side, let order):
      return appendBlocks(layer, order.spreading(input, side: side), inputs, shape)
    case .spaceToDepth(let side, let order):
      return appendBlocks(layer, order.gathering(input, side: side), inputs, shape)
    case .instanceNormalization(let epsilon):
      let middle = add(layer, .standardization(axes: [1, 2], epsilon: epsilon), inputs, shape)
      return appendScale(layer, middle, shape)
    case .reduction(let kind, let axes, _):
      return add(layer, .reduction(kind, axes: axes), inputs, shape)
    case .constant:
      guard let value = range(.value, layer) else { throw refused("constant") }
      return add(layer, .constant(value), [], shape)
    case .channels(let range): return add(layer, .channelWindow(offset: range.lowerBound), inputs, shape)
    case .channelPadding(let before, _): return add(layer, .channelWindow(offset: -before), inputs, shape)
    case .slice(let axis, let range):
      return add(layer, .slice(axis: axis, from: range.lowerBound), inputs, shape)
    case .join(let axis): return add(layer, .join(axis: axis), inputs, shape)
    case .permute(let order): return add(layer, .transpose(order), inputs, shape)
    }
  }

  /// The layer's `gamma` and `beta`, where it has any, of what was normalised.
  private mutating func appendScale(_ layer: Layer, _ input: Int, _ shape: Shape) -> Int {
    let (gamma, beta) = (range(.gamma, layer), range(.beta, layer))
    guard gamma != nil || beta != nil else { return input }
    return add(layer, .channelScale(gamma: gamma, beta: beta), [input], shape, [gamma, beta])
  }

  private mutating func appendBlocks(
    _ layer: Layer, _ blocks: (seen: Shape, order: [Int]), _ inputs: [Int], _ shape: Shape
  ) -> Int {
    let seen = add(layer, .copy, inputs, blocks.seen)
    let moved = add(
      layer, .transpose(blocks.order), [seen], Shape(blocks.order.map { blocks.seen[$0] }))
    return add(layer, .copy, [moved], shape)
  }

  /// Numbers that lie channel-first as a value of `shape`.
  private mutating func appendPlanes(_ layer: Layer, _ inputs: [Int], _ shape: Shape) -> Int {
    guard shape.rank == 4 else { return add(layer, .copy, inputs, shape) }
    let planes = add(layer, .copy, inputs, [shape[0], shape[3], shape[1], shape[2]])
    return add(layer, .transpose([0, 2, 3, 1]), [planes], shape)
  }
}

extension ConvolutionGeometry {
  /// The convolution from the output of a transposed one to its input; `nil` where no padding describes it.
  init?(gradientOf t: TransposedGeometry) {
    func margins(_ input: Int, _ output: Int, _ kernel: Int, _ stride: Int, _ before: Int) -> Int {
      (input - 1) * stride + kernel - output - before
    }
    let reach = t.kernelSize.reach(dilation: t.dilation)
    let bottom = margins(t.inputHeight, t.outputHeight, reach.height, t.stride.height, t.top)
    let right = margins(t.inputWidth, t.outputWidth, reach.width, t.stride.width, t.left)
    self.init(
      input: Shape(t.outputDimensions), outputChannels: t.inputChannels, kernelSize: t.kernelSize,
      stride: t.stride, dilation: t.dilation, groups: t.groups,
      padding: .explicit(Margins(top: t.top, bottom: bottom, left: t.left, right: right)))
    guard rows.output == t.inputHeight, columns.output == t.inputWidth else { return nil }
  }
}
