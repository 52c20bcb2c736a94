public import TensorCore

/// One weight a network needs.
public struct WeightShape: Sendable, Hashable {
  public let layer: String
  public let role: WeightRole
  public let shape: Shape
}

extension Graph {
  /// Every weight of the network, layer by layer in the graph's order, within a layer in Keras's: kernel, pointwise kernel,
  /// bias; gamma, beta, moving mean, moving variance.
  ///
  /// Without `input`, the shape the input layer declares is taken, free extents as 512: only a dense layer on a flattened
  /// picture of free size depends on it.
  public func weightShapes(for input: Shape? = nil) throws(NetworkError) -> [WeightShape] {
    guard let input = input ?? inputShape() else {
      throw .unusableParameter(
        layer: inputLayers.first?.name ?? "", parameter: "number of channels", found: "(none given)")
    }
    return try weightShapes(shapes: shapes(for: declaredInputs(or: input)))
  }

  func weightShapes(shapes: [String: Shape]) -> [WeightShape] {
    layers.flatMap { layer in
      // The shapes have been inferred, and with them every weight's extents checked.
      layer.operation.weightExtents(channels: layer.inputs.first.flatMap { shapes[$0] }?[-1] ?? 0).map {
        WeightShape(layer: layer.name, role: $0, shape: Shape($1))
      }
    }
  }

  /// A shape for each input layer: the one given for the first, the declared one for the others where there is one.
  func declaredInputs(or given: Shape) -> [String: Shape] {
    var inputs: [String: Shape] = [:]
    for (index, layer) in inputLayers.enumerated() {
      guard index > 0, case .input(let declared) = layer.operation, let channels = declared.channels else {
        inputs[layer.name] = given
        continue
      }
      let (height, width) = (declared.height ?? given[1], declared.width ?? given.dimensions[given.rank - 2])
      inputs[layer.name] =
        Shape(checking: declared.isVector ? [given[0], channels] : [given[0], height, width, channels])
        ?? given
    }
    return inputs
  }
}

extension Operation {
  /// The extents of the operation's weights on an input of so many channels, in Keras's order.
  func weightExtents(channels: Int) -> [(WeightRole, [Int])] {
    func slopes(_ activation: Activation, _ channels: Int) -> [(WeightRole, [Int])] {
      activation == .parametricRelu ? [(.slope, [channels])] : []
    }
    func bias(_ isUsed: Bool, _ channels: Int) -> [(WeightRole, [Int])] {
      isUsed ? [(.bias, [channels])] : []
    }
    switch self {
    case .convolution(let c):
      let kernel = ([c.kernelSize.height, c.kernelSize.width, channels / c.groups, c.filters])
      return [(.kernel, kernel)] + bias(c.usesBias, c.filters) + slopes(c.activation, c.filters)
    case .transposedConvolution(let c):
      let kernel = ([c.kernelSize.height, c.kernelSize.width, c.filters / c.groups, channels])
      return [(.kernel, kernel)] + bias(c.usesBias, c.filters) + slopes(c.activation, c.filters)
    case .depthwiseConvolution(let c):
      let outputs = channels * c.depthMultiplier
      return [(.kernel, [c.kernelSize.height, c.kernelSize.width, channels, c.depthMultiplier])]
        + bias(c.usesBias, outputs) + slopes(c.activation, outputs)
    case .separableConvolution(let c):
      let d = c.depthwise
      return [
        (.kernel, [d.kernelSize.height, d.kernelSize.width, channels, d.depthMultiplier]),
        (.pointwiseKernel, [1, 1, channels * d.depthMultiplier, c.filters]),
      ] + bias(c.usesBias, c.filters) + slopes(c.activation, c.filters)
    case .dense(let d):
      return [(.kernel, [channels, d.units])] + bias(d.usesBias, d.units) + slopes(d.activation, d.units)
    case .batchNormalization(let b):
      return (b.scales ? [(.gamma, [channels])] : []) + (b.centers ? [(.beta, [channels])] : [])
        + [(.movingMean, [channels]), (.movingVariance, [channels])]
    case .groupNormalization(let g):
      return (g.scales ? [(.gamma, [channels])] : []) + (g.centers ? [(.beta, [channels])] : [])
    case .layerNormalization(let l):
      return (l.scales ? [(.gamma, [channels])] : []) + (l.centers ? [(.beta, [channels])] : [])
    case .channelScale(let s):
      return (s.scales ? [(.gamma, [channels])] : []) + (s.usesBias ? [(.beta, [channels])] : [])
    case .instanceNormalization:
      return [(.gamma, [channels]), (.beta, [channels])]
    case .constant(let extents):
      return [(.value, extents)]
    case .activation(let activation):
      return slopes(activation, channels)
    case .standardization, .resizing, .reduction, .padding, .divide, .minimum, .matrixProduct: return []
    case .input, .localResponseNormalization, .pooling, .globalPooling, .adaptiveAveragePooling,
      .maxUnpooling,
      .upSampling, .flatten, .reshape, .zeroPadding, .cropping, .dropout, .identity, .add, .subtract,
      .multiply,
      .average, .maximum, .concatenate, .join, .channels, .slice, .permute, .channelPadding, .rescaling,
      .depthToSpace, .spaceToDepth:
      return []
    }
  }

  /// The activation that is part of the layer itself.
  package var ownActivation: Activation {
    switch self {
    case .convolution(let c): c.activation
    case .transposedConvolution(let c): c.activation
    case .depthwiseConvolution(let c): c.activation
    case .separableConvolution(let c): c.activation
    case .dense(let d): d.activation
    default: .linear
    }
  }

  /// Whether the layer is of a kind that may carry an activation of its own, and so has a `NAME:linear`.
  var mayCarryActivation: Bool {
    switch self {
    case .convolution, .transposedConvolution, .depthwiseConvolution, .separableConvolution, .dense: true
    default: false
    }
  }
}
