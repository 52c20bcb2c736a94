import Convolution
import NeuralNetwork
import TensorCore

// Layers that change values where they are, and those that combine several.

extension OnnxModel {
  // MARK: arithmetic

  /// `Add`, `Sub`, `Mul` and `Div` of two, shapes brought together from the right as in numpy.
  mutating func appendArithmetic(_ call: OnnxCall) throws(ModelFileError) {
    let (first, second) = (try operand(call, 0), try operand(call, 1))
    let operation: NeuralNetwork.Operation =
      switch call.node.operation {
      case "Add": .add
      case "Sub": .subtract
      case "Mul": .multiply
      default: .divide
      }
    switch (first, second) {
    case (.layer(let x)?, .constant(let c)?):
      try appendArithmetic(call, operation, x, c, isReversed: false)
    case (.constant(let c)?, .layer(let x)?):
      try appendArithmetic(call, operation, x, c, isReversed: true)
    case (.layer(let x)?, .layer(let y)?):
      try finish(call, operation, from: try alike(call, [x, y]))
    default: throw call.wrong("needs two inputs, one of them a layer's output")
    }
  }

  /// With a constant: one number, one a channel, or whatever shape spreads over the layer's.
  private mutating func appendArithmetic(
    _ call: OnnxCall, _ operation: NeuralNetwork.Operation, _ x: OnnxPlaced, _ constant: OnnxConstant,
    isReversed: Bool
  ) throws(ModelFileError) {
    if let number = constant.scalar, constant.extents.count <= x.rank, !(isReversed && operation == .divide) {
      let (scale, offset): (Float, Float) =
        switch operation {
        case .add: (1, number)
        case .subtract: isReversed ? (-1, number) : (1, -number)
        case .multiply: (number, 0)
        default: (1 / number, 0)
        }
      return try finish(call, .rescaling(scale: [scale], offset: [offset]), from: [x])
    }
    let spread = try stored(call, constant, like: x)
    let channels = x.shape[-1]
    guard spread.shape.count == channels, spread.shape[-1] == channels, channels > 1,
      !(isReversed && operation == .divide)
    else {
      let y = try constantLayer(call, spread, isReversed ? 0 : 1, order: x.order)
      return try finish(call, operation, from: isReversed ? [y, x] : [x, y])
    }
    let numbers = spread.reshaped([channels])
    func each(_ change: (Float) -> Float) -> Tensor {
      Tensor(numbers.scalars.map(change), shape: [channels])
    }
    let (scale, offset): (Tensor?, Tensor?) =
      switch operation {
      case .add: (nil, numbers)
      case .subtract: isReversed ? (each { _ in -1 }, numbers) : (nil, each { -$0 })
      case .multiply: (numbers, nil)
      default: (each { 1 / $0 }, nil)
      }
    var given: [WeightRole: Tensor] = [:]
    given[.gamma] = scale
    given[.beta] = offset
    try finish(
      call, .channelScale(.init(scales: scale != nil, usesBias: offset != nil)), from: [x], given)
  }

  /// A constant as it lies beside a layer's values: of as many axes, in their order.
  func stored(_ call: OnnxCall, _ constant: OnnxConstant, like x: OnnxPlaced) throws(ModelFileError)
    -> Tensor
  {
    let ones = x.rank - constant.extents.count
    guard ones >= 0 else {
      throw call.refusal("input", "a constant of shape \(constant.extents)", "at most \(x.rank) axes")
    }
    let extents = [Int](repeating: 1, count: ones) + constant.extents
    guard extents[0] == 1 else {
      throw call.refusal("input", "a constant of shape \(constant.extents)", "the same for every picture")
    }
    return constant.tensor.reshaped(Shape(extents)).transposed(x.order)
  }

  mutating func constantLayer(_ call: OnnxCall, _ tensor: Tensor, _ input: Int, order: [Int])
    throws(ModelFileError) -> OnnxPlaced
  {
    try add(
      call, beside: call.node.inputs[input], .constant(tensor.shape.dimensions), from: [], [.value: tensor],
      order: order)
  }

  /// Layers' values of as many axes, lying in one order: that of the largest.
  mutating func alike(_ call: OnnxCall, _ values: [OnnxPlaced]) throws(ModelFileError) -> [OnnxPlaced] {
    guard let largest = values.max(by: { $0.shape.count < $1.shape.count }),
      values.allSatisfy({ $0.rank == largest.rank })
    else {
      throw call.refusal("inputs", "of \(values.map(\.rank)) axes", "as many axes each")
    }
    var alike: [OnnxPlaced] = []
    for value in values { alike.append(try turned(call, value, to: largest.order)) }
    return alike
  }

