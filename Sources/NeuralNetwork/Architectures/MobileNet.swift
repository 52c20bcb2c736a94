import Convolution

extension Architecture {
  static let mobileNets =
    [mobilenet, mobileNet("mobilenet0.75", alpha: 0.75), mobileNet("mobilenet0.5", alpha: 0.5)]
    + [mobileNet("mobilenet0.25", alpha: 0.25), mobilenetv2, mobilenetv2Torch]

  public static let mobilenet = mobileNet("mobilenet", alpha: 1)

  /// `alpha`: the share of the channels of the full network.
  private static func mobileNet(_ name: String, alpha: Double) -> Architecture {
    Architecture(
      name, .keras, .tf(height: 224, width: 224), paper: "Howard et al. 2017, arXiv:1704.04861"
    ) { plan in
      func channels(_ published: Int) -> Int { plan.channels(Int(Double(published) * alpha)) }
      // filters and stride of the thirteen separable blocks
      let rows = [
        (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1), (512, 1), (512, 1), (512, 1),
        (512, 1),
        (1024, 2), (1024, 1),
      ]
      var list = LayerList(input: "input_layer", plan.input)
      func finish(_ name: String, from x: String) -> String {
        list.append("\(name)_bn", .batchNormalization(.init()), from: x)
        return list.append("\(name)_relu", .activation(.relu6), from: "\(name)_bn")
      }
      var x = list.append(
        "conv1",
        .convolution(
          .init(filters: channels(32), kernelSize: 3, stride: 2, padding: .same, usesBias: false)),
        from: "input_layer")
      x = finish("conv1", from: x)
      for (index, (filters, stride)) in rows.enumerated() {
        let number = index + 1
        if stride == 2 {
          x = list.append(
            "conv_pad_\(number)", .zeroPadding(Margins(top: 0, bottom: 1, left: 0, right: 1)), from: x)
        }
        list.append(
          "conv_dw_\(number)",
          .depthwiseConvolution(
            .init(
              kernelSize: 3, stride: Extent(stride), padding: stride == 1 ? .same : .valid, usesBias: false)
          ),
          from: x)
        x = finish("conv_dw_\(number)", from: "conv_dw_\(number)")
        list.append(
          "conv_pw_\(number)",
          .convolution(.init(filters: channels(filters), kernelSize: 1, padding: .same, usesBias: false)),
          from: x)
        x = finish("conv_pw_\(number)", from: "conv_pw_\(number)")
      }
      x = list.append("global_average_pooling2d", .globalPooling(.average, keepsAxes: true), from: x)
      x = list.append("dropout", .dropout(rate: 1e-3), from: x)
      x = list.append(
        "conv_preds", .convolution(.init(filters: plan.classes, kernelSize: 1, padding: .same)), from: x)
      x = list.append("reshape_2", .reshape([plan.classes], .channelsLast), from: x)
      list.append("predictions", .activation(.softmax), from: x)
      return list.layers
    }
  }

  /// The seventeen inverted residuals, table 2 of the paper.
  static let mobilenetV2Rows: [(filters: Int, stride: Int, expansion: Int)] = [
    (16, 1, 1), (24, 2, 6), (24, 1, 6), (32, 2, 6), (32, 1, 6), (32, 1, 6), (64, 2, 6), (64, 1, 6),
    (64, 1, 6), (64, 1, 6), (96, 1, 6), (96, 1, 6), (96, 1, 6), (160, 2, 6), (160, 1, 6), (160, 1, 6),
    (320, 1, 6),
  ]

  public static let mobilenetv2 = Architecture(
    "mobilenetv2", .keras, .tf(height: 224, width: 224), paper: "Sandler et al. 2018, arXiv:1801.04381"
  ) { plan in
    var list = LayerList(input: "input_layer", plan.input)
    let normalise = Operation.batchNormalization(.init(momentum: 0.999))
    var channels = plan.channels(32)
    func pointwise(_ filters: Int, padding: Padding = .same) -> Operation {
      .convolution(.init(filters: filters, kernelSize: 1, padding: padding, usesBias: false))
    }
    list.append(
      "Conv1",
      .convolution(.init(filters: channels, kernelSize: 3, stride: 2, padding: .same, usesBias: false)),
      from: "input_layer")
    var x = list.append("bn_Conv1", normalise, from: "Conv1")
    x = list.append("Conv1_relu", .activation(.relu6), from: x)
    for (index, (published, stride, expansion)) in mobilenetV2Rows.enumerated() {
      let prefix = index == 0 ? "expanded_conv_" : "block_\(index)_"
      let filters = plan.channels(published)
      var y = x
      if index > 0 {
        y = list.append("\(prefix)expand", pointwise(expansion * channels), from: y)
        y = list.append("\(prefix)expand_BN", normalise, from: y)
        y = list.append("\(prefix)expand_relu", .activation(.relu6), from: y)
      }
      if stride == 2 {
        y = list.append(
          "\(prefix)pad", .zeroPadding(Margins(top: 0, bottom: 1, left: 0, right: 1)), from: y)
      }
      y = list.append(
        "\(prefix)depthwise",
        .depthwiseConvolution(
          .init(kernelSize: 3, stride: Extent(stride), padding: stride == 1 ? .same : .valid, usesBias: false)
        ),
        from: y)
      y = list.append("\(prefix)depthwise_BN", normalise, from: y)
      y = list.append("\(prefix)depthwise_relu", .activation(.relu6), from: y)
      y = list.append("\(prefix)project", pointwise(filters), from: y)
      y = list.append("\(prefix)project_BN", normalise, from: y)
      x = stride == 1 && channels == filters ? list.append("\(prefix)add", .add, from: x, y) : y
      channels = filters
    }
    x = list.append("Conv_1", pointwise(plan.channels(1280), padding: .valid), from: x)
    x = list.append("Conv_1_bn", normalise, from: x)
    x = list.append("out_relu", .activation(.relu6), from: x)
    x = list.append("global_average_pooling2d", .globalPooling(.average, keepsAxes: false), from: x)
    list.append("predictions", .dense(.init(units: plan.classes, activation: .softmax)), from: x)
    return list.inKerasOrder
  }
}
