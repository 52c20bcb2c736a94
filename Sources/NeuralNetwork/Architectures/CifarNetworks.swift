import Convolution

extension Architecture {
  static let cifarNetworks = [
    cifar10CNN(), cifar10CNN(batchNorm: true), cifar10CNN(batchNorm: true, dropout: true), cifar10Filters,
  ]

  /// The lecture's network for CIFAR-10: two convolutions with max-pooling and two dense layers.
  ///
  /// With batch normalisation between them, and with dropout of a half before each dense layer.
  public static func cifar10CNN(batchNorm: Bool = false, dropout: Bool = false) -> Architecture {
    Architecture(
      "cifar10-cnn" + (batchNorm ? "-bn" : "") + (dropout ? "-dropout" : ""), .keras,
      Preprocessing(height: 32, width: 32, scale: 1 / 255), paper: "the lecture's CIFAR-10 network",
      classes: 10
    ) { plan in
      var list = LayerList(input: "input_layer", plan.input)
      func normalise(_ x: String) -> String {
        guard batchNorm else { return x }
        return list.append(
          list.numbered("batch_normalization"), .batchNormalization(.init(epsilon: 1e-3, momentum: 0.99)),
          from: x)
      }
      func drop(_ x: String) -> String {
        dropout ? list.append(list.numbered("dropout"), .dropout(rate: 0.5), from: x) : x
      }
      func convolve(_ x: String) -> String {
        let y = list.append(
          list.numbered("conv2d"),
          .convolution(.init(filters: plan.channels(32), kernelSize: 3, activation: .relu)), from: x)
        return list.append(
          list.numbered("max_pooling2d"), .pooling(.init(.maximum, size: 2, stride: 2)), from: y)
      }
      var x = convolve(normalise(convolve("input_layer")))
      x = list.append("flatten", .flatten(.channelsLast), from: x)
      x = list.append(
        "dense", .dense(.init(units: plan.channels(512), activation: .relu)), from: drop(normalise(x)))
      list.append(
        "dense_1", .dense(.init(units: plan.classes, activation: .softmax)), from: drop(normalise(x)))
      return list.layers
    }
  }

  /// A small network with a large first kernel, whose learned filters are worth looking at: 64 of 7x7x3.
  public static let cifar10Filters = Architecture(
    "cifar10-filters", .keras, Preprocessing(height: 32, width: 32, scale: 1 / 255),
    paper: "made for this project's samples", classes: 10
  ) { plan in
    var list = LayerList(input: "input_layer", plan.input)
    func convolve(_ filters: Int, _ size: Int, stride: Int = 1, from x: String) -> String {
      let y = list.append(
        list.numbered("conv2d"),
        .convolution(
          .init(
            filters: plan.channels(filters), kernelSize: Extent(size), stride: Extent(stride),
            padding: stride == 1 ? .same : .valid)), from: x)
      let z = list.append(
        list.numbered("batch_normalization"), .batchNormalization(.init(epsilon: 1e-3, momentum: 0.99)),
        from: y)
      return list.append(list.numbered("activation"), .activation(.relu), from: z)
    }
    func pool(_ x: String) -> String {
      list.append(list.numbered("max_pooling2d"), .pooling(.init(.maximum, size: 2, stride: 2)), from: x)
    }
    var x = convolve(64, 7, stride: 2, from: "input_layer")
    x = pool(convolve(64, 3, from: x))
    x = pool(convolve(96, 3, from: x))
    x = list.append("flatten", .flatten(.channelsLast), from: x)
    x = list.append("dropout", .dropout(rate: 0.3), from: x)
    list.append("dense", .dense(.init(units: plan.classes, activation: .softmax)), from: x)
    return list.layers
  }
}
