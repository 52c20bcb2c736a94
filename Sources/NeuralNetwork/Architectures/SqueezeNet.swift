import Convolution

extension Architecture {
  static let squeezeNets = [
    squeezeNet("squeezenet1.0", filters: 96, kernel: 7, poolsAfter: [1, 4, 8], lastPadding: 1),
    squeezeNet("squeezenet1.1", filters: 64, kernel: 3, poolsAfter: [1, 3, 5], lastPadding: 0),
  ]

  /// Squeezed and expanded channels of fire2 to fire9.
  static let squeezeNetFires = [
    (16, 64), (16, 64), (32, 128), (32, 128), (48, 192), (48, 192), (64, 256), (64, 256),
  ]

  /// Caffe's: the two versions differ in the first convolution, in where they pool, and in the padding of the last.
  private static func squeezeNet(
    _ name: String, filters: Int, kernel: Int, poolsAfter: Set<Int>, lastPadding: Int
  ) -> Architecture {
    let preprocessing = Preprocessing(
      height: 227, width: 227, channelOrder: .bgr, fit: .cover(shortSide: 256), mean: [104, 117, 123])
    return Architecture(name, .caffe, preprocessing, paper: "Iandola et al. 2016, arXiv:1602.07360") { plan in
      var list = LayerList(input: "data", plan.input)
      func convolution(_ filters: Int, _ kernel: Int, stride: Int = 1, padding: Int = 0) -> Operation {
        .convolution(
          .init(
            filters: filters, kernelSize: Extent(kernel), stride: Extent(stride),
            padding: .explicit(Margins(padding))))
      }
      let pool = Operation.pooling(.init(.maximum, size: 3, stride: 2, rounding: .up))
      list.append("conv1", convolution(plan.channels(filters), kernel, stride: 2), from: "data")
      var x = list.append("relu_conv1", .activation(.relu), from: "conv1")
      x = list.append("pool1", pool, from: x)
      for (index, (squeezed, expanded)) in squeezeNetFires.enumerated() {
        let fire = "fire\(index + 2)"
        list.append("\(fire)/squeeze1x1", convolution(plan.channels(squeezed), 1), from: x)
        x = list.append("\(fire)/relu_squeeze1x1", .activation(.relu), from: "\(fire)/squeeze1x1")
        for (kernel, padding) in [(1, 0), (3, 1)] {
          let name = "expand\(kernel)x\(kernel)"
          list.append(
            "\(fire)/\(name)", convolution(plan.channels(expanded), kernel, padding: padding), from: x)
          list.append("\(fire)/relu_\(name)", .activation(.relu), from: "\(fire)/\(name)")
        }
        x = list.append(
          "\(fire)/concat", .concatenate, from: "\(fire)/relu_expand1x1", "\(fire)/relu_expand3x3")
        if poolsAfter.contains(index + 2) { x = list.append("pool\(index + 2)", pool, from: x) }
      }
      x = list.append("drop9", .dropout(rate: 0.5), from: x)
      x = list.append("conv10", convolution(plan.classes, 1, padding: lastPadding), from: x)
      x = list.append("relu_conv10", .activation(.relu), from: x)
      x = list.append("pool10", .globalPooling(.average, keepsAxes: true), from: x)
      list.append("prob", .activation(.softmax), from: x)
      return list.layers
    }
  }
}
