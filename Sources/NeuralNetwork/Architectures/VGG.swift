import Convolution

extension Architecture {
  public static let vgg16 = vgg("vgg16", convolutions: [2, 2, 3, 3, 3])
  public static let vgg19 = vgg("vgg19", convolutions: [2, 2, 4, 4, 4])

  static let vggs = [vgg16, vgg19]

  /// Five blocks of 3x3 convolutions and a pooling; `convolutions` in each.
  private static func vgg(_ name: String, convolutions: [Int]) -> Architecture {
    Architecture(
      name, .keras, .caffe(height: 224, width: 224), paper: "Simonyan and Zisserman 2014, arXiv:1409.1556"
    ) { plan in
      var list = LayerList(input: "input_layer", plan.input)
      var x = "input_layer"
      for (block, (count, filters)) in zip(convolutions, [64, 128, 256, 512, 512]).enumerated() {
        for index in 1...count {
          x = list.append(
            "block\(block + 1)_conv\(index)",
            .convolution(
              .init(filters: plan.channels(filters), kernelSize: 3, padding: .same, activation: .relu)),
            from: x)
        }
        x = list.append("block\(block + 1)_pool", .pooling(.init(.maximum, size: 2, stride: 2)), from: x)
      }
      x = list.append("flatten", .flatten(.channelsLast), from: x)
      for name in ["fc1", "fc2"] {
        x = list.append(name, .dense(.init(units: plan.channels(4096), activation: .relu)), from: x)
      }
      list.append("predictions", .dense(.init(units: plan.classes, activation: .softmax)), from: x)
      return list.layers
    }
  }
}
