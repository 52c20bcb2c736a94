import Convolution

extension Architecture {
  /// torchvision's: symmetric padding where Keras pads the bottom and the right alone.
  public static let mobilenetv2Torch = Architecture(
    "mobilenetv2-torch", .torch, .torchvision(), paper: "Sandler et al. 2018, arXiv:1801.04381"
  ) { plan in
    var list = TorchLayers(plan)
    func finish(_ prefix: String, from x: String) -> String {
      let y = list.normalisation("\(prefix).1", from: x)
      return list.append("\(prefix).2", .activation(.relu6), from: y)
    }
    var channels = 32
    var x = list.convolution("features.0.0", channels, 3, stride: 2, from: "x")
    x = finish("features.0", from: x)
    for (index, row) in mobilenetV2Rows.enumerated() {
      let block = "features.\(index + 1)"
      var (y, place) = (x, 0)
      if row.expansion > 1 {
        y = list.append(
          "\(block).conv.0.0",
          .convolution(
            .init(filters: row.expansion * plan.channels(channels), kernelSize: 1, usesBias: false)), from: y)
        y = finish("\(block).conv.0", from: y)
        place = 1
      }
      y = list.append(
        "\(block).conv.\(place).0",
        .depthwiseConvolution(
          .init(
            kernelSize: 3, stride: Extent(row.stride), padding: .explicit(Margins(1)), usesBias: false)),
        from: y)
      y = finish("\(block).conv.\(place)", from: y)
      y = list.convolution("\(block).conv.\(place + 1)", row.filters, from: y)
      y = list.normalisation("\(block).conv.\(place + 2)", from: y)
      let isResidual = row.stride == 1 && channels == row.filters
      x = isResidual ? list.append("\(block).add", .add, from: x, y) : y
      channels = row.filters
    }
    x = list.convolution("features.18.0", 1280, from: x)
    x = finish("features.18", from: x)
    list.classify("adaptive_avg_pool2d", "classifier.1", dropout: ("classifier.0", 0.2), from: x)
    return list.layers
  }
}
