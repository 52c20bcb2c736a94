import Convolution
import NeuralNetwork
import TensorCore
import WeightFiles

/// One layer of Keras's that a layer becomes, or part of one.
struct KerasStep {
  let kind: String
  var suffix = ""
  var config: [String: JSONValue] = [:]
  var weights: [(name: String, tensor: Tensor)] = []
}

private func pair(_ extent: Extent) -> JSONValue {
  .list([.number(Double(extent.height)), .number(Double(extent.width))])
}

/// A float as the shortest decimal that means it.
private func decimal(_ value: Float) -> JSONValue { .number(Double("\(value)") ?? Double(value)) }

private func whole(_ value: Int) -> JSONValue { .number(Double(value)) }

extension KerasExport {
  /// What a layer is in Keras, one step after another.
  func kerasSteps(of layer: Layer) throws(ModelFileError) -> [KerasStep] {
    switch layer.operation {
    case .input(let shape):
      let extents: [Int?] =
        shape.isVector ? [nil, shape.channels] : [nil, shape.height, shape.width, shape.channels]
      return [
        KerasStep(
          kind: "InputLayer",
          config: [
            "batch_shape": .list(extents.map { $0.map(whole) ?? .null }), "dtype": .text("float32"),
          ])
      ]
    case .convolution(let c):
      return try windowed(
        layer, "Conv2D", c.kernelSize, c.stride, c.dilation, c.padding, c.activation, usesBias: c.usesBias,
        ["filters": whole(c.filters), "groups": whole(c.groups)], [("kernel", .kernel)])
    case .depthwiseConvolution(let c):
      return try windowed(
        layer, "DepthwiseConv2D", c.kernelSize, c.stride, c.dilation, c.padding, c.activation,
        usesBias: c.usesBias,
        ["depth_multiplier": whole(c.depthMultiplier)], [("depthwise_kernel", .kernel)])
    case .separableConvolution(let c):
      let d = c.depthwise
      return try windowed(
        layer, "SeparableConv2D", d.kernelSize, d.stride, d.dilation, d.padding, c.activation,
        usesBias: c.usesBias,
        ["filters": whole(c.filters), "depth_multiplier": whole(d.depthMultiplier)],
        [("depthwise_kernel", .kernel), ("pointwise_kernel", .pointwiseKernel)])
    case .transposedConvolution(let c): return try transposed(layer, c)
    case .dense(let d):
      var config: [String: JSONValue] = ["units": whole(d.units), "use_bias": .truth(d.usesBias)]
      let after = try carried(d.activation, layer, &config)
      var kernel = weight(.kernel, of: layer)
      if let flattened = flattenedChannelsFirst(before: layer), flattened[1] * flattened[2] > 1 {
        // Keras counts the pixels of what it flattens channels last.
        kernel = kernel.map {
          $0.reshaped([flattened[3], flattened[1], flattened[2], d.units]).transposedLater([1, 2, 0, 3])
            .reshaped([flattened.count, d.units])
        }
      }
      let weights = [("kernel", kernel), ("bias", weight(.bias, of: layer))].compactMap { name, tensor in
        tensor.map { (name: name, tensor: $0) }
      }
      return [KerasStep(kind: "Dense", config: config, weights: weights)] + after
    case .batchNormalization(let b):
      return [
        KerasStep(
          kind: "BatchNormalization",
          config: [
            "axis": .number(-1), "epsilon": decimal(b.epsilon), "momentum": decimal(b.momentum),
            "scale": .truth(b.scales), "center": .truth(b.centers),
          ],
          weights: weights(
            layer,
            [
              ("gamma", .gamma), ("beta", .beta), ("moving_mean", .movingMean),
              ("moving_variance", .movingVariance),
            ]))
      ]
    case .groupNormalization(let g):
      return [
        KerasStep(
          kind: "GroupNormalization",
          config: [
            "groups": whole(g.groups), "axis": .number(-1), "epsilon": decimal(g.epsilon),
            "scale": .truth(g.scales), "center": .truth(g.centers),
          ], weights: weights(layer, [("gamma", .gamma), ("beta", .beta)]))
      ]
    case .layerNormalization(let l):
      return [
        KerasStep(
          kind: "LayerNormalization",
          config: [
            "axis": .number(-1), "epsilon": decimal(l.epsilon), "scale": .truth(l.scales),
            "center": .truth(l.centers),
          ], weights: weights(layer, [("gamma", .gamma), ("beta", .beta)]))
      ]
    case .channelScale(let s):
      let channels = outputShape(of: layer)[-1]
      guard outputShape(of: layer).rank == 4 else {
        throw unsupported(layer, "it scales channels of what is no picture")
      }
      // A 1x1 convolution of every channel with one number.
      let gamma = weight(.gamma, of: layer) ?? Tensor(repeating: 1, shape: [channels])
      let kernel = (name: "depthwise_kernel", tensor: gamma.reshaped([1, 1, channels, 1]))
      return [
        KerasStep(
          kind: "DepthwiseConv2D",
          config: [
            "kernel_size": pair(1), "strides": pair(1), "padding": .text("valid"),
            "depth_multiplier": .number(1), "use_bias": .truth(s.usesBias), "activation": .text("linear"),
          ], weights: [kernel] + weights(layer, [("bias", .beta)]))
      ]
    case .activation(let activation): return [try step(activation, layer)]
    case .pooling(let pooling): return try pooled(layer, pooling)
    case .globalPooling(let kind, let keepsAxes):
      return [
        KerasStep(
          kind: kind == .average ? "GlobalAveragePooling2D" : "GlobalMaxPooling2D",
          config: ["keepdims": .truth(keepsAxes)])
      ]
    case .adaptiveAveragePooling(let extent): return [try adaptive(layer, extent)]
    case .upSampling(let extent, let interpolation):
      return [
        KerasStep(
          kind: "UpSampling2D",
          config: [
            "size": pair(extent), "interpolation": .text(interpolation == .nearest ? "nearest" : "bilinear"),
          ])
      ]
    case .flatten(let order):
      let shape = inputShape(of: layer)
      guard order == .channelsLast || shape[1] * shape[2] == 1 || isReadByDenseOnly(layer) else {
        throw unsupported(layer, "it flattens channels first, and not for a dense layer alone")
      }
      return [KerasStep(kind: "Flatten")]
    case .reshape(let extents, .channelsLast):
      return [KerasStep(kind: "Reshape", config: ["target_shape": .list(extents.map(whole))])]
    case .zeroPadding(let m): return [KerasStep(kind: "ZeroPadding2D", config: ["padding": margins(m)])]
    case .cropping(let m): return [KerasStep(kind: "Cropping2D", config: ["cropping": margins(m)])]
    case .dropout(let rate): return [KerasStep(kind: "Dropout", config: ["rate": decimal(rate)])]
    case .identity: return [KerasStep(kind: "Activation", config: ["activation": .text("linear")])]
    case .add: return [KerasStep(kind: "Add")]
    case .subtract: return [KerasStep(kind: "Subtract")]
    case .multiply: return [KerasStep(kind: "Multiply")]
    case .average: return [KerasStep(kind: "Average")]
    case .minimum: return [KerasStep(kind: "Minimum")]
    case .maximum: return [KerasStep(kind: "Maximum")]
    case .concatenate: return [KerasStep(kind: "Concatenate", config: ["axis": .number(-1)])]
    case .join(let axis): return [KerasStep(kind: "Concatenate", config: ["axis": whole(axis)])]
    case .permute(let order):
      return [KerasStep(kind: "Permute", config: ["dims": .list(order.dropFirst().map(whole))])]
    case .rescaling(let scale, let offset):
      func numbers(_ values: [Float]) -> JSONValue {
        values.count == 1 ? decimal(values[0]) : .list(values.map(decimal))
      }
      return [KerasStep(kind: "Rescaling", config: ["scale": numbers(scale), "offset": numbers(offset)])]
    default: throw unsupported(layer, "it is a layer of the kind \(layer.operation.kerasClass)")
    }
  }

