import Convolution

extension Architecture {
  public static let inceptionresnetv2 = Architecture(
    "inceptionresnetv2", .keras, .tf(height: 299, width: 299), paper: "Szegedy et al. 2016, arXiv:1602.07261"
  ) { plan in
    typealias Row = (filters: Int, height: Int, width: Int)
    var list = LayerList(input: "input_layer", plan.input)
    func convolve(_ row: Row, stride: Int = 1, padding: Padding = .same, name: String? = nil, from x: String)
      -> String
    {
      let convolution = Convolution2D(
        filters: plan.channels(row.filters), kernelSize: Extent(height: row.height, width: row.width),
        stride: Extent(stride), padding: padding, usesBias: false)
      let y = list.append(name ?? list.numbered("conv2d"), .convolution(convolution), from: x)
      let z = list.append(
        name.map { $0 + "_bn" } ?? list.numbered("batch_normalization"),
        .batchNormalization(.init(scales: false)), from: y)
      return list.append(name.map { $0 + "_ac" } ?? list.numbered("activation"), .activation(.relu), from: z)
    }
    func chain(_ rows: [Row], from x: String) -> String { rows.reduce(x) { convolve($1, from: $0) } }
    /// As ``chain``, the last one without padding and with stride 2.
    func reduction(_ rows: [Row], from x: String) -> String {
      guard let last = rows.last else { return x }
      return convolve(last, stride: 2, padding: .valid, from: chain(rows.dropLast(), from: x))
    }
    func shrink(_ x: String) -> String {
      list.append(list.numbered("max_pooling2d"), .pooling(.init(.maximum, size: 3, stride: 2)), from: x)
    }
    /// `x + scale * convolution(branches)`, the sum named as Keras numbers its scaling layers.
    func residual(
      _ name: String, _ branches: [[Row]], channels: Int, scale: Float, isLast: Bool = false, from x: String
    ) -> String {
      let mixed = list.append("\(name)_mixed", .concatenate, from: branches.map { chain($0, from: x) })
      let up = list.append(
        "\(name)_conv", .convolution(.init(filters: channels, kernelSize: 1, padding: .same)), from: mixed)
      let sum = list.numbered("custom_scale_layer")
      let scaled = list.append("\(sum)/scaled", .rescaling(scale: [scale], offset: [0]), from: up)
      list.append(sum, .add, from: x, scaled)
      return isLast ? sum : list.append("\(name)_ac", .activation(.relu), from: sum)
    }
    func joined(_ channels: Int...) -> Int { channels.reduce(0) { $0 + plan.channels($1) } }

    var x = convolve((32, 3, 3), stride: 2, padding: .valid, from: "input_layer")
    x = convolve((32, 3, 3), padding: .valid, from: x)
    x = shrink(convolve((64, 3, 3), from: x))
    x = convolve((80, 1, 1), padding: .valid, from: x)
    x = shrink(convolve((192, 3, 3), padding: .valid, from: x))

    var branches = [
      chain([(96, 1, 1)], from: x), chain([(48, 1, 1), (64, 5, 5)], from: x),
      chain([(64, 1, 1), (96, 3, 3), (96, 3, 3)], from: x),
    ]
    let pooled = list.append(
      list.numbered("average_pooling2d"), .pooling(.init(.average, size: 3, stride: 1, padding: .same)),
      from: x)
    branches.append(convolve((64, 1, 1), from: pooled))
    x = list.append("mixed_5b", .concatenate, from: branches)
    var channels = joined(96, 64, 96, 64)
    for index in 1...10 {
      x = residual(
        "block35_\(index)",
        [[(32, 1, 1)], [(32, 1, 1), (32, 3, 3)], [(32, 1, 1), (48, 3, 3), (64, 3, 3)]],
        channels: channels, scale: 0.17, from: x)
    }
    x = list.append(
      "mixed_6a", .concatenate,
      from: reduction([(384, 3, 3)], from: x), reduction([(256, 1, 1), (256, 3, 3), (384, 3, 3)], from: x),
      shrink(x))
    channels += joined(384, 384)
    for index in 1...20 {
      x = residual(
        "block17_\(index)", [[(192, 1, 1)], [(128, 1, 1), (160, 1, 7), (192, 7, 1)]],
        channels: channels, scale: 0.1, from: x)
    }
    x = list.append(
      "mixed_7a", .concatenate,
      from: reduction([(256, 1, 1), (384, 3, 3)], from: x), reduction([(256, 1, 1), (288, 3, 3)], from: x),
      reduction([(256, 1, 1), (288, 3, 3), (320, 3, 3)], from: x), shrink(x))
    channels += joined(384, 288, 320)
    for index in 1...10 {
      x = residual(
        "block8_\(index)", [[(192, 1, 1)], [(192, 1, 1), (224, 1, 3), (256, 3, 1)]],
        channels: channels, scale: index == 10 ? 1 : 0.2, isLast: index == 10, from: x)
    }
    x = convolve((1536, 1, 1), name: "conv_7b", from: x)
    x = list.append("avg_pool", .globalPooling(.average, keepsAxes: false), from: x)
    list.append("predictions", .dense(.init(units: plan.classes, activation: .softmax)), from: x)
    return list.inKerasOrder
  }
}
