import Convolution
import NeuralNetwork
import TensorCore

// Layers that change values where they are.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension CaffeModel {
  mutating func appendActivation(_ layer: CaffeLayer) throws(ModelFileError) {
    let activation: Activation
    switch layer.type {
    case "ReLU":
      let slope = layer.settings("relu_param").number("negative_slope") ?? 0
      activation = slope == 0 ? .relu : .leakyRelu(slope: Float(slope))
    case "ReLU6": activation = .relu6
    case "Sigmoid": activation = .sigmoid
    case "TanH": activation = .tanh
    case "ELU": activation = .elu(alpha: Float(layer.settings("elu_param").number("alpha") ?? 1))
    case "BNLL": activation = .softplus
    case "AbsVal": activation = .absolute
    case "Swish": activation = .swish
    case "PReLU":
      try appendPReLU(layer)
      return
    default: throw .unsupportedLayer(file: layer.file, layer: layer.name, kind: layer.type)
    }
    try add(layer, .activation(activation))
  }

  private mutating func appendPReLU(_ layer: CaffeLayer) throws(ModelFileError) {
    let slopes = try source?.tensor(layer.message, 0, of: nil)
    if layer.settings("prelu_param").truth("channel_shared") == true {
      guard slopes?.shape.count ?? 1 == 1 else {
        throw layer.wrong("shares one slope but holds \(slopes?.shape.count ?? 0)")
      }
      try add(layer, .activation(.leakyRelu(slope: slopes?.scalars[0] ?? 0.25)))
    } else {
      let given = slopes.map { [WeightRole.slope: $0.reshaped([$0.shape.count])] }
      try add(layer, .activation(.parametricRelu), from: nil, given ?? [:])
    }
  }

  /// Across channels; or within each, over a window of pixels: `x (1 + alpha mean(x^2))^-beta`.
  mutating func appendLocalResponse(_ layer: CaffeLayer) throws(ModelFileError) {
    let p = layer.settings("lrn_param")
    let size = p.integer("local_size") ?? 5
    let (alpha, beta) = (Float(p.number("alpha") ?? 1), Float(p.number("beta") ?? 0.75))
    guard size > 0, size % 2 == 1 else { throw layer.refusal("local_size", "\(size)", "an odd number") }
    switch p.text("norm_region") ?? "ACROSS_CHANNELS" {
    case "ACROSS_CHANNELS", "0":
      try add(
        layer,
        .localResponseNormalization(
          .init(size: size, alpha: alpha / Float(size), beta: beta, bias: Float(p.number("k") ?? 1))))
    case "WITHIN_CHANNEL", "1":
      let (square, mean, sum, power) = ("/square", "/mean", "/sum", "/power")
      try add(layer, as: layer.name + square, .activation(.power(exponent: 2)))
      try add(
        layer, as: layer.name + mean,
        .pooling(
          .init(
            .average, size: Extent(height: size, width: size), stride: 1,
            padding: .explicit(Margins(size / 2)), countsPadding: true)), from: [layer.name + square])
      try add(
        layer, as: layer.name + sum, .rescaling(scale: [alpha], offset: [1]), from: [layer.name + mean])
      try add(
        layer, as: layer.name + power, .activation(.power(exponent: -beta)), from: [layer.name + sum])
      try add(layer, .multiply, from: [layer.first, layer.name + power])
    default:
      throw layer.refusal("norm_region", p.text("norm_region") ?? "", "ACROSS_CHANNELS or WITHIN_CHANNEL")
    }
  }

  /// Each channel of each picture less its mean, and over its deviation where that is asked for.
  mutating func appendNormalization(_ layer: CaffeLayer) throws(ModelFileError) {
    let p = layer.settings("mvn_param")
    guard p.truth("across_channels") != true else { throw layer.refusal("across_channels", "true", "false") }
    guard layer.shape.rank == 4 else { throw layer.wrong("normalises what is no picture") }
    let (mean, centred) = (layer.name + "/mean", layer.name + "/centred")
    try add(layer, as: mean, .globalPooling(.average, keepsAxes: true))
    guard p.truth("normalize_variance") ?? true else {
      return try add(layer, .subtract, from: [layer.first, mean])
    }
    try add(layer, as: centred, .subtract, from: [layer.first, mean])
    // Caffe adds its epsilon to the deviation, others to the variance.
    var last = centred
    let steps: [(String, NeuralNetwork.Operation)] = [
      ("/square", .activation(.power(exponent: 2))), ("/variance", .globalPooling(.average, keepsAxes: true)),
      ("/deviation", .activation(.power(exponent: 0.5))),
      ("/divisor", .rescaling(scale: [1], offset: [Float(p.number("eps") ?? 1e-9)])),
      ("/factor", .activation(.power(exponent: -1))),
    ]
    for (suffix, step) in steps {
      try add(layer, as: layer.name + suffix, step, from: [last])
      last = layer.name + suffix
    }
    try add(layer, .multiply, from: [centred, last])
  }

  /// Mean and variance are stored times a factor, the third blob; a factor of 0 stands for 0 times both.
  mutating func appendBatchNorm(_ layer: CaffeLayer) throws(ModelFileError) {
    var given: [WeightRole: Tensor] = [:]
    if let source {
      let mean = try source.tensor(layer.message, 0, of: nil)
      let count = mean.shape.count
      let variance = try source.tensor(layer.message, 1, of: [count])
      let factor = try source.tensor(layer.message, 2, of: [1]).scalars[0]
      let scale = factor == 0 ? 0 : 1 / factor
      func scaled(_ tensor: Tensor) -> Tensor { Tensor(tensor.scalars.map { $0 * scale }, shape: [count]) }
      given = [.movingMean: scaled(mean), .movingVariance: scaled(variance)]
    }
    let epsilon = Float(layer.settings("batch_norm_param").number("eps") ?? 1e-5)
    try add(
      layer, .batchNormalization(.init(epsilon: epsilon, scales: false, centers: false)), from: nil, given)
  }

  /// By stored numbers a channel, or by those that another layer makes.
  mutating func appendScale(_ layer: CaffeLayer) throws(ModelFileError) {
    let isBias = layer.type == "Bias"
    let p = layer.settings(isBias ? "bias_param" : "scale_param")
    let axis = p.integer("axis") ?? 1
    if layer.inputs.count == 2 {
      try appendProduct(layer, isBias: isBias, axis: axis, usesBias: p.truth("bias_term") ?? false)
      return
    }
    guard axis == 1 else { throw layer.refusal("axis", "\(axis)", "1") }
    let values = try source?.tensor(layer.message, 0, of: nil)
    let count = values?.shape.count ?? 0
    if isBias {
      let given = values.map {
        [WeightRole.gamma: Tensor(repeating: 1, shape: [count]), .beta: $0.reshaped([count])]
      }
      try add(layer, .channelScale(.init()), from: nil, given ?? [:])
    } else {
      let usesBias = p.truth("bias_term") ?? false
      var given: [WeightRole: Tensor] = [:]
      if let values {
        given[.gamma] = values.reshaped([count])
        if usesBias { given[.beta] = try source?.tensor(layer.message, 1, of: [count]) }
      }
      try add(layer, .channelScale(.init(usesBias: usesBias)), from: nil, given)
    }
  }

  /// Two blobs, the second of one number a channel (`[N, C]`, `[N, C, 1, 1]`) or of the first one's shape.
  private mutating func appendProduct(_ layer: CaffeLayer, isBias: Bool, axis: Int, usesBias: Bool)
    throws(ModelFileError)
  {
    guard axis == 0 else { throw layer.refusal("axis", "\(axis)", "0 for two blobs") }
    guard !usesBias else { throw layer.refusal("bias_term", "true", "false for two blobs") }
    var second = layer.inputs[1]
    if layer.shape.rank == 4, shape(of: second).rank == 2 {
      let channels = shape(of: second)[1]
      try add(
        layer, as: layer.name + "/pixel", .reshape([1, 1, channels], .channelsFirst), from: [second])
      second = layer.name + "/pixel"
    }
    try add(layer, isBias ? .add : .multiply, from: [layer.first, second])
  }

  mutating func appendEltwise(_ layer: CaffeLayer) throws(ModelFileError) {
    let p = layer.settings("eltwise_param")
    let factors = p.numbers("coeff")
    switch p.text("operation") ?? "SUM" {
    case "SUM", "1":
      guard factors.isEmpty || factors.count == layer.inputs.count else {
        throw layer.wrong("has \(factors.count) coefficients for \(layer.inputs.count) blobs")
      }
      var terms = layer.inputs
      for (index, factor) in factors.enumerated() where factor != 1 {
        terms[index] = "\(layer.name)/coeff\(index)"
        try add(
          layer, as: terms[index], .rescaling(scale: [Float(factor)], offset: [0]),
          from: [layer.inputs[index]])
      }
      try add(layer, .add, from: terms)
    case "PROD", "0": try add(layer, .multiply, from: layer.inputs)
    case "MAX", "2": try add(layer, .maximum, from: layer.inputs)
    default: throw layer.refusal("operation", p.text("operation") ?? "", "SUM, PROD or MAX")
    }
  }

  /// `(shift + scale x)^power`, `base^(shift + scale x)` and `log_base(shift + scale x)`; a base of -1 is e.
  mutating func appendPower(_ layer: CaffeLayer) throws(ModelFileError) {
    let p = layer.settings(layer.type.lowercased() + "_param")
    var (scale, shift) = (p.number("scale") ?? 1, p.number("shift") ?? 0)
    let base = p.number("base") ?? -1
    guard base == -1 || base > 0 && base != 1 else {
      throw layer.refusal("base", "\(base)", "-1 or a positive number other than 1")
    }
    let logarithm = base == -1 ? 1 : log(base)
    var activation: Activation?
    switch layer.type {
    case "Exp":
      (scale, shift) = (scale * logarithm, shift * logarithm)
      activation = .exponential
    case "Log": activation = .logarithm
    default:
      let power = p.number("power") ?? 1
      if power != 1 { activation = .power(exponent: Float(power)) }
    }
    let inner = NeuralNetwork.Operation.rescaling(scale: [Float(scale)], offset: [Float(shift)])
    guard let activation else { return try add(layer, inner) }
    var input = layer.first
    if scale != 1 || shift != 0 {
      input = layer.name + "/scaled"
      try add(layer, as: input, inner)
    }
    guard layer.type == "Log", logarithm != 1 else {
      return try add(layer, .activation(activation), from: [input])
    }
    try add(layer, as: layer.name + "/log", .activation(activation), from: [input])
    try add(
      layer, .rescaling(scale: [Float(1 / logarithm)], offset: [0]), from: [layer.name + "/log"])
  }
}
