import Convolution

extension Architecture {
  static let torchVGGs = [
    torchVGG("vgg16-torch", convolutions: [2, 2, 3, 3, 3]),
    torchVGG("vgg19-torch", convolutions: [2, 2, 4, 4, 4]),
  ]

  /// torchvision's, without batch normalisation.
  private static func torchVGG(_ name: String, convolutions: [Int]) -> Architecture {
    Architecture(name, .torch, .torchvision(), paper: "Simonyan and Zisserman 2014, arXiv:1409.1556") {
      plan in
      var list = TorchLayers(plan)
      var (x, place) = ("x", 0)
      for (count, filters) in zip(convolutions, [64, 128, 256, 512, 512]) {
        for _ in 0..<count {
          x = list.convolution("features.\(place)", filters, 3, bias: true, from: x)
          x = list.relu("features.\(place + 1)", from: x)
          place += 2
        }
        x = list.maxPool("features.\(place)", 2, from: x)
        place += 1
      }
      x = list.append("avgpool", .adaptiveAveragePooling(7), from: x)
      x = list.append("flatten", .flatten(.channelsFirst), from: x)
      for place in [0, 3] {
        x = list.append("classifier.\(place)", .dense(.init(units: plan.channels(4096))), from: x)
        x = list.relu("classifier.\(place + 1)", from: x)
        x = list.append("classifier.\(place + 2)", .dropout(rate: 0.5), from: x)
      }
      list.append("classifier.6", .dense(.init(units: plan.classes)), from: x)
      return list.layers
    }
  }
}