  /// Layers and constants as values that lie alike; constants become layers.
  mutating func combinable(_ call: OnnxCall) throws(ModelFileError) -> [OnnxPlaced] {
    let operands = try operands(call)
    var placed: [OnnxPlaced] = []
    for case .layer(let value)? in operands { placed.append(value) }
    guard let model = placed.first else { throw call.wrong("reads no layer") }
    var all: [OnnxPlaced] = []
    for (index, operand) in operands.enumerated() {
      switch operand {
      case .layer(let value)?: all.append(value)
      case .constant(let constant)?:
        let tensor = try stored(call, constant, like: model)
        all.append(try constantLayer(call, tensor, index, order: model.order))
      default: throw call.wrong("input \(index + 1) is no array of numbers")
      }
    }
    return try alike(call, all)
  }

  /// `Sum`, `Mean`, `Max` and `Min` of any number.
  mutating func appendCombination(_ call: OnnxCall) throws(ModelFileError) {
    let operation: NeuralNetwork.Operation =
      switch call.node.operation {
      case "Sum": .add
      case "Mean": .average
      case "Max": .maximum
      default: .minimum
      }
    try finish(call, operation, from: try combinable(call))
  }

  mutating func appendPower(_ call: OnnxCall) throws(ModelFileError) {
    let input = try placed(call)
    guard let exponent = try constant(call, 1)?.scalar else {
      throw call.refusal("exponent", "an array", "a single constant number")
    }
    try finish(call, .activation(.power(exponent: exponent)), from: [input])
  }

  /// `Neg`, and the older experimental `Affine`, `Scale` and `ImageScaler`.
  mutating func appendScaling(_ call: OnnxCall) throws(ModelFileError) {
    switch call.node.operation {
    case "Neg":
      let input = try placed(call)
      try finish(call, .rescaling(scale: [-1], offset: [0]), from: [input])
    case "Affine":
      let (input, alpha) = (try placed(call), try call.float("alpha", or: 1))
      try finish(
        call, .rescaling(scale: [alpha], offset: [try call.float("beta", or: 0)]), from: [input])
    case "Scale":
      let (input, scale) = (try placed(call), try call.float("scale", or: 1))
      try finish(call, .rescaling(scale: [scale], offset: [0]), from: [input])
    default:
      let input = try picture(call)
      let bias = try call.floats("bias") ?? [0]
      guard bias.count == 1 || bias.count == input.shape[3] else {
        throw call.wrong("has \(bias.count) biases for \(input.shape[3]) channels")
      }
      notePreprocessing(bias)
      try finish(
        call, .rescaling(scale: [try call.float("scale", or: 1)], offset: bias), from: [input])
    }
  }

  /// ImageNet's mean colour, blue first, says that the network takes BGR.
  private mutating func notePreprocessing(_ bias: [Float]) {
    guard bias.count == 3,
      zip(bias, [-103.939, -116.779, -123.68] as [Float]).allSatisfy({ abs($0 - $1) < 1.5 })
    else { return }
    preprocessing = Preprocessing(channelOrder: .bgr)
  }

  mutating func appendPRelu(_ call: OnnxCall) throws(ModelFileError) {
    let input = try placed(call)
    guard let slope = try constant(call, 1) else { throw call.wrong("has no slopes") }
    if let number = slope.scalar {
      return try finish(call, .activation(.leakyRelu(slope: number)), from: [input])
    }
    let value = try turned(call, input, to: OnnxPlaced.usual(input.rank))
    let spread = try stored(call, slope, like: value)
    let channels = value.shape[-1]
    guard spread.shape.count == channels, spread.shape[-1] == channels else {
      throw call.refusal("slopes", "of shape \(slope.extents)", "one, or one a channel")
    }
    try finish(call, .activation(.parametricRelu), from: [value], [.slope: spread.reshaped([channels])])
  }

  // MARK: normalisation

  /// Over the channels, the file's second axis.
  mutating func appendBatchNormalization(_ call: OnnxCall) throws(ModelFileError) {
    guard try !call.truth("training_mode"), try call.truth("spatial", or: true) else {
      throw call.refusal("training_mode or spatial", "training or per pixel", "stored statistics a channel")
    }
    let given = try placed(call)
    guard (2...4).contains(given.rank) else {
      throw call.refusal("input", "an array of \(given.rank) axes", "[N, C], [N, C, L] or [N, C, H, W]")
    }
    let input = try given.rank == 3 ? windowed(call) : turned(call, given, to: OnnxPlaced.usual(given.rank))
    let channels = input.shape[-1]
    try finishWindowed(
      call, .batchNormalization(.init(epsilon: try call.float("epsilon", or: 1e-5))), from: input,
      [
        .gamma: try vector(call, 1, "scale", of: channels),
        .beta: try vector(call, 2, "offset", of: channels),
        .movingMean: try vector(call, 3, "mean", of: channels),
        .movingVariance: try vector(call, 4, "variance", of: channels),
      ])
  }

