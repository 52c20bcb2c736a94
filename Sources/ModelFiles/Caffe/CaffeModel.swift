import Convolution
import NeuralNetwork
import TensorCore
import WeightFiles

/// The layers that a Caffe file describes, as they run after training: data and loss layers become inputs and outputs.
///
/// A layer that writes over its input (`top` equal to `bottom`) is a layer of its own here, and later readers read it.
struct CaffeModel {
  private(set) var layers: [Layer] = []
  private(set) var weights: [String: [WeightRole: Tensor]] = [:]
  private(set) var preprocessing = Preprocessing(channelOrder: .bgr)

  /// What stands under a blob's name at the moment: the layer that made it, and whether it is a picture.
  private var blobs: [String: (layer: String, isPicture: Bool)] = [:]
  private let file: String
  private let source: CaffeWeightSource

  /// The layers of `description` with the weights of `source`; a side is given where the file does not say how large its
  /// pictures are.
  init(_ description: CaffeFile, source: CaffeWeightSource, file: String, side: Int?) throws(ModelFileError) {
    self.file = file
    self.source = source
    let running = description.layers.filter(\.runsAfterTraining)
    try appendInput(description, running, side: side)
    for layer in running where !layer.isData { try append(layer) }
  }

  private func wrong(_ layer: CaffeMessage, _ problem: String) -> ModelFileError {
    .damagedDescription(file: file, layer: layer.text("name") ?? "", problem: problem)
  }

  private func refusal(_ layer: CaffeMessage, _ setting: String, _ found: String, _ expected: String)
    -> ModelFileError
  {
    .unsupportedSetting(
      file: file, layer: layer.text("name") ?? "", kind: layer.text("type") ?? "", setting: setting,
      found: found, expected: expected)
  }

  // MARK: where pictures enter

  private mutating func appendInput(_ description: CaffeFile, _ running: [CaffeMessage], side: Int?)
    throws(ModelFileError)
  {
    let data = description.layers.filter(\.isData)
    var name = "data"
    var extents: [Int] = []
    if let input = description.inputs.first {
      (name, extents) = (input.name, input.dimensions)
    } else if let input = data.last(where: { $0.texts("top").first != "label" }) {
      name = input.texts("top").first ?? "data"
      extents = input.message("input_param")?.messages("shape").first?.integers("dim") ?? []
      if let memory = input.message("memory_data_param") {
        extents = ["channels", "height", "width"].compactMap { memory.integer($0) }
        extents.insert(1, at: 0)
      }
    }
    let transform = data.compactMap { $0.message("transform_param") }.last
    if let transform {
      preprocessing.mean = transform.numbers("mean_value").map { Float($0) }
      if preprocessing.mean.isEmpty { preprocessing.mean = [0] }
      if let scale = transform.number("scale"), scale > 0 { preprocessing.deviation = [Float(1 / scale)] }
    }
    if extents.count != 4 && extents.count != 2 {
      let first = running.first { ["Convolution", "InnerProduct"].contains($0.text("type")) }
      let blob = first.flatMap { source.blobs[$0.text("name") ?? ""]?.first }
      let group = first?.message("convolution_param")?.integer("group") ?? 1
      guard let crop = side ?? transform?.integer("crop_size"), crop > 0, let blob, blob.rank == 4 else {
        throw .damagedDescription(
          file: file, layer: name,
          problem: "says nothing of the size of its pictures; name a description that does with --prototxt")
      }
      let (channels, overflow) = blob[1].multipliedReportingOverflow(by: group)
      guard !overflow else {
        throw .damagedDescription(file: file, layer: name, problem: "has too many channels")
      }
      extents = [1, channels, crop, crop]
    }
    let isPicture = extents.count == 4
    let shape =
      isPicture
      ? InputShape(height: extents[2], width: extents[3], channels: extents[1])
      : InputShape(channels: extents[1], isVector: true)
    if isPicture {
      (preprocessing.height, preprocessing.width) = (extents[2], extents[3])
      if extents[1] == 1 { preprocessing.channelOrder = .grey }
    }
    layers.append(Layer(name, .input(shape)))
    blobs[name] = (name, isPicture)
  }

  // MARK: layers

  private mutating func add(
    _ name: String, _ operation: NeuralNetwork.Operation, from inputs: [String],
    _ given: [WeightRole: Tensor] = [:]
  ) {
    layers.append(Layer(name, operation, from: inputs))
    if !given.isEmpty { weights[name] = given }
  }

