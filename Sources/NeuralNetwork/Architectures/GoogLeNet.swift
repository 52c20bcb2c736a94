import Convolution

extension Architecture {
  static let googLeNets = [googlenet, googlenetTorch]

  /// Channels of one Inception module: of the 1x1 convolution, the reduced and full 3x3, the reduced and full 5x5, after pooling.
  struct InceptionRow: Sendable {
    let name: String
    let one, threeReduced, three, fiveReduced, five, projected: Int

    init(
      _ name: String, _ one: Int, _ threeReduced: Int, _ three: Int, _ fiveReduced: Int, _ five: Int,
      _ projected: Int
    ) {
      (self.name, self.one, self.threeReduced, self.three) = (name, one, threeReduced, three)
      (self.fiveReduced, self.five, self.projected) = (fiveReduced, five, projected)
    }
  }

  /// Table 1 of the paper.
  static let inceptionRows = [
    InceptionRow("3a", 64, 96, 128, 16, 32, 32), InceptionRow("3b", 128, 128, 192, 32, 96, 64),
    InceptionRow("4a", 192, 96, 208, 16, 48, 64), InceptionRow("4b", 160, 112, 224, 24, 64, 64),
    InceptionRow("4c", 128, 128, 256, 24, 64, 64), InceptionRow("4d", 112, 144, 288, 32, 64, 64),
    InceptionRow("4e", 256, 160, 320, 32, 128, 128), InceptionRow("5a", 256, 160, 320, 32, 128, 128),
    InceptionRow("5b", 384, 192, 384, 48, 128, 128),
  ]

  /// BVLC's, without batch normalisation and without the auxiliary classifiers; Caffe's names.
  public static let googlenet = Architecture(
    "googlenet", .caffe,
    Preprocessing(
      height: 224, width: 224, channelOrder: .bgr, fit: .cover(shortSide: 256), mean: [104, 117, 123]),
    paper: "Szegedy et al. 2014, arXiv:1409.4842"
  ) { plan in
    var list = LayerList(input: "data", plan.input)
    func pool(_ stride: Int, padding: Int) -> Operation {
      .pooling(
        .init(
          .maximum, size: 3, stride: Extent(stride), padding: .explicit(Margins(padding)), rounding: .up))
    }
    /// A convolution `prefix/name` and its `prefix/relu_name`.
    func convolve(
      _ prefix: String, _ name: String, _ filters: Int, _ kernel: Int, stride: Int = 1, from x: String
    )
      -> String
    {
      list.append(
        "\(prefix)/\(name)",
        .convolution(
          .init(
            filters: plan.channels(filters), kernelSize: Extent(kernel), stride: Extent(stride),
            padding: .explicit(Margins(kernel / 2)))), from: x)
      let relu = prefix == "conv1" ? "relu_7x7" : "relu_\(name)"
      return list.append("\(prefix)/\(relu)", .activation(.relu), from: "\(prefix)/\(name)")
    }
    let normalise = Operation.localResponseNormalization(.init(size: 5, alpha: 1e-4 / 5, beta: 0.75, bias: 1))
    var x = convolve("conv1", "7x7_s2", 64, 7, stride: 2, from: "data")
    x = list.append("pool1/3x3_s2", pool(2, padding: 0), from: x)
    x = list.append("pool1/norm1", normalise, from: x)
    x = convolve("conv2", "3x3_reduce", 64, 1, from: x)
    x = convolve("conv2", "3x3", 192, 3, from: x)
    x = list.append("conv2/norm2", normalise, from: x)
    x = list.append("pool2/3x3_s2", pool(2, padding: 0), from: x)
    for row in inceptionRows {
      let prefix = "inception_\(row.name)"
      let one = convolve(prefix, "1x1", row.one, 1, from: x)
      let threeReduced = convolve(prefix, "3x3_reduce", row.threeReduced, 1, from: x)
      let three = convolve(prefix, "3x3", row.three, 3, from: threeReduced)
      let fiveReduced = convolve(prefix, "5x5_reduce", row.fiveReduced, 1, from: x)
      let five = convolve(prefix, "5x5", row.five, 5, from: fiveReduced)
      let pooled = list.append("\(prefix)/pool", pool(1, padding: 1), from: x)
      let projected = convolve(prefix, "pool_proj", row.projected, 1, from: pooled)
      x = list.append("\(prefix)/output", .concatenate, from: one, three, five, projected)
      if row.name == "3b" { x = list.append("pool3/3x3_s2", pool(2, padding: 0), from: x) }
      if row.name == "4e" { x = list.append("pool4/3x3_s2", pool(2, padding: 0), from: x) }
    }
    x = list.append(
      "pool5/7x7_s1", .pooling(.init(.average, size: 7, stride: 1, rounding: .up, countsPadding: true)),
      from: x)
    x = list.append("pool5/drop_7x7_s1", .dropout(rate: 0.4), from: x)
    x = list.append("pool5_flat", .flatten(.channelsFirst), from: x)
    x = list.append("loss3/classifier", .dense(.init(units: plan.classes)), from: x)
    list.append("prob", .activation(.softmax), from: x)
    return list.layers
  }
}
