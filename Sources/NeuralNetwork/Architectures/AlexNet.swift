import Convolution

extension Architecture {
  private static let paper = "Krizhevsky, Sutskever and Hinton 2012"

  static let alexNets = [alexnet, alexnetTorch]

  /// BVLC's reference: two groups, local response normalisation before pooling; Caffe's names.
  public static let alexnet = Architecture(
    "alexnet", .caffe,
    Preprocessing(
      height: 227, width: 227, channelOrder: .bgr, fit: .cover(shortSide: 256), mean: [104, 117, 123]),
    paper: paper
  ) { plan in
    // filters, kernel, stride, padding, groups, whether normalised, whether pooled
    let rows: [(Int, Int, Int, Int, Int, Bool, Bool)] = [
      (96, 11, 4, 0, 1, true, true),
      (256, 5, 1, 2, 2, true, true),
      (384, 3, 1, 1, 1, false, false),
      (384, 3, 1, 1, 2, false, false),
      (256, 3, 1, 1, 2, false, true),
    ]
    var list = LayerList(input: "data", plan.input)
    var x = "data"
    for (index, row) in rows.enumerated() {
      let (filters, kernel, stride, padding, groups, isNormalised, isPooled) = row
      let number = index + 1
      x = list.append(
        "conv\(number)",
        .convolution(
          .init(
            // An even number, since the next layer may read it in two groups.
            filters: max(2, plan.channels(filters) / 2 * 2), kernelSize: Extent(kernel),
            stride: Extent(stride),
            groups: groups, padding: .explicit(Margins(padding)))), from: x)
      x = list.append("relu\(number)", .activation(.relu), from: x)
      if isNormalised {
        // Caffe divides its alpha, 1e-4, by the size.
        x = list.append(
          "norm\(number)",
          .localResponseNormalization(.init(size: 5, alpha: 1e-4 / 5, beta: 0.75, bias: 1)), from: x)
      }
      if isPooled {
        x = list.append(
          "pool\(number)", .pooling(.init(.maximum, size: 3, stride: 2, rounding: .up)), from: x)
      }
    }
    x = list.append("pool5_flat", .flatten(.channelsFirst), from: x)
    for number in [6, 7] {
      x = list.append("fc\(number)", .dense(.init(units: plan.channels(4096))), from: x)
      x = list.append("relu\(number)", .activation(.relu), from: x)
      x = list.append("drop\(number)", .dropout(rate: 0.5), from: x)
    }
    x = list.append("fc8", .dense(.init(units: plan.classes)), from: x)
    list.append("prob", .activation(.softmax), from: x)
    return list.layers
  }

  /// torchvision's: one group, no normalisation, 64 filters first; names as `get_graph_node_names` gives them.
  public static let alexnetTorch = Architecture(
    "alexnet-torch", .torch,
    .torchvision(), paper: "Krizhevsky 2014, arXiv:1404.5997"
  ) { plan in
    let pool = Operation.pooling(.init(.maximum, size: 3, stride: 2))
    func convolution(_ filters: Int, _ kernel: Int, _ padding: Int, stride: Int = 1) -> Operation {
      .convolution(
        .init(
          filters: plan.channels(filters), kernelSize: Extent(kernel), stride: Extent(stride),
          padding: .explicit(Margins(padding))))
    }
    let features: [Operation] = [
      convolution(64, 11, 2, stride: 4), .activation(.relu), pool,
      convolution(192, 5, 2), .activation(.relu), pool,
      convolution(384, 3, 1), .activation(.relu),
      convolution(256, 3, 1), .activation(.relu),
      convolution(256, 3, 1), .activation(.relu), pool,
    ]
    let classifier: [Operation] = [
      .dropout(rate: 0.5), .dense(.init(units: plan.channels(4096))), .activation(.relu),
      .dropout(rate: 0.5), .dense(.init(units: plan.channels(4096))), .activation(.relu),
      .dense(.init(units: plan.classes)),
    ]
    var list = LayerList(input: "x", plan.input)
    var x = "x"
    for (index, operation) in features.enumerated() {
      x = list.append("features.\(index)", operation, from: x)
    }
    x = list.append("avgpool", .adaptiveAveragePooling(6), from: x)
    x = list.append("flatten", .flatten(.channelsFirst), from: x)
    for (index, operation) in classifier.enumerated() {
      x = list.append("classifier.\(index)", operation, from: x)
    }
    return list.layers
  }
}
