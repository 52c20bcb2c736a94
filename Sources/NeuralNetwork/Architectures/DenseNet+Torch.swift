import Convolution

extension Architecture {
  static let torchDenseNets = [
    torchDenseNet("densenet121-torch", blocks: [6, 12, 24, 16]),
    torchDenseNet("densenet169-torch", blocks: [6, 12, 32, 32]),
    torchDenseNet("densenet201-torch", blocks: [6, 12, 48, 32]),
  ]

  /// torchvision's: each dense layer joins all that the block has made before it.
  private static func torchDenseNet(_ name: String, blocks: [Int]) -> Architecture {
    Architecture(name, .torch, .torchvision(), paper: "Huang et al. 2016, arXiv:1608.06993") { plan in
      let growth = 32
      var list = TorchLayers(plan)
      var channels = 64
      var x = list.convolution("features.conv0", channels, 7, stride: 2, from: "x")
      x = list.normalisation("features.norm0", from: x)
      x = list.relu("features.relu0", from: x)
      x = list.maxPool("features.pool0", padding: 1, from: x)
      for (index, count) in blocks.enumerated() {
        let block = "features.denseblock\(index + 1)"
        var made = [x]
        for number in 1...count {
          let layer = "\(block).denselayer\(number)"
          var y = list.append("\(layer).cat", .concatenate, from: made)
          y = list.normalisation("\(layer).norm1", from: y)
          y = list.relu("\(layer).relu1", from: y)
          y = list.convolution("\(layer).conv1", 4 * growth, from: y)
          y = list.normalisation("\(layer).norm2", from: y)
          y = list.relu("\(layer).relu2", from: y)
          made.append(list.convolution("\(layer).conv2", growth, 3, from: y))
        }
        x = list.append("\(block).cat", .concatenate, from: made)
        channels += count * growth
        guard index < 3 else { continue }
        channels /= 2
        let transition = "features.transition\(index + 1)"
        x = list.normalisation("\(transition).norm", from: x)
        x = list.relu("\(transition).relu", from: x)
        x = list.convolution("\(transition).conv", channels, from: x)
        x = list.append("\(transition).pool", .pooling(.init(.average, size: 2, stride: 2)), from: x)
      }
      x = list.normalisation("features.norm5", from: x)
      x = list.relu("relu", from: x)
      list.classify("adaptive_avg_pool2d", "classifier", from: x)
      return list.layers
    }
  }
}