  private mutating func append(_ layer: CaffeMessage) throws(ModelFileError) {
    let (name, type) = (layer.text("name") ?? "", layer.text("type") ?? "")
    if CaffeMessage.measures.contains(type) { return }
    var bottoms = layer.texts("bottom")
    if type == "SoftmaxWithLoss" { bottoms = Array(bottoms.prefix(1)) }
    var inputs: [String] = []
    var isPicture = false
    for (index, bottom) in bottoms.enumerated() {
      guard let found = blobs[bottom] else { throw wrong(layer, "reads '\(bottom)', which no layer makes") }
      inputs.append(found.layer)
      if index == 0 { isPicture = found.isPicture }
    }
    guard let first = inputs.first else { throw wrong(layer, "reads nothing") }
    func activation(_ activation: Activation) { add(name, .activation(activation), from: [first]) }
    switch type {
    case "Convolution": try appendConvolution(layer, name, first)
    case "Deconvolution": try appendDeconvolution(layer, name, first)
    case "InnerProduct":
      try appendInnerProduct(layer, name, isPicture ? flattened(first) : first)
      isPicture = false
    case "Pooling": try appendPooling(layer, name, first)
    case "LRN":
      let p = layer.message("lrn_param") ?? CaffeMessage()
      if let region = p.text("norm_region"), region != "ACROSS_CHANNELS", region != "0" {
        throw refusal(layer, "norm_region", region, "ACROSS_CHANNELS")
      }
      let size = p.integer("local_size") ?? 5
      guard size > 0 else { throw refusal(layer, "local_size", "\(size)", "1 or more") }
      add(
        name,
        .localResponseNormalization(
          .init(
            size: size, alpha: Float((p.number("alpha") ?? 1) / Double(size)),
            beta: Float(p.number("beta") ?? 0.75), bias: Float(p.number("k") ?? 1))), from: [first])
    case "ReLU":
      let slope = layer.message("relu_param")?.number("negative_slope") ?? 0
      activation(slope == 0 ? .relu : .leakyRelu(slope: Float(slope)))
    case "PReLU":
      let slopes = try source.tensor(layer, 0, of: nil)
      guard layer.message("prelu_param")?.truth("channel_shared") != true || slopes.shape.count == 1 else {
        throw wrong(layer, "shares one slope but holds \(slopes.shape.count)")
      }
      if layer.message("prelu_param")?.truth("channel_shared") == true {
        activation(.leakyRelu(slope: slopes.scalars[0]))
      } else {
        add(
          name, .activation(.parametricRelu), from: [first], [.slope: slopes.reshaped([slopes.shape.count])])
      }
    case "Sigmoid": activation(.sigmoid)
    case "TanH": activation(.tanh)
    case "ELU": activation(.elu(alpha: Float(layer.message("elu_param")?.number("alpha") ?? 1)))
    case "BNLL": activation(.softplus)
    case "Softmax", "SoftmaxWithLoss":
      let axis = layer.message("softmax_param")?.integer("axis") ?? 1
      guard axis == 1 || !isPicture && axis == -1 else { throw refusal(layer, "axis", "\(axis)", "1") }
      activation(.softmax)
    case "Dropout":
      let rate = layer.message("dropout_param")?.number("dropout_ratio") ?? 0.5
      add(name, .dropout(rate: Float(rate)), from: [first])
    case "Concat":
      let p = layer.message("concat_param")
      let axis = p?.integer("axis") ?? p?.integer("concat_dim") ?? 1
      guard axis == 1 else { throw refusal(layer, "axis", "\(axis)", "1") }
      add(name, .concatenate, from: inputs)
    case "Eltwise": try appendEltwise(layer, name, inputs)
    case "BatchNorm": try appendBatchNorm(layer, name, first)
    case "Scale", "Bias":
      guard inputs.count == 1 else { throw refusal(layer, "bottom", "\(inputs.count) blobs", "1") }
      let axis = layer.message(type == "Scale" ? "scale_param" : "bias_param")?.integer("axis") ?? 1
      guard axis == 1 else { throw refusal(layer, "axis", "\(axis)", "1") }
      let values = try source.tensor(layer, 0, of: nil)
      let count = values.shape.count
      if type == "Bias" {
        add(
          name, .channelScale(.init()), from: [first],
          [.gamma: Tensor(repeating: 1, shape: [count]), .beta: values.reshaped([count])])
      } else {
        let usesBias = layer.message("scale_param")?.truth("bias_term") ?? false
        var given: [WeightRole: Tensor] = [.gamma: values.reshaped([count])]
        if usesBias { given[.beta] = try source.tensor(layer, 1, of: [count]) }
        add(name, .channelScale(.init(usesBias: usesBias)), from: [first], given)
      }
    case "Power":
      let p = layer.message("power_param") ?? CaffeMessage()
      guard (p.number("power") ?? 1) == 1 else {
        throw refusal(layer, "power", "\(p.number("power") ?? 1)", "1")
      }
      add(
        name,
        .rescaling(scale: [Float(p.number("scale") ?? 1)], offset: [Float(p.number("shift") ?? 0)]),
        from: [first])
    case "Flatten":
      add(name, .flatten(.channelsFirst), from: [first])
      isPicture = false
    case "Split": add(name, .identity, from: [first])
    default: throw .unsupportedLayer(file: file, layer: name, kind: type)
    }
    for top in layer.texts("top") { blobs[top] = (name, isPicture) }
    if layer.texts("top").isEmpty { blobs[name] = (name, isPicture) }
  }

