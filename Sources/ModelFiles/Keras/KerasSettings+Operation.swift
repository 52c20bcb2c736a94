import Convolution
import NeuralNetwork
import WeightFiles

extension KerasSettings {
  /// What the layer computes; throws for classes and settings that are not known.
  func operation() throws(ModelFileError) -> NeuralNetwork.Operation {
    if let operands { return try function(of: operands) }
    if let activation = try activationOfLayer() {
      return activation == .linear ? .identity : .activation(activation)
    }
    switch kind {
    case "Conv2D", "Convolution2D": return .convolution(try convolution())
    case "DepthwiseConv2D", "DepthwiseConvolution2D": return .depthwiseConvolution(try depthwiseConvolution())
    case "SeparableConv2D", "SeparableConvolution2D": return .separableConvolution(try separableConvolution())
    case "Conv2DTranspose", "Convolution2DTranspose", "Deconvolution2D":
      return .transposedConvolution(try transposedConvolution())
    case "Dense":
      return .dense(
        Dense(
          units: try integer("units", "output_dim"), usesBias: try truth("use_bias", "bias", default: true),
          activation: try activation()))
    case "BatchNormalization", "BatchNormalizationV1", "SyncBatchNormalization":
      try requireChannelAxis()
      if let mode = value("mode"), mode.integer != 0 { throw refusal("mode", mode, expected: "0") }
      guard try !truth("renorm", default: false) else {
        throw refusal("renorm", value("renorm"), expected: "false")
      }
      return .batchNormalization(
        BatchNormalization(
          epsilon: try number("epsilon", default: 1e-3), momentum: try number("momentum", default: 0.99),
          scales: try truth("scale", default: true), centers: try truth("center", default: true)))
    case "LayerNormalization":
      try requireChannelAxis()
      guard try !truth("rms_scaling", default: false) else {
        throw refusal("rms_scaling", value("rms_scaling"), expected: "false")
      }
      return .layerNormalization(
        LayerNormalization(
          epsilon: try number("epsilon", default: 1e-3), scales: try truth("scale", default: true),
          centers: try truth("center", default: true)))
    case "GroupNormalization": return try groupNormalization()
    case "Normalization": return try normalization()
    case "LayerScale": return .channelScale(ChannelScale(usesBias: false))
    case "Resizing": return .resizing(try resizing())
    case "MaxPooling2D", "MaxPool2D": return .pooling(try pooling(.maximum))
    case "AveragePooling2D", "AvgPool2D": return .pooling(try pooling(.average))
    case "GlobalMaxPooling2D", "GlobalMaxPool2D": return try globalPooling(.maximum)
    case "GlobalAveragePooling2D", "GlobalAvgPool2D": return try globalPooling(.average)
    case "Flatten":
      try requireChannelsLast()
      return .flatten(.channelsLast)
    case "Reshape":
      guard let extents = value("target_shape")?.list?.map(\.integer), !extents.contains(nil) else {
        throw refusal("target_shape", value("target_shape"), expected: "a list of whole numbers")
      }
      return .reshape(extents.compactMap { $0 }, .channelsLast)
    case "Permute":
      let dims = value("dims")
      guard let order = dims?.list?.compactMap(\.integer), order.count == dims?.list?.count else {
        throw refusal("dims", dims, expected: "a list of whole numbers")
      }
      return .permute([0] + order)
    case "ZeroPadding2D":
      try requireChannelsLast()
      return .zeroPadding(try margins("padding"))
    case "Cropping2D":
      try requireChannelsLast()
      return .cropping(try margins("cropping"))
    case "UpSampling2D":
      try requireChannelsLast()
      return .upSampling(try extent("size", default: 2), try interpolation())
    case "Dropout", "SpatialDropout2D", "AlphaDropout", "GaussianDropout":
      return .dropout(rate: try number("rate", "p", default: 0.5))
    case "GaussianNoise", "ActivityRegularization", "Identity", "StochasticDepth", "RandomFlip",
      "RandomRotation", "RandomZoom",
      "RandomTranslation", "RandomContrast", "RandomBrightness":
      // They act in training only.
      return .identity
    case "Add": return .add
    case "Subtract": return .subtract
    case "Multiply": return .multiply
    case "Average": return .average
    case "Minimum": return .minimum
    case "Maximum": return .maximum
    case "Concatenate":
      try requireChannelAxis()
      return .concatenate
    case "Merge": return try merge()
    case "Rescaling":
      return .rescaling(scale: try numbers("scale", default: 1), offset: try numbers("offset", default: 0))
    case "InputLayer": return .input(try inputShape())
    default: throw .unsupportedLayer(file: file, layer: layer, kind: kind)
    }
  }

