import Convolution

extension Architecture {
  static let torchSqueezeNets = [
    torchSqueezeNet("squeezenet1.0-torch", filters: 96, kernel: 7, poolsAfter: [1, 4, 8]),
    torchSqueezeNet("squeezenet1.1-torch", filters: 64, kernel: 3, poolsAfter: [1, 3, 5]),
  ]

  /// torchvision's: the last convolution is not padded, and scores come without softmax.
  private static func torchSqueezeNet(_ name: String, filters: Int, kernel: Int, poolsAfter: Set<Int>)
    -> Architecture
  {
    Architecture(name, .torch, .torchvision(), paper: "Iandola et al. 2016, arXiv:1602.07360") { plan in
      var list = TorchLayers(plan)
      var x = list.convolution(
        "features.0", filters, Extent(kernel), stride: 2, padding: 0, bias: true, from: "x")
      x = list.relu("features.1", from: x)
      x = list.maxPool("features.2", rounding: .up, from: x)
      var place = 3
      for (index, (squeezed, expanded)) in squeezeNetFires.enumerated() {
        let fire = "features.\(place)"
        func convolve(_ name: String, _ filters: Int, _ kernel: Extent = 1, from x: String) -> String {
          let y = list.convolution("\(fire).\(name)", filters, kernel, bias: true, from: x)
          return list.relu("\(fire).\(name)_activation", from: y)
        }
        let narrow = convolve("squeeze", squeezed, from: x)
        let ones = convolve("expand1x1", expanded, from: narrow)
        let threes = convolve("expand3x3", expanded, 3, from: narrow)
        x = list.append("\(fire).cat", .concatenate, from: ones, threes)
        place += 1
        if poolsAfter.contains(index + 2) {
          x = list.maxPool("features.\(place)", rounding: .up, from: x)
          place += 1
        }
      }
      x = list.append("classifier.0", .dropout(rate: 0.5), from: x)
      x = list.append("classifier.1", .convolution(.init(filters: plan.classes, kernelSize: 1)), from: x)
      x = list.relu("classifier.2", from: x)
      x = list.append("classifier.3", .globalPooling(.average, keepsAxes: true), from: x)
      list.append("flatten", .flatten(.channelsFirst), from: x)
      return list.layers
    }
  }
}
