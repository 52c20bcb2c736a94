import Convolution

extension Architecture {
  static let inceptions = [inceptionv3, inceptionresnetv2]

  public static let inceptionv3 = Architecture(
    "inceptionv3", .keras, .tf(height: 299, width: 299), paper: "Szegedy et al. 2015, arXiv:1512.00567"
  ) { plan in
    var list = LayerList(input: "input_layer", plan.input)
    func convolve(
      _ filters: Int, _ height: Int, _ width: Int, stride: Int = 1, padding: Padding = .same, from x: String
    ) -> String {
      let convolution = Convolution2D(
        filters: plan.channels(filters), kernelSize: Extent(height: height, width: width),
        stride: Extent(stride),
        padding: padding, usesBias: false)
      let y = list.append(list.numbered("conv2d"), .convolution(convolution), from: x)
      let z = list.append(
        list.numbered("batch_normalization"), .batchNormalization(.init(scales: false)), from: y)
      return list.append(list.numbered("activation"), .activation(.relu), from: z)
    }
    func shrink(_ x: String) -> String {
      list.append(list.numbered("max_pooling2d"), .pooling(.init(.maximum, size: 3, stride: 2)), from: x)
    }
    func averaged(_ filters: Int, from x: String) -> String {
      let pooled = list.append(
        list.numbered("average_pooling2d"), .pooling(.init(.average, size: 3, stride: 1, padding: .same)),
        from: x)
      return convolve(filters, 1, 1, from: pooled)
    }
    /// Convolutions one after the other: filters, rows, columns.
    func chain(_ rows: [(Int, Int, Int)], from x: String) -> String {
      rows.reduce(x) { convolve($1.0, $1.1, $1.2, from: $0) }
    }

    var x = convolve(32, 3, 3, stride: 2, padding: .valid, from: "input_layer")
    x = convolve(32, 3, 3, padding: .valid, from: x)
    x = shrink(convolve(64, 3, 3, from: x))
    x = convolve(80, 1, 1, padding: .valid, from: x)
    x = shrink(convolve(192, 3, 3, padding: .valid, from: x))
    for (index, pooled) in [32, 64, 64].enumerated() {
      let branches = [
        chain([(64, 1, 1)], from: x), chain([(48, 1, 1), (64, 5, 5)], from: x),
        chain([(64, 1, 1), (96, 3, 3), (96, 3, 3)], from: x), averaged(pooled, from: x),
      ]
      x = list.append("mixed\(index)", .concatenate, from: branches)
    }
    let three = convolve(384, 3, 3, stride: 2, padding: .valid, from: x)
    let double = convolve(
      96, 3, 3, stride: 2, padding: .valid, from: chain([(64, 1, 1), (96, 3, 3)], from: x))
    x = list.append("mixed3", .concatenate, from: three, double, shrink(x))
    for (index, middle) in [128, 160, 160, 192].enumerated() {
      let branches = [
        chain([(192, 1, 1)], from: x),
        chain([(middle, 1, 1), (middle, 1, 7), (192, 7, 1)], from: x),
        chain([(middle, 1, 1), (middle, 7, 1), (middle, 1, 7), (middle, 7, 1), (192, 1, 7)], from: x),
        averaged(192, from: x),
      ]
      x = list.append("mixed\(index + 4)", .concatenate, from: branches)
    }
    let short = convolve(320, 3, 3, stride: 2, padding: .valid, from: chain([(192, 1, 1)], from: x))
    let long = convolve(
      192, 3, 3, stride: 2, padding: .valid, from: chain([(192, 1, 1), (192, 1, 7), (192, 7, 1)], from: x))
    x = list.append("mixed8", .concatenate, from: short, long, shrink(x))
    for index in 0...1 {
      let one = convolve(320, 1, 1, from: x)
      let stem = convolve(384, 1, 1, from: x)
      let spread = [convolve(384, 1, 3, from: stem), convolve(384, 3, 1, from: stem)]
      let first = list.append("mixed9_\(index)", .concatenate, from: spread)
      let deeper = chain([(448, 1, 1), (384, 3, 3)], from: x)
      let spreadDeeper = [convolve(384, 1, 3, from: deeper), convolve(384, 3, 1, from: deeper)]
      let second = list.append(list.numbered("concatenate"), .concatenate, from: spreadDeeper)
      x = list.append("mixed\(index + 9)", .concatenate, from: one, first, second, averaged(192, from: x))
    }
    x = list.append("avg_pool", .globalPooling(.average, keepsAxes: false), from: x)
    list.append("predictions", .dense(.init(units: plan.classes, activation: .softmax)), from: x)
    return list.inKerasOrder
  }
}
