import Convolution

extension Architecture {
  static let denseNets = [
    denseNet("densenet121", blocks: [6, 12, 24, 16]), denseNet("densenet169", blocks: [6, 12, 32, 32]),
    denseNet("densenet201", blocks: [6, 12, 48, 32]),
  ]

  /// Growth 32, transitions that halve the channels; `blocks` in each of four stacks.
  private static func denseNet(_ name: String, blocks: [Int]) -> Architecture {
    Architecture(
      name, .keras, .torch(height: 224, width: 224), paper: "Huang et al. 2016, arXiv:1608.06993"
    ) { plan in
      var list = LayerList(input: "input_layer", plan.input)
      let growth = plan.channels(32)
      let normalise = Operation.batchNormalization(.init(epsilon: 1.001e-5))
      func convolution(_ filters: Int, _ kernel: Int = 1, stride: Int = 1, padding: Padding = .valid)
        -> Operation
      {
        .convolution(
          .init(
            filters: filters, kernelSize: Extent(kernel), stride: Extent(stride), padding: padding,
            usesBias: false))
      }
      var channels = plan.channels(64)
      var x = list.append(list.numbered("zero_padding2d"), .zeroPadding(Margins(3)), from: "input_layer")
      x = list.append("conv1_conv", convolution(channels, 7, stride: 2), from: x)
      x = list.append("conv1_bn", normalise, from: x)
      x = list.append("conv1_relu", .activation(.relu), from: x)
      x = list.append(list.numbered("zero_padding2d"), .zeroPadding(Margins(1)), from: x)
      x = list.append("pool1", .pooling(.init(.maximum, size: 3, stride: 2)), from: x)
      for (stack, count) in blocks.enumerated() {
        for index in 1...count {
          let block = "conv\(stack + 2)_block\(index)"
          var y = list.append("\(block)_0_bn", normalise, from: x)
          y = list.append("\(block)_0_relu", .activation(.relu), from: y)
          y = list.append("\(block)_1_conv", convolution(4 * growth), from: y)
          y = list.append("\(block)_1_bn", normalise, from: y)
          y = list.append("\(block)_1_relu", .activation(.relu), from: y)
          y = list.append("\(block)_2_conv", convolution(growth, 3, padding: .same), from: y)
          x = list.append("\(block)_concat", .concatenate, from: x, y)
          channels += growth
        }
        guard stack < 3 else { continue }
        channels /= 2
        let transition = "pool\(stack + 2)"
        x = list.append("\(transition)_bn", normalise, from: x)
        x = list.append("\(transition)_relu", .activation(.relu), from: x)
        x = list.append("\(transition)_conv", convolution(channels), from: x)
        x = list.append("\(transition)_pool", .pooling(.init(.average, size: 2, stride: 2)), from: x)
      }
      x = list.append("bn", normalise, from: x)
      x = list.append("relu", .activation(.relu), from: x)
      x = list.append("avg_pool", .globalPooling(.average, keepsAxes: false), from: x)
      list.append("predictions", .dense(.init(units: plan.classes, activation: .softmax)), from: x)
      return list.inKerasOrder
    }
  }
}
