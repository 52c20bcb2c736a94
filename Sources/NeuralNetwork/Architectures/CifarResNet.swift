import Convolution

extension Architecture {
  /// The residual network of 20 layers for CIFAR-10: 32x32 pixels, ten classes, shortcuts without weights.
  ///
  /// Where a stage halves the picture, its shortcut takes every second pixel and fills the new channels with zeros (option A of the
  /// paper). Named as `akamaster/pytorch_resnet_cifar10` names the modules.
  public static let resnet20 = Architecture(
    "resnet20", .torch, .torch(height: 32, width: 32), paper: "He et al. 2015, arXiv:1512.03385", classes: 10
  ) { plan in
    var list = TorchLayers(plan)
    func convolve(_ names: (String, String), _ filters: Int, stride: Int = 1, from x: String) -> String {
      let y = list.convolution(names.0, filters, 3, stride: stride, from: x)
      return list.normalisation(names.1, from: y)
    }
    var x = list.relu("relu", from: convolve(("conv1", "bn1"), 16, from: "x"))
    for (stage, filters) in [16, 32, 64].enumerated() {
      for index in 0..<3 {
        let block = "layer\(stage + 1).\(index)"
        let halves = stage > 0 && index == 0
        var y = convolve(("\(block).conv1", "\(block).bn1"), filters, stride: halves ? 2 : 1, from: x)
        y = list.relu("\(block).relu", from: y)
        y = convolve(("\(block).conv2", "\(block).bn2"), filters, from: y)
        if halves {
          x = list.maxPool("\(block).shortcut.getitem", 1, from: x)
          let new = plan.channels(filters) - plan.channels(filters / 2)
          x = list.append(
            "\(block).shortcut.pad", .channelPadding(before: new / 2, after: new - new / 2), from: x)
        }
        y = list.append("\(block).add", .add, from: y, x)
        x = list.relu("\(block).relu_1", from: y)
      }
    }
    list.classify("avg_pool2d", "linear", from: x)
    return list.layers
  }
}
