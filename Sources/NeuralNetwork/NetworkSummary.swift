import Convolution
public import TensorCore

/// What a network is made of and what it costs, layer by layer, for one input shape.
///
/// ```swift
/// let summary = try Architecture.vgg16.graph().summary()
/// summary.totalParameters     // 138,357,544
/// summary.totalOperations     // 15,470,264,320 multiply-adds
/// ```
public struct NetworkSummary: Sendable, Hashable {
  public struct Row: Sendable, Hashable {
    public let name: String
    /// The layer's class as Keras calls it: `Conv2D`, `MaxPooling2D`.
    public let type: String
    /// For one input: `[N, H, W, C]`.
    public let outputShape: Shape
    public let trainableParameters: Int
    /// Moving statistics of batch normalisation.
    public let otherParameters: Int
    /// Multiplications that are added up, for all samples: those of convolutions and dense layers.
    public let operations: Int
    /// The side of the square of input pixels that one output pixel depends on; `nil` when all of them.
    public let receptiveField: ReceptiveField?
    public let inputs: [String]

    public var parameters: Int { trainableParameters + otherParameters }
    /// The memory of the output in 32-bit floats.
    public var activationBytes: Int { outputShape.count * MemoryLayout<Float>.stride }
  }

  public let rows: [Row]

  /// The same without the running statistics of batch normalisation, as PyTorch counts parameters.
  public var countingOnlyTrained: NetworkSummary {
    NetworkSummary(
      rows: rows.map {
        Row(
          name: $0.name, type: $0.type, outputShape: $0.outputShape,
          trainableParameters: $0.trainableParameters,
          otherParameters: 0, operations: $0.operations, receptiveField: $0.receptiveField, inputs: $0.inputs)
      })
  }

  public var totalParameters: Int { rows.reduce(0) { $0 + $1.parameters } }
  public var trainableParameters: Int { rows.reduce(0) { $0 + $1.trainableParameters } }
  public var totalOperations: Int { rows.reduce(0) { $0 + $1.operations } }
  public var activationBytes: Int { rows.reduce(0) { $0 + $1.activationBytes } }
}

extension Graph {
  /// The summary for one input shape; without one, for a single input of the size that the network declares.
  public func summary(for input: Shape? = nil) throws(NetworkError) -> NetworkSummary {
    guard let input = input ?? inputShape() else {
      throw .unusableParameter(
        layer: inputLayers.first?.name ?? "", parameter: "number of channels", found: "(none given)")
    }
    let shapes = try shapes(for: declaredInputs(or: input))
    var parameters: [String: (trainable: Int, other: Int)] = [:]
    for weight in weightShapes(shapes: shapes) {
      switch weight.role {
      case .movingMean, .movingVariance: parameters[weight.layer, default: (0, 0)].other += weight.shape.count
      default: parameters[weight.layer, default: (0, 0)].trainable += weight.shape.count
      }
    }
    let fields = receptiveFields(shapes: shapes)
    return NetworkSummary(
      rows: layers.map { layer in
        let source = layer.inputs.first.flatMap { shapes[$0] } ?? input
        let output = shapes[layer.name] ?? []
        return NetworkSummary.Row(
          name: layer.name, type: layer.operation.kerasClass, outputShape: output,
          trainableParameters: parameters[layer.name]?.trainable ?? 0,
          otherParameters: parameters[layer.name]?.other ?? 0,
          operations: layer.operation.multiplyAdds(input: source, output: output),
          receptiveField: fields[layer.name] ?? nil, inputs: layer.inputs)
      })
  }
}

extension Operation {
  /// The multiply-adds of the layer, biases and activations not counted.
  func multiplyAdds(input: Shape, output: Shape) -> Int {
    let channels = input.rank > 0 ? input[-1] : 0
    return switch self {
    case .convolution(let c):
      output.count * c.kernelSize.height * c.kernelSize.width * (channels / c.groups)
    case .depthwiseConvolution(let c):
      output.count * c.kernelSize.height * c.kernelSize.width
    case .separableConvolution(let c):
      output.count / c.filters * channels * c.depthwise.depthMultiplier
        * (c.depthwise.kernelSize.height * c.depthwise.kernelSize.width + c.filters)
    case .transposedConvolution(let c):
      input.count * c.kernelSize.height * c.kernelSize.width * (c.filters / c.groups)
    case .dense, .matrixProduct: output.count * channels
    default: 0
    }
  }

  /// The class of the layer in Keras, or the framework's word for what Keras has not.
  public var kerasClass: String {
    switch self {
    case .input: "InputLayer"
    case .constant: "Constant"
    case .standardization: "Standardization"
    case .resizing: "Resizing"
    case .padding: "Padding2D"
    case .reduction(.maximumPlace, _, _): "ArgMax"
    case .reduction(let kind, _, _):
      "Reduce" + kind.rawValue.prefix(1).uppercased() + kind.rawValue.dropFirst()
    case .convolution: "Conv2D"
    case .transposedConvolution: "Conv2DTranspose"
    case .depthwiseConvolution: "DepthwiseConv2D"
    case .separableConvolution: "SeparableConv2D"
    case .dense: "Dense"
    case .batchNormalization: "BatchNormalization"
    case .channelScale: "Scale"
    case .localResponseNormalization: "LRN"
    case .instanceNormalization: "InstanceNormalization"
    case .groupNormalization: "GroupNormalization"
    case .layerNormalization: "LayerNormalization"
    case .depthToSpace: "DepthToSpace"
    case .spaceToDepth: "SpaceToDepth"
    case .activation(.relu6): "ReLU"
    case .activation(.leakyRelu): "LeakyReLU"
    case .activation(.parametricRelu): "PReLU"
    case .activation(.elu): "ELU"
    case .activation: "Activation"
    case .pooling(let p): p.kind == .maximum ? "MaxPooling2D" : "AveragePooling2D"
    case .globalPooling(let kind, _): kind == .maximum ? "GlobalMaxPooling2D" : "GlobalAveragePooling2D"
    case .adaptiveAveragePooling: "AdaptiveAveragePooling2D"
    case .maxUnpooling: "MaxUnpooling2D"
    case .upSampling: "UpSampling2D"
    case .flatten: "Flatten"
    case .reshape: "Reshape"
    case .zeroPadding: "ZeroPadding2D"
    case .cropping: "Cropping2D"
    case .dropout: "Dropout"
    case .identity: "Identity"
    case .add: "Add"
    case .subtract: "Subtract"
    case .multiply: "Multiply"
    case .divide: "Divide"
    case .average: "Average"
    case .minimum: "Minimum"
    case .maximum: "Maximum"
    case .matrixProduct: "MatMul"
    case .concatenate, .join: "Concatenate"
    case .channels, .slice: "Slice"
    case .permute: "Permute"
    case .channelPadding: "ChannelPadding"
    case .rescaling: "Rescaling"
    }
  }
}
