import Convolution

extension Architecture {
  /// Inception v2: GoogLeNet with batch normalisation and two 3x3 convolutions for each 5x5.
  ///
  /// `pretrainedmodels` names the modules as the Caffe network names its layers, `/` written `_`.
  public static let bninception = Architecture(
    "bninception", .torch,
    Preprocessing(
      height: 224, width: 224, channelOrder: .bgr, fit: .cover(shortSide: 256), mean: [104, 117, 128]),
    paper: "Ioffe and Szegedy 2015, arXiv:1502.03167"
  ) { plan in
    /// 1x1; 3x3 reduced and full; double 3x3 reduced and full; after pooling. Modules without the first and the last halve the picture.
    typealias Row = (name: String, one: Int?, three: (Int, Int), double: (Int, Int), projected: Int?)
    let rows: [Row] = [
      ("3a", 64, (64, 64), (64, 96), 32), ("3b", 64, (64, 96), (64, 96), 64),
      ("3c", nil, (128, 160), (64, 96), nil),
      ("4a", 224, (64, 96), (96, 128), 128), ("4b", 192, (96, 128), (96, 128), 128),
      ("4c", 160, (128, 160), (128, 160), 128), ("4d", 96, (128, 192), (160, 192), 128),
      ("4e", nil, (128, 192), (192, 256), nil),
      ("5a", 352, (192, 320), (160, 224), 128), ("5b", 352, (192, 320), (192, 224), 128),
    ]
    var list = TorchLayers(plan, input: "input")
    var joined = 0
    func convolve(
      _ prefix: String, _ name: String, relu: String? = nil, _ filters: Int, _ kernel: Extent = 1,
      stride: Int = 1,
      from x: String
    ) -> String {
      let full = "\(prefix)_\(name)"
      let y = list.convolution(full, filters, kernel, stride: stride, bias: true, from: x)
      let z = list.normalisation("\(full)_bn", from: y)
      return list.relu("\(prefix)_relu_\(relu ?? name)", from: z)
    }
    var x = convolve("conv1", "7x7_s2", relu: "7x7", 64, 7, stride: 2, from: "input")
    x = list.maxPool("pool1_3x3_s2", rounding: .up, from: x)
    x = convolve("conv2", "3x3_reduce", 64, from: x)
    x = convolve("conv2", "3x3", 192, 3, from: x)
    x = list.maxPool("pool2_3x3_s2", rounding: .up, from: x)
    for row in rows {
      let prefix = "inception_\(row.name)"
      let stride = row.one == nil ? 2 : 1
      var branches: [String] = []
      if let filters = row.one { branches.append(convolve(prefix, "1x1", filters, from: x)) }
      var y = convolve(prefix, "3x3_reduce", row.three.0, from: x)
      branches.append(convolve(prefix, "3x3", row.three.1, 3, stride: stride, from: y))
      y = convolve(prefix, "double_3x3_reduce", row.double.0, from: x)
      y = convolve(prefix, "double_3x3_1", row.double.1, 3, from: y)
      branches.append(convolve(prefix, "double_3x3_2", row.double.1, 3, stride: stride, from: y))
      if let projected = row.projected {
        // The last module pools maxima, the others means that count the padding.
        let kind = row.name == "5b" ? Pooling.Kind.maximum : .average
        y = list.append(
          "\(prefix)_pool",
          .pooling(
            .init(
              kind, size: 3, stride: 1, padding: .explicit(Margins(1)), rounding: .up, countsPadding: true)),
          from: x)
        branches.append(convolve(prefix, "pool_proj", projected, from: y))
      } else {
        branches.append(list.maxPool("\(prefix)_pool", rounding: .up, from: x))
      }
      x = list.append(joined == 0 ? "cat" : "cat_\(joined)", .concatenate, from: branches)
      joined += 1
    }
    x = list.append("global_pool", .globalPooling(.average, keepsAxes: true), from: x)
    x = list.append("view", .flatten(.channelsFirst), from: x)
    list.append("last_linear", .dense(.init(units: plan.classes)), from: x)
    return list.layers
  }
}
