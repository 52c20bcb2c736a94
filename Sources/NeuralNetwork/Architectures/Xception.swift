import Convolution

extension Architecture {
  public static let xception = Architecture(
    "xception", .keras, .tf(height: 299, width: 299), paper: "Chollet 2016, arXiv:1610.02357"
  ) { plan in
    var list = LayerList(input: "input_layer", plan.input)
    func convolve(_ name: String, _ filters: Int, stride: Int, from x: String) -> String {
      list.append(
        name,
        .convolution(
          .init(filters: plan.channels(filters), kernelSize: 3, stride: Extent(stride), usesBias: false)),
        from: x)
      list.append("\(name)_bn", .batchNormalization(.init()), from: name)
      return list.append("\(name)_act", .activation(.relu), from: "\(name)_bn")
    }
    func separable(_ name: String, _ filters: Int, from x: String) -> String {
      list.append(
        name,
        .separableConvolution(
          .init(
            depthwise: .init(kernelSize: 3, padding: .same, usesBias: false), filters: plan.channels(filters),
            usesBias: false)), from: x)
      return list.append("\(name)_bn", .batchNormalization(.init()), from: name)
    }
    /// Rectified separable convolutions; the first of a block may follow a rectified layer already.
    func separables(_ block: Int, _ filters: [Int], rectifiesFirst: Bool = true, from x: String) -> String {
      var y = x
      for (index, filters) in filters.enumerated() {
        let name = "block\(block)_sepconv\(index + 1)"
        if index > 0 || rectifiesFirst { y = list.append("\(name)_act", .activation(.relu), from: y) }
        y = separable(name, filters, from: y)
      }
      return y
    }

    var x = convolve("block1_conv1", 32, stride: 2, from: "input_layer")
    x = convolve("block1_conv2", 64, stride: 1, from: x)
    for (block, filters) in [(2, [128, 128]), (3, [256, 256]), (4, [728, 728])] {
      x = shrinking(block, filters, from: x)
    }
    for block in 5...12 {
      let y = separables(block, [728, 728, 728], from: x)
      x = list.append(list.numbered("add"), .add, from: y, x)
    }
    x = shrinking(13, [728, 1024], from: x)
    for (index, filters) in [1536, 2048].enumerated() {
      let name = "block14_sepconv\(index + 1)"
      x = separable(name, filters, from: x)
      x = list.append("\(name)_act", .activation(.relu), from: x)
    }
    x = list.append("avg_pool", .globalPooling(.average, keepsAxes: false), from: x)
    list.append("predictions", .dense(.init(units: plan.classes, activation: .softmax)), from: x)
    return list.inKerasOrder

    /// Two separable convolutions and a pooling beside a strided 1x1 convolution.
    func shrinking(_ block: Int, _ filters: [Int], from x: String) -> String {
      let shortcut = list.append(
        list.numbered("conv2d"),
        .convolution(
          .init(
            filters: plan.channels(filters[1]), kernelSize: 1, stride: 2, padding: .same, usesBias: false)),
        from: x)
      let residual = list.append(
        list.numbered("batch_normalization"), .batchNormalization(.init()), from: shortcut)
      var y = separables(block, filters, rectifiesFirst: block > 2, from: x)
      y = list.append(
        "block\(block)_pool", .pooling(.init(.maximum, size: 3, stride: 2, padding: .same)), from: y)
      return list.append(list.numbered("add"), .add, from: y, residual)
    }
  }
}