  private func weights(_ layer: Layer, _ roles: [(String, WeightRole)]) -> [(name: String, tensor: Tensor)] {
    roles.compactMap { name, role in weight(role, of: layer).map { (name: name, tensor: $0) } }
  }

  private func margins(_ m: Margins) -> JSONValue {
    .list([.list([whole(m.top), whole(m.bottom)]), .list([whole(m.left), whole(m.right)])])
  }

  // MARK: activations

  private func name(of activation: Activation) -> String? {
    switch activation {
    case .linear: "linear"
    case .relu: "relu"
    case .relu6: "relu6"
    case .elu(let alpha) where alpha == 1: "elu"
    case .selu: "selu"
    case .sigmoid: "sigmoid"
    case .hardSigmoid(let slope, let offset) where slope == 1 / 6 && offset == 0.5: "hard_sigmoid"
    case .tanh: "tanh"
    case .swish: "silu"
    case .hardSwish: "hard_silu"
    case .mish: "mish"
    case .celu(let alpha) where alpha == 1: "celu"
    case .gelu(let approximates) where !approximates: "gelu"
    case .softplus: "softplus"
    case .softsign: "softsign"
    case .exponential: "exponential"
    case .softmax: "softmax"
    default: nil
    }
  }

  /// Keras 3's way to write a data type, by which readers know its hard sigmoid from that of Keras 2.
  private static let policy: JSONValue = .object([
    "module": .text("keras"), "class_name": .text("DTypePolicy"),
    "config": .object(["name": .text("float32")]), "registered_name": .null,
  ])

