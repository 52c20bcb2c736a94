import Convolution

extension Architecture {
  static let resNets = [
    resNet("resnet50", blocks: [3, 4, 6, 3]), resNet("resnet101", blocks: [3, 4, 23, 3]),
    resNet("resnet152", blocks: [3, 8, 36, 3]),
  ]

  /// Keras's version 1: bottlenecks with the stride in their first 1x1 convolution; `blocks` in each of four stacks.
  private static func resNet(_ name: String, blocks: [Int]) -> Architecture {
    Architecture(
      name, .keras, .caffe(height: 224, width: 224), paper: "He et al. 2015, arXiv:1512.03385"
    ) { plan in
      var list = LayerList(input: "input_layer", plan.input)
      /// A convolution `prefix_conv` and its `prefix_bn`.
      func convolve(
        _ prefix: String, _ filters: Int, _ kernel: Int = 1, stride: Int = 1, padding: Padding = .valid,
        from x: String
      ) -> String {
        list.append(
          "\(prefix)_conv",
          .convolution(
            .init(
              filters: plan.channels(filters), kernelSize: Extent(kernel), stride: Extent(stride),
              padding: padding)),
          from: x)
        return list.append(
          "\(prefix)_bn", .batchNormalization(.init(epsilon: 1.001e-5)), from: "\(prefix)_conv")
      }
      var x = list.append("conv1_pad", .zeroPadding(Margins(3)), from: "input_layer")
      x = convolve("conv1", 64, 7, stride: 2, from: x)
      x = list.append("conv1_relu", .activation(.relu), from: x)
      x = list.append("pool1_pad", .zeroPadding(Margins(1)), from: x)
      x = list.append("pool1_pool", .pooling(.init(.maximum, size: 3, stride: 2)), from: x)
      for (stack, (count, filters)) in zip(blocks, [64, 128, 256, 512]).enumerated() {
        for index in 1...count {
          let block = "conv\(stack + 2)_block\(index)"
          let stride = index == 1 && stack > 0 ? 2 : 1
          let shortcut =
            index == 1 ? convolve("\(block)_0", 4 * filters, stride: stride, from: x) : x
          var y = convolve("\(block)_1", filters, stride: stride, from: x)
          y = list.append("\(block)_1_relu", .activation(.relu), from: y)
          y = convolve("\(block)_2", filters, 3, padding: .same, from: y)
          y = list.append("\(block)_2_relu", .activation(.relu), from: y)
          y = convolve("\(block)_3", 4 * filters, from: y)
          y = list.append("\(block)_add", .add, from: shortcut, y)
          x = list.append("\(block)_out", .activation(.relu), from: y)
        }
      }
      x = list.append("avg_pool", .globalPooling(.average, keepsAxes: false), from: x)
      list.append("predictions", .dense(.init(units: plan.classes, activation: .softmax)), from: x)
      return list.inKerasOrder
    }
  }
}