  private mutating func flattened(_ input: String) -> String {
    let name = input + "_flat"
    if !layers.contains(where: { $0.name == name }) { add(name, .flatten(.channelsFirst), from: [input]) }
    return name
  }

  /// One number for both directions, two of them, or one of its own each.
  private func extent(
    _ layer: CaffeMessage, _ p: CaffeMessage, _ name: String, _ short: String, default standard: Int?
  ) throws(ModelFileError) -> Extent {
    if let height = p.integer(short + "_h"), let width = p.integer(short + "_w") {
      return Extent(height: height, width: width)
    }
    let given = p.integers(name)
    guard let first = given.first ?? p.integer(short + "_h") ?? p.integer(short + "_w") ?? standard else {
      throw wrong(layer, "has no \(name)")
    }
    return Extent(
      height: p.integer(short + "_h") ?? first,
      width: p.integer(short + "_w") ?? (given.count > 1 ? given[1] : first))
  }

  private func margins(_ layer: CaffeMessage, _ p: CaffeMessage) throws(ModelFileError) -> Margins {
    let pad = try extent(layer, p, "pad", "pad", default: 0)
    return Margins(top: pad.height, bottom: pad.height, left: pad.width, right: pad.width)
  }

  private mutating func appendConvolution(_ layer: CaffeMessage, _ name: String, _ input: String)
    throws(ModelFileError)
  {
    let p = layer.message("convolution_param") ?? CaffeMessage()
    let filters = p.integer("num_output") ?? 0
    let usesBias = p.truth("bias_term") ?? true
    let kernel = try source.tensor(layer, 0, of: nil)
    guard filters > 0, kernel.shape.rank == 4 else {
      throw wrong(layer, "has \(filters) outputs and a kernel of shape \(kernel.shape)")
    }
    var given: [WeightRole: Tensor] = [.kernel: kernel.transposed([2, 3, 1, 0])]
    if usesBias { given[.bias] = try source.tensor(layer, 1, of: [filters]) }
    let dilation = p.integers("dilation")
    add(
      name,
      .convolution(
        .init(
          filters: filters, kernelSize: try extent(layer, p, "kernel_size", "kernel", default: nil),
          stride: try extent(layer, p, "stride", "stride", default: 1),
          dilation: Extent(height: dilation.first ?? 1, width: dilation.last ?? 1),
          groups: p.integer("group") ?? 1, padding: .explicit(try margins(layer, p)), usesBias: usesBias)),
      from: [input], given)
  }

  /// Blobs `[C, O / groups, H, W]`.
  private mutating func appendDeconvolution(_ layer: CaffeMessage, _ name: String, _ input: String)
    throws(ModelFileError)
  {
    let p = layer.message("convolution_param") ?? CaffeMessage()
    guard p.integers("dilation").allSatisfy({ $0 == 1 }) else {
      throw refusal(layer, "dilation", "\(p.integers("dilation"))", "1")
    }
    let filters = p.integer("num_output") ?? 0
    let usesBias = p.truth("bias_term") ?? true
    let kernel = try source.tensor(layer, 0, of: nil)
    guard filters > 0, kernel.shape.rank == 4 else {
      throw wrong(layer, "has \(filters) outputs and a kernel of shape \(kernel.shape)")
    }
    var given: [WeightRole: Tensor] = [.kernel: kernel.transposed([2, 3, 1, 0])]
    if usesBias { given[.bias] = try source.tensor(layer, 1, of: [filters]) }
    add(
      name,
      .transposedConvolution(
        .init(
          filters: filters, kernelSize: try extent(layer, p, "kernel_size", "kernel", default: nil),
          stride: try extent(layer, p, "stride", "stride", default: 1),
          padding: .explicit(try margins(layer, p)), groups: p.integer("group") ?? 1, usesBias: usesBias)),
      from: [input], given)
  }