  /// Puts an activation into its layer's settings, or gives the layer that follows instead.
  private func carried(_ activation: Activation, _ layer: Layer, _ config: inout [String: JSONValue])
    throws(ModelFileError) -> [KerasStep]
  {
    config["dtype"] = Self.policy
    if let name = name(of: activation) {
      config["activation"] = .text(name)
      return []
    }
    config["activation"] = .text("linear")
    var step = try step(activation, layer)
    step.suffix = "_activation"
    return [step]
  }

  private func step(_ activation: Activation, _ layer: Layer) throws(ModelFileError) -> KerasStep {
    if let name = name(of: activation) {
      return KerasStep(kind: "Activation", config: ["activation": .text(name), "dtype": Self.policy])
    }
    switch activation {
    case .leakyRelu(let slope):
      return KerasStep(kind: "LeakyReLU", config: ["negative_slope": decimal(slope)])
    case .elu(let alpha): return KerasStep(kind: "ELU", config: ["alpha": decimal(alpha)])
    case .clip(let low, let high) where low == 0:
      return KerasStep(kind: "ReLU", config: ["max_value": decimal(high)])
    case .parametricRelu where outputShape(of: layer).rank == 4:
      let slope = weight(.slope, of: layer).map {
        (name: "alpha", tensor: $0.reshaped([1, 1, $0.shape.count]))
      }
      return KerasStep(
        kind: "PReLU", config: ["shared_axes": .list([.number(1), .number(2)])],
        weights: slope.map { [$0] } ?? [])
    default: throw unsupported(layer, "it has the activation \(activation)")
    }
  }

  // MARK: windows

  private func windowed(
    _ layer: Layer, _ kind: String, _ size: Extent, _ stride: Extent, _ dilation: Extent, _ padding: Padding,
    _ activation: Activation, usesBias: Bool, _ more: [String: JSONValue], _ roles: [(String, WeightRole)]
  ) throws(ModelFileError) -> [KerasStep] {
    var config = more
    config["kernel_size"] = pair(size)
    config["strides"] = pair(stride)
    config["dilation_rate"] = pair(dilation)
    config["use_bias"] = .truth(usesBias)
    config["padding"] = .text(padding == .same ? "same" : "valid")
    var before: [KerasStep] = []
    switch padding {
    case .valid, .same: break
    case .explicit(let m) where m == .none: break
    case .explicit(let m):
      before = [KerasStep(kind: "ZeroPadding2D", suffix: "_pad", config: ["padding": margins(m)])]
    case .sameLower: throw unsupported(layer, "it pads the odd pixel at the top and left")
    }
    let after = try carried(activation, layer, &config)
    return before
      + [KerasStep(kind: kind, config: config, weights: weights(layer, roles + [("bias", .bias)]))] + after
  }

  private func transposed(_ layer: Layer, _ c: TransposedConvolution2D) throws(ModelFileError) -> [KerasStep]
  {
    guard c.groups == 1 else { throw unsupported(layer, "it is a transposed convolution in groups") }
    var config: [String: JSONValue] = [
      "filters": whole(c.filters), "kernel_size": pair(c.kernelSize), "strides": pair(c.stride),
      "dilation_rate": pair(c.dilation), "padding": .text(c.padding == .same ? "same" : "valid"),
      "use_bias": .truth(c.usesBias),
    ]
    var crop: [KerasStep] = []
    if case .explicit(let m) = c.padding {
      // What padding takes away is cut off afterwards; what output padding adds is left on.
      var cut = Margins(
        top: m.top, bottom: m.bottom - c.outputPadding.height, left: m.left,
        right: m.right - c.outputPadding.width)
      let isShorter = c.kernelSize.height < c.stride.height || c.kernelSize.width < c.stride.width
      if m == .none, c.outputPadding != 0 || isShorter {
        config["output_padding"] = pair(c.outputPadding)
        cut = .none
      }
      guard cut.bottom >= 0, cut.right >= 0 else {
        throw unsupported(layer, "its output padding exceeds its padding")
      }
      if cut != .none {
        crop = [KerasStep(kind: "Cropping2D", suffix: "_crop", config: ["cropping": margins(cut)])]
      }
    } else if c.outputPadding != 0 || c.padding == .sameLower {
      throw unsupported(layer, "it is a transposed convolution with output padding")
    }
    let after = try carried(c.activation, layer, &config)
    let own = weights(layer, [("kernel", .kernel), ("bias", .bias)])
    return [KerasStep(kind: "Conv2DTranspose", config: config, weights: own)] + crop + after
  }

