import NeuralNetwork
import WeightFiles

extension OnnxModel {
  /// Turns one node into what it computes: a constant where its inputs are, else layers.
  mutating func append(_ call: OnnxCall) throws(ModelFileError) {
    guard call.node.domain.isEmpty else { throw call.unsupported }
    guard let output = call.node.outputs.first, !output.isEmpty, !isMade(output) else {
      throw call.wrong("makes no output of its own")
    }
    if let constant = try folded(call) { return set(call, 0, .constant(constant)) }
    if let activation = try activation(call) {
      let input = try placed(call)
      return try finish(call, .activation(activation), from: [input])
    }
    switch call.node.operation {
    case "Conv": try appendConvolution(call)
    case "ConvTranspose": try appendTransposedConvolution(call)
    case "Gemm": try appendGemm(call)
    case "MatMul": try appendMatMul(call)
    case "MaxPool", "AveragePool": try appendPooling(call)
    case "GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool": try appendGlobalPooling(call)
    case "LpPool": try appendNormPooling(call)
    case "LpNormalization": try appendNormDivision(call)
    case "DepthToSpace", "SpaceToDepth": try appendBlocks(call)
    case "MaxUnpool": try appendUnpooling(call)
    case "Resize", "Upsample": try appendResize(call)
    case "Pad": try appendPad(call)
    case "Crop": try appendCrop(call)
    case "Add", "Sub", "Mul", "Div": try appendArithmetic(call)
    case "Sum", "Mean", "Max", "Min": try appendCombination(call)
    case "Pow": try appendPower(call)
    case "Neg", "Affine", "ImageScaler", "Scale": try appendScaling(call)
    case "PRelu": try appendPRelu(call)
    case "Softmax", "LogSoftmax": try appendSoftmax(call)
    case "BatchNormalization": try appendBatchNormalization(call)
    case "InstanceNormalization": try appendInstanceNormalization(call)
    case "LayerNormalization": try appendLayerNormalization(call)
    case "MeanVarianceNormalization": try appendMeanVarianceNormalization(call)
    case "GroupNormalization": try appendGroupNormalization(call)
    case "LRN": try appendLocalResponse(call)
    case "ArgMax", "ArgMin": try appendPlace(call)
    case let name where name.hasPrefix("Reduce"): try appendReduction(call)
    case "Identity":
      let input = try placed(call)
      try finish(call, .identity, from: [input])
    case "Cast": try appendCast(call)
    case "Dropout":
      let input = try placed(call)
      let rate = try number(call, input: 1, or: "ratio", else: 0.5)
      try finish(call, .dropout(rate: rate), from: [input])
    case "Flatten", "Reshape", "Squeeze", "Unsqueeze": try appendReshape(call)
    case "Expand", "Tile": try appendRepetition(call)
    case "Transpose": try appendTranspose(call)
    case "Concat": try appendConcat(call)
    case "Split": try appendSplit(call)
    case "Slice": try appendSlice(call)
    case "Gather": try appendGather(call)
    default: throw call.unsupported
    }
  }

  /// All values are 32-bit floats here; a cast that would cut fractions off is refused.
  private mutating func appendCast(_ call: OnnxCall) throws(ModelFileError) {
    let input = try placed(call)
    let type = try call.integer("to", or: 1)
    guard [1, 10, 11, 16].contains(type) || isWhole(input.layer) else {
      throw call.refusal("to", "a whole-number type (\(type))", "a floating-point type: 1, 10, 11 or 16")
    }
    try finish(call, .identity, from: [input])
  }

  /// Whether a layer makes whole numbers: places of maxima.
  private func isWhole(_ name: String) -> Bool {
    guard let layer = layers.last(where: { $0.name == name }) else { return false }
    switch layer.operation {
    case .reduction(.maximumPlace, _, _): return true
    case .identity, .reshape, .permute: return layer.inputs.allSatisfy(isWhole)
    default: return false
    }
  }

  /// The functions of one value; `nil` for other operations.
  private mutating func activation(_ call: OnnxCall) throws(ModelFileError) -> Activation? {
    switch call.node.operation {
    case "Relu": return .relu
    case "LeakyRelu": return .leakyRelu(slope: try call.float("alpha", or: 0.01))
    case "Sigmoid": return .sigmoid
    case "HardSigmoid":
      return .hardSigmoid(slope: try call.float("alpha", or: 0.2), offset: try call.float("beta", or: 0.5))
    case "HardSwish": return .hardSwish
    case "Mish": return .mish
    case "Celu": return .celu(alpha: try call.float("alpha", or: 1))
    case "ThresholdedRelu": return .thresholdedRelu(threshold: try call.float("alpha", or: 1))
    case "Tanh": return .tanh
    case "Elu": return .elu(alpha: try call.float("alpha", or: 1))
    case "Selu":
      let (alpha, gamma) = (
        try call.float("alpha", or: 1.673_263_2), try call.float("gamma", or: 1.050_701)
      )
      // Older versions wrote 1.6732 and 1.0507.
      guard abs(alpha - 1.673_263_2) < 1e-4, abs(gamma - 1.050_701) < 1e-4 else {
        throw call.refusal("alpha and gamma", "\(alpha) and \(gamma)", "those of Klambauer et al. 2017")
      }
      return .selu
    case "Softplus": return .softplus
    case "Softsign": return .softsign
    case "Exp": return .exponential
    case "Log": return .logarithm
    case "Abs": return .absolute
    case "Sqrt": return .power(exponent: 0.5)
    case "Reciprocal": return .power(exponent: -1)
    case "Erf": return .errorFunction
    case "Gelu": return .gelu(tanhApproximation: try call.text("approximate", or: "none") == "tanh")
    case "Clip":
      // Bounds were settings before opset 11 and are inputs since.
      let low = try number(call, input: 1, or: "min", else: -.infinity)
      let high = try number(call, input: 2, or: "max", else: .infinity)
      return low == 0 && high == 6 ? .relu6 : .clip(low: low, high: high)
    default: return nil
    }
  }
}