  private mutating func appendInnerProduct(_ layer: CaffeMessage, _ name: String, _ input: String)
    throws(ModelFileError)
  {
    let p = layer.message("inner_product_param") ?? CaffeMessage()
    guard (p.integer("axis") ?? 1) == 1 else {
      throw refusal(layer, "axis", "\(p.integer("axis") ?? 1)", "1")
    }
    let units = p.integer("num_output") ?? 0
    let usesBias = p.truth("bias_term") ?? true
    let isTurned = p.truth("transpose") ?? false
    let blob = try source.tensor(layer, 0, of: nil)
    guard units > 0, blob.shape.count % units == 0 else {
      throw wrong(layer, "has \(units) outputs and weights of shape \(blob.shape)")
    }
    let others = blob.shape.count / units
    var given: [WeightRole: Tensor] = [
      .kernel: isTurned
        ? blob.reshaped([others, units]) : blob.reshaped([units, others]).transposed([1, 0])
    ]
    if usesBias { given[.bias] = try source.tensor(layer, 1, of: [units]) }
    add(name, .dense(.init(units: units, usesBias: usesBias)), from: [input], given)
  }

  private mutating func appendPooling(_ layer: CaffeMessage, _ name: String, _ input: String)
    throws(ModelFileError)
  {
    let p = layer.message("pooling_param") ?? CaffeMessage()
    let kind: Pooling.Kind
    switch p.text("pool") ?? "MAX" {
    case "MAX": kind = .maximum
    case "AVE": kind = .average
    default: throw refusal(layer, "pool", p.text("pool") ?? "", "MAX or AVE")
    }
    guard layer.texts("top").count <= 1 else { throw refusal(layer, "top", "2 blobs", "1") }
    if p.truth("global_pooling") == true {
      add(name, .globalPooling(kind, keepsAxes: true), from: [input])
      return
    }
    let size = try extent(layer, p, "kernel_size", "kernel", default: nil)
    add(
      name,
      .pooling(
        .init(
          kind, size: size, stride: try extent(layer, p, "stride", "stride", default: 1),
          padding: .explicit(try margins(layer, p)),
          rounding: ["FLOOR", "1"].contains(p.text("round_mode")) ? .down : .up, countsPadding: true)),
      from: [input])
  }

  private mutating func appendEltwise(_ layer: CaffeMessage, _ name: String, _ inputs: [String])
    throws(ModelFileError)
  {
    let p = layer.message("eltwise_param") ?? CaffeMessage()
    let factors = p.numbers("coeff")
    switch p.text("operation") ?? "SUM" {
    case "SUM":
      guard factors.isEmpty || factors.count == inputs.count else {
        throw wrong(layer, "has \(factors.count) coefficients for \(inputs.count) blobs")
      }
      var terms = inputs
      for (index, factor) in factors.enumerated() where factor != 1 {
        terms[index] = "\(name)/coeff\(index)"
        add(terms[index], .rescaling(scale: [Float(factor)], offset: [0]), from: [inputs[index]])
      }
      add(name, .add, from: terms)
    case "PROD": add(name, .multiply, from: inputs)
    case "MAX": add(name, .maximum, from: inputs)
    default: throw refusal(layer, "operation", p.text("operation") ?? "", "SUM, PROD or MAX")
    }
  }

  /// Mean and variance are stored times a factor, the third blob; a factor of 0 stands for 0 times both.
  private mutating func appendBatchNorm(_ layer: CaffeMessage, _ name: String, _ input: String)
    throws(ModelFileError)
  {
    let p = layer.message("batch_norm_param") ?? CaffeMessage()
    let mean = try source.tensor(layer, 0, of: nil)
    let count = mean.shape.count
    let variance = try source.tensor(layer, 1, of: [count])
    let factor = try source.tensor(layer, 2, of: [1]).scalars[0]
    let scale = factor == 0 ? 0 : 1 / factor
    func scaled(_ tensor: Tensor) -> Tensor { Tensor(tensor.scalars.map { $0 * scale }, shape: [count]) }
    add(
      name,
      .batchNormalization(.init(epsilon: Float(p.number("eps") ?? 1e-5), scales: false, centers: false)),
      from: [input], [.movingMean: scaled(mean), .movingVariance: scaled(variance)])
  }
}

extension CaffeMessage {
  /// Layers that measure or print, and make nothing.
  static let measures: Set<String> = [
    "Accuracy", "Silence", "HDF5Output", "EuclideanLoss", "HingeLoss", "InfogainLoss", "ContrastiveLoss",
    "MultinomialLogisticLoss", "SigmoidCrossEntropyLoss", "ArgMax",
  ]

  fileprivate var isData: Bool {
    [
      "Data", "Input", "ImageData", "HDF5Data", "MemoryData", "WindowData", "DummyData", "AnnotatedData",
    ].contains(text("type"))
  }

  /// Whether the layer is there in the phase `TEST`, by its rules.
  fileprivate var runsAfterTraining: Bool {
    let (included, excluded) = (messages("include"), messages("exclude"))
    func isMet(_ rule: CaffeMessage) -> Bool { !["TRAIN", "0"].contains(rule.text("phase")) }
    if isData { return true }
    return included.isEmpty ? !excluded.contains(where: isMet) : included.contains(where: isMet)
  }
}