  private func convolution() throws(ModelFileError) -> Convolution2D {
    try requireChannelsLast()
    return Convolution2D(
      filters: try integer("filters", "nb_filter"), kernelSize: try kernelSize(),
      stride: try extent("strides", "subsample", default: 1),
      dilation: try extent("dilation_rate", "atrous_rate", default: 1),
      groups: try integer("groups", default: 1),
      padding: try padding(), usesBias: try truth("use_bias", "bias", default: true),
      activation: try activation())
  }

  private func depthwiseConvolution() throws(ModelFileError) -> DepthwiseConvolution2D {
    try requireChannelsLast()
    return DepthwiseConvolution2D(
      depthMultiplier: try integer("depth_multiplier", default: 1), kernelSize: try kernelSize(),
      stride: try extent("strides", "subsample", default: 1),
      dilation: try extent("dilation_rate", default: 1),
      padding: try padding(), usesBias: try truth("use_bias", "bias", default: true),
      activation: try activation())
  }

  private func separableConvolution() throws(ModelFileError) -> SeparableConvolution2D {
    try requireChannelsLast()
    let depthwise = DepthwiseConvolution2D(
      depthMultiplier: try integer("depth_multiplier", default: 1), kernelSize: try kernelSize(),
      stride: try extent("strides", "subsample", default: 1),
      dilation: try extent("dilation_rate", default: 1),
      padding: try padding(), usesBias: false)
    return SeparableConvolution2D(
      depthwise: depthwise, filters: try integer("filters", "nb_filter"),
      usesBias: try truth("use_bias", "bias", default: true), activation: try activation())
  }

  private func transposedConvolution() throws(ModelFileError) -> TransposedConvolution2D {
    try requireChannelsLast()
    var convolution = TransposedConvolution2D(
      filters: try integer("filters", "nb_filter"), kernelSize: try kernelSize(),
      stride: try extent("strides", "subsample", default: 1),
      dilation: try extent("dilation_rate", default: 1), padding: try padding(),
      usesBias: try truth("use_bias", "bias", default: true), activation: try activation())
    if value("output_padding") != nil { try pad(&convolution, by: extent("output_padding")) }
    return convolution
  }

  /// Keras's sizes with an `output_padding` `o`: `(n - 1) s + k + o` pixels, of which `same` cuts off twice half of the kernel's `k`.
  private func pad(_ c: inout TransposedConvolution2D, by extra: Extent) throws(ModelFileError) {
    func axis(_ kernel: Int, _ dilation: Int, _ extra: Int) throws(ModelFileError) -> (Int, Int, Int) {
      guard (0...65_536).contains(extra), (1...65_536).contains(kernel), (1...65_536).contains(dilation)
      else {
        throw refusal("output_padding", value("output_padding"), expected: "0 or more")
      }
      let reach = Extent(kernel).reach(dilation: Extent(dilation)).height
      let cut = c.padding == .same ? reach / 2 * 2 - extra : -extra
      return cut >= 0 ? (cut / 2, cut - cut / 2, 0) : (0, 0, -cut)
    }
    let rows = try axis(c.kernelSize.height, c.dilation.height, extra.height)
    let columns = try axis(c.kernelSize.width, c.dilation.width, extra.width)
    c.padding = .explicit(Margins(top: rows.0, bottom: rows.1, left: columns.0, right: columns.1))
    c.outputPadding = Extent(height: rows.2, width: columns.2)
  }

  private func groupNormalization() throws(ModelFileError) -> NeuralNetwork.Operation {
    try requireChannelAxis()
    let (scales, centers) = (try truth("scale", default: true), try truth("center", default: true))
    let (groups, epsilon) = (try integer("groups", default: 32), try number("epsilon", default: 1e-3))
    // -1: every channel is a group.
    if groups == -1, scales, centers { return .instanceNormalization(epsilon: epsilon) }
    return .groupNormalization(
      GroupNormalization(groups: groups, epsilon: epsilon, scales: scales, centers: centers))
  }

