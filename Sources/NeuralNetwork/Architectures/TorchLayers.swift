import Convolution

/// Layers as PyTorch modules make them: padding in numbers, a bias only where no normalisation follows.
///
/// Layers are called as torchvision's `get_graph_node_names` calls them, so that weights stand in a state dict under the layer's
/// name: `layer1.0.conv1.weight`.
struct TorchLayers {
  private(set) var list: LayerList
  let plan: Architecture.Plan

  var layers: [Layer] { list.layers }

  init(_ plan: Architecture.Plan, input: String = "x") {
    self.plan = plan
    list = LayerList(input: input, plan.input)
  }

  @discardableResult
  mutating func append(_ name: String, _ operation: Operation, from inputs: String...) -> String {
    list.append(name, operation, from: inputs)
  }

  @discardableResult
  mutating func append(_ name: String, _ operation: Operation, from inputs: [String]) -> String {
    list.append(name, operation, from: inputs)
  }

  /// `Conv2d` with `filters` of the published channels; padding keeps the size at stride 1 unless it is given.
  mutating func convolution(
    _ name: String, _ filters: Int, _ kernel: Extent = 1, stride: Int = 1, padding: Extent? = nil,
    bias: Bool = false, from x: String
  ) -> String {
    list.append(
      name,
      .convolution(
        .init(
          filters: plan.channels(filters), kernelSize: kernel, stride: Extent(stride),
          padding: Self.padding(padding ?? Extent(height: kernel.height / 2, width: kernel.width / 2)),
          usesBias: bias)), from: x)
  }

  /// `BatchNorm2d`; PyTorch's momentum of 0.1 is the share of the new statistics.
  mutating func normalisation(_ name: String, epsilon: Float = 1e-5, from x: String) -> String {
    list.append(name, .batchNormalization(.init(epsilon: epsilon, momentum: 0.9)), from: x)
  }

  mutating func relu(_ name: String, from x: String) -> String {
    list.append(name, .activation(.relu), from: x)
  }

  mutating func maxPool(
    _ name: String, _ size: Int = 3, stride: Int = 2, padding: Int = 0, rounding: Pooling.Rounding = .down,
    from x: String
  ) -> String {
    list.append(
      name,
      .pooling(
        .init(
          .maximum, size: Extent(size), stride: Extent(stride), padding: Self.padding(Extent(padding)),
          rounding: rounding)), from: x)
  }

  /// The `BasicConv2d` of torchvision's Inceptions: `name.conv`, `name.bn` (epsilon 0.001), `name.relu`.
  mutating func basic(
    _ name: String, _ filters: Int, _ kernel: Extent = 1, stride: Int = 1, padding: Extent? = nil,
    from x: String
  ) -> String {
    let y = convolution("\(name).conv", filters, kernel, stride: stride, padding: padding, from: x)
    let z = normalisation("\(name).bn", epsilon: 1e-3, from: y)
    return relu("\(name).relu", from: z)
  }

  /// The mean of all pixels, flattened, and the classes.
  mutating func classify(
    _ pool: String, _ classifier: String, dropout: (String, Float)? = nil, from x: String
  ) {
    var y = list.append(pool, .globalPooling(.average, keepsAxes: true), from: x)
    y = list.append("flatten", .flatten(.channelsFirst), from: y)
    if let (name, rate) = dropout { y = list.append(name, .dropout(rate: rate), from: y) }
    list.append(classifier, .dense(.init(units: plan.classes)), from: y)
  }

  private static func padding(_ extent: Extent) -> Padding {
    .explicit(
      Margins(top: extent.height, bottom: extent.height, left: extent.width, right: extent.width))
  }
}

extension Preprocessing {
  /// torchvision's evaluation: short side to `shortSide`, the middle cut out, ImageNet mean and deviation.
  static func torchvision(side: Int = 224, shortSide: Int = 256) -> Preprocessing {
    var record = torch(height: side, width: side)
    record.fit = .cover(shortSide: shortSide)
    return record
  }

  /// RGB from -1 to 1 out of the middle of the picture, as TensorFlow's Inceptions were evaluated.
  static func centred(side: Int, shortSide: Int) -> Preprocessing {
    Preprocessing(
      height: side, width: side, fit: .cover(shortSide: shortSide), scale: 1 / 255, mean: [0.5],
      deviation: [0.5])
  }
}