  /// Pictures; of other arrays the axes after the second are normalised together, as PyTorch exports group normalisation.
  mutating func appendInstanceNormalization(_ call: OnnxCall) throws(ModelFileError) {
    let epsilon = try call.float("epsilon", or: 1e-5)
    let given = try placed(call)
    guard given.rank != 4 else {
      let input = try picture(call)
      let channels = input.shape[3]
      return try finish(
        call, .instanceNormalization(epsilon: epsilon), from: [input],
        [
          .gamma: try vector(call, 1, "scale", of: channels),
          .beta: try vector(call, 2, "offset", of: channels),
        ])
    }
    guard given.rank == 3 else {
      throw call.refusal("input", "an array of \(given.rank) axes", "[N, C, L] or [N, C, H, W]")
    }
    let channels = given.extents[1]
    let scale = try vector(call, 1, "scale", of: channels)
    let offset = try vector(call, 2, "offset", of: channels)
    let standard = NeuralNetwork.Operation.standardization(axes: [given.place(of: 2)], epsilon: epsilon)
    guard scale.scalars.contains(where: { $0 != 1 }) || offset.scalars.contains(where: { $0 != 0 }) else {
      return try finish(call, standard, from: [given])
    }
    let plain = try add(call, beside: "standardised", standard, from: [given])
    let shape = Shape([1, channels, 1])
    let factor = try constantLayer(call, scale.reshaped(shape), 1, order: plain.order)
    let scaled = try add(call, beside: "scaled", .multiply, from: [plain, factor])
    let shift = try constantLayer(call, offset.reshaped(shape), 2, order: plain.order)
    try finish(call, .add, from: [scaled, shift])
  }

  /// Over the last axes, from `axis` on.
  mutating func appendLayerNormalization(_ call: OnnxCall) throws(ModelFileError) {
    let input = try placed(call)
    let first = try call.axis(try call.integer("axis", or: -1), of: input.rank)
    guard first >= 1 else { throw call.refusal("axis", "0", "one after the samples'") }
    let axes = (first..<input.rank).map { input.place(of: $0) }
    let standard = NeuralNetwork.Operation.standardization(
      axes: axes, epsilon: try call.float("epsilon", or: 1e-5))
    guard let scale = try constant(call, 1) else { throw call.wrong("has no scale") }
    let plain = try add(call, beside: "standardised", standard, from: [input])
    let factor = try constantLayer(call, try stored(call, scale, like: plain), 1, order: plain.order)
    guard let offset = try constant(call, 2) else {
      return try finish(call, .multiply, from: [plain, factor])
    }
    let scaled = try add(call, beside: "scaled", .multiply, from: [plain, factor])
    let shift = try constantLayer(call, try stored(call, offset, like: plain), 2, order: plain.order)
    try finish(call, .add, from: [scaled, shift])
  }

  /// Over groups of channels; before opset 21 with a scale and an offset a group.
  mutating func appendGroupNormalization(_ call: OnnxCall) throws(ModelFileError) {
    let input = try picture(call)
    let (channels, groups) = (input.shape[3], try call.integer("num_groups", or: 1))
    guard groups > 0, channels % groups == 0 else {
      throw call.refusal("num_groups", "\(groups)", "a divisor of \(channels) channels")
    }
    func spread(_ tensor: Tensor) -> Tensor {
      let numbers = tensor.scalars
      guard numbers.count < channels else { return tensor }
      return Tensor((0..<channels).map { numbers[$0 / (channels / groups)] }, shape: [channels])
    }
    let count = opset < 21 ? groups : channels
    let scale = spread(try vector(call, 1, "scale", of: count))
    let offset = spread(try vector(call, 2, "offset", of: count))
    try finish(
      call, .groupNormalization(.init(groups: groups, epsilon: try call.float("epsilon", or: 1e-5))),
      from: [input], [.gamma: scale, .beta: offset])
  }

  mutating func appendMeanVarianceNormalization(_ call: OnnxCall) throws(ModelFileError) {
    let input = try placed(call)
    var axes = try call.axes(try call.integers("axes") ?? [0, 2, 3], of: input.rank)
    axes = try withoutSamples(call, axes)
    // ONNX adds 1e-9 to the deviation, which only matters where there is none.
    try finish(
      call, .standardization(axes: axes.map { input.place(of: $0) }, epsilon: 1e-18), from: [input])
  }

  /// The axes without the samples', which may be among them where the file fixes a single sample.
  func withoutSamples(_ call: OnnxCall, _ axes: [Int]) throws(ModelFileError) -> [Int] {
    guard !axes.contains(0) || (fixesBatch && batch == 1) else {
      throw call.refusal("axes", "\(axes)", "axes of each sample; one axis is that of the samples")
    }
    let rest = axes.filter { $0 != 0 }
    guard !rest.isEmpty else { throw call.refusal("axes", "\(axes)", "an axis after the samples'") }
    return rest
  }

  mutating func appendLocalResponse(_ call: OnnxCall) throws(ModelFileError) {
    let input = try picture(call)
    let size = try call.integer("size", or: 0)
    guard size > 0, size % 2 == 1 else { throw call.refusal("size", "\(size)", "an odd number") }
    try finish(
      call,
      .localResponseNormalization(
        .init(
          size: size, alpha: try call.float("alpha", or: 1e-4) / Float(size),
          beta: try call.float("beta", or: 0.75), bias: try call.float("bias", or: 1))), from: [input])
  }
}