  private func pooled(_ layer: Layer, _ p: Pooling) throws(ModelFileError) -> [KerasStep] {
    guard p.dilation == 1 else { throw unsupported(layer, "it pools over pixels that lie apart") }
    let (input, output) = (inputShape(of: layer), outputShape(of: layer))
    var margin = Margins.none
    switch p.padding {
    case .explicit(let m): margin = m
    case .sameLower: throw unsupported(layer, "it pads the odd pixel at the top and left")
    case .valid, .same: break
    }
    /// Keras's choice along an axis: `valid`, `same`, both, or neither.
    func choices(_ n: Int, _ out: Int, _ k: Int, _ s: Int, _ start: Int) -> Set<String> {
      let total = max((out - 1) * s + k - n, 0)
      var fitting: Set<String> = []
      if start == 0, total == 0, out == (n - k) / s + 1 { fitting.insert("valid") }
      if out == (n + s - 1) / s, total / 2 == start { fitting.insert("same") }
      return fitting
    }
    let fitting: Set<String> =
      p.padding == .same
      ? ["same"]
      : choices(input[1], output[1], p.size.height, p.stride.height, margin.top).intersection(
        choices(input[2], output[2], p.size.width, p.stride.width, margin.left))
    var config: [String: JSONValue] = ["pool_size": pair(p.size), "strides": pair(p.stride)]
    let kind = p.kind == .maximum ? "MaxPooling2D" : "AveragePooling2D"
    if fitting.contains("valid") {
      config["padding"] = .text("valid")
      return [KerasStep(kind: kind, config: config)]
    }
    if fitting.contains("same"), p.kind == .maximum || !p.countsPadding {
      config["padding"] = .text("same")
      return [KerasStep(kind: kind, config: config)]
    }
    // Zeros around it do where they cannot be the greatest, or are counted.
    let needed = Margins(
      top: margin.top,
      bottom: max(0, (output[1] - 1) * p.stride.height + p.size.height - input[1] - margin.top),
      left: margin.left,
      right: max(0, (output[2] - 1) * p.stride.width + p.size.width - input[2] - margin.left))
    let areAllowed =
      p.kind == .maximum
      ? isNeverNegative(producer(of: layer))
      : p.countsPadding && needed.bottom <= margin.bottom && needed.right <= margin.right
    guard areAllowed else { throw unsupported(layer, "it pools over padding in a way") }
    config["padding"] = .text("valid")
    return [
      KerasStep(kind: "ZeroPadding2D", suffix: "_pad", config: ["padding": margins(needed)]),
      KerasStep(kind: kind, config: config),
    ]
  }

  private func isNeverNegative(_ layer: Layer?) -> Bool {
    switch layer?.operation {
    case .activation(.relu), .activation(.relu6): true
    case .convolution(let c): c.activation == .relu || c.activation == .relu6
    default: false
    }
  }

  private func adaptive(_ layer: Layer, _ extent: Extent) throws(ModelFileError) -> KerasStep {
    let input = inputShape(of: layer)
    guard input[1] % extent.height == 0, input[2] % extent.width == 0 else {
      throw unsupported(layer, "it averages over windows of unequal size")
    }
    let size = pair(Extent(height: input[1] / extent.height, width: input[2] / extent.width))
    return KerasStep(
      kind: "AveragePooling2D", config: ["pool_size": size, "strides": size, "padding": .text("valid")])
  }

  // MARK: flattening

  /// Whether nothing but dense layers sees what a layer flattens.
  private func isReadByDenseOnly(_ layer: Layer) -> Bool {
    var pending = [layer.name]
    while let name = pending.popLast() {
      guard !network.graph.outputs.contains(name) else { return false }
      for reader in network.graph.layers where reader.inputs.contains(name) {
        switch reader.operation {
        case .dense: continue
        case .dropout, .identity, .activation: pending.append(reader.name)
        default: return false
        }
      }
    }
    return true
  }

  /// The shape of the picture that a dense layer sees flattened channels first.
  private func flattenedChannelsFirst(before layer: Layer) -> Shape? {
    var current = producer(of: layer)
    while let layer = current {
      switch layer.operation {
      case .flatten(.channelsFirst): return inputShape(of: layer)
      case .dropout, .identity, .activation: current = producer(of: layer)
      default: return nil
      }
    }
    return nil
  }
}