  /// With statistics in the settings, or adapted ones among the weights.
  private func normalization() throws(ModelFileError) -> NeuralNetwork.Operation {
    try requireChannelAxis()
    guard try !truth("invert", default: false) else {
      throw refusal("invert", value("invert"), expected: "false")
    }
    guard let variance = value("variance"), let mean = value("mean") else {
      return .batchNormalization(BatchNormalization(epsilon: 0, scales: false, centers: false))
    }
    let (means, variances) = (mean.numbers, variance.numbers)
    guard !means.isEmpty, means.count == variances.count else {
      throw refusal("mean and variance", mean, expected: "as many numbers each")
    }
    let scale = variances.map { 1 / Float(max($0.squareRoot(), 1e-7)) }
    return .rescaling(scale: scale, offset: zip(means, scale).map { -Float($0) * $1 })
  }

  /// As `tf.image.resize` without antialiasing.
  private func resizing() throws(ModelFileError) -> Resizing {
    try requireChannelsLast()
    for name in ["crop_to_aspect_ratio", "pad_to_aspect_ratio", "antialias"]
    where try truth(name, default: false) {
      throw refusal(name, value(name), expected: "false")
    }
    let size = Extent(height: try integer("height"), width: try integer("width"))
    switch value("interpolation")?.text ?? "bilinear" {
    case "nearest": return Resizing(to: .size(size), .nearest(.halfUp), .halfPixel)
    case "bilinear": return Resizing(to: .size(size), .linear, .halfPixel)
    default: throw refusal("interpolation", value("interpolation"), expected: "\"nearest\" or \"bilinear\"")
    }
  }

  private func pooling(_ kind: Pooling.Kind) throws(ModelFileError) -> Pooling {
    try requireChannelsLast()
    let size = try extent("pool_size", default: 2)
    return Pooling(kind, size: size, stride: try extent("strides", default: size), padding: try padding())
  }

  private func globalPooling(_ kind: Pooling.Kind) throws(ModelFileError) -> NeuralNetwork.Operation {
    try requireChannelsLast()
    return .globalPooling(kind, keepsAxes: try truth("keepdims", default: false))
  }

  private func interpolation() throws(ModelFileError) -> Interpolation {
    switch value("interpolation")?.text ?? "nearest" {
    case "nearest": return .nearest
    case "bilinear": return .bilinear
    default: throw refusal("interpolation", value("interpolation"), expected: "\"nearest\" or \"bilinear\"")
    }
  }

  /// Keras 1's one layer for all that joins.
  private func merge() throws(ModelFileError) -> NeuralNetwork.Operation {
    switch value("mode")?.text {
    case "sum": return .add
    case "mul": return .multiply
    case "ave": return .average
    case "max": return .maximum
    case "concat":
      try requireChannelAxis("concat_axis")
      return .concatenate
    default: throw refusal("mode", value("mode"), expected: "sum, mul, ave, max or concat")
    }
  }

  private func numbers(_ name: String, default standard: Float) throws(ModelFileError) -> [Float] {
    guard let found = value(name) else { return [standard] }
    if let number = found.number { return [Float(number)] }
    if let list = found.list, !list.isEmpty {
      let numbers = list.compactMap(\.number)
      if numbers.count == list.count { return numbers.map { Float($0) } }
    }
    throw refusal(name, found, expected: "a number, or one a channel")
  }

  /// The shape a layer declares for its input: `[batch, rows, columns, channels]`, a plane `[batch, rows, columns]` of one
  /// channel, as digits are often fed to a flatten layer, or `[batch, channels]`.
  func inputShape() throws(ModelFileError) -> InputShape {
    if let units = value("input_dim")?.integer { return InputShape(channels: units, isVector: true) }
    let found = value("batch_shape", "batch_input_shape", "batch_input_shape")
    guard let extents = found?.list, extents.allSatisfy({ $0.isNull || $0.integer.map { $0 > 0 } == true })
    else {
      throw refusal("batch_shape", found, expected: "[null, rows, columns, channels]")
    }
    switch extents.count {
    case 4:
      return InputShape(height: extents[1].integer, width: extents[2].integer, channels: extents[3].integer)
    case 3: return InputShape(height: extents[1].integer, width: extents[2].integer, channels: 1)
    case 2: return InputShape(channels: extents[1].integer, isVector: true)
    default: throw refusal("batch_shape", found, expected: "[null, rows, columns, channels]")
    }
  }

  /// Whether the layer says what shape it expects, as the first layer of a Sequential does.
  var declaresInput: Bool { value("batch_shape", "batch_input_shape", "input_dim") != nil }

  /// Whether Keras 3 wrote this: it describes data types as objects and shapes under a new name.
  var isKeras3: Bool { config["dtype"]?.object != nil || config["batch_shape"] != nil }
}
