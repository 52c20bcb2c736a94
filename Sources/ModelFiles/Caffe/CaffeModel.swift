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
  /// Whether a layer says what is done to the values of pictures.
  private(set) var describesValues = false

  /// The layer that made what stands under a blob's name at the moment.
  private var makers: [String: String] = [:]
  /// The outputs of the layers for one picture.
  private var shapes: [String: Shape] = [:]
  /// The pooling layers by the name of the blob where they keep the places of their maxima.
  private var masks: [String: String] = [:]
  private let file: String
  /// `nil` where only the layers are asked for.
  let source: CaffeWeightSource?

  /// The layers of `description` with the weights of `source`; a side is given where the file does not say how large its
  /// pictures are.
  init(_ description: CaffeFile, source: CaffeWeightSource?, file: String, side: Int?) throws(ModelFileError)
  {
    self.file = file
    self.source = source
    let running = description.layers.filter(\.runsAfterTraining)
    try appendInput(description, running, side: side)
    for layer in running where !layer.isData { try append(layer) }
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
      describesValues = true
      preprocessing.mean = transform.numbers("mean_value").map { Float($0) }
      if preprocessing.mean.isEmpty { preprocessing.mean = [0] }
      if let scale = transform.number("scale"), scale > 0 { preprocessing.deviation = [Float(1 / scale)] }
    }
    if extents.count != 4 && extents.count != 2 {
      let first = running.first { ["Convolution", "InnerProduct"].contains($0.text("type")) }
      let blob = first.flatMap { source?.blobs[$0.text("name") ?? ""]?.first }
      let group = first?.message("convolution_param")?.integer("group") ?? 1
      guard let crop = side ?? transform?.integer("crop_size"), crop > 0, let blob, blob.rank == 4 else {
        throw .unknownPictureSize(file: file, input: name)
      }
      let (channels, overflow) = blob[1].multipliedReportingOverflow(by: group)
      guard !overflow else {
        throw .damagedDescription(file: file, layer: name, problem: "has too many channels")
      }
      extents = [1, channels, crop, crop]
    }
    let isPicture = extents.count == 4
    let input =
      isPicture
      ? InputShape(height: extents[2], width: extents[3], channels: extents[1])
      : InputShape(channels: extents[1], isVector: true)
    if isPicture {
      (preprocessing.height, preprocessing.width) = (extents[2], extents[3])
      if extents[1] == 1 { preprocessing.channelOrder = .grey }
    }
    guard let shape = Shape(checking: PlanarAxes.stored([1] + extents.dropFirst())), shape.count > 0 else {
      throw .damagedDescription(file: file, layer: name, problem: "has pictures of the size \(extents)")
    }
    let layer = Layer(name, .input(input))
    shapes[name] = try checked(layer, of: [shape])
    layers.append(layer)
    makers[name] = name
  }

  // MARK: layers

  private mutating func append(_ message: CaffeMessage) throws(ModelFileError) {
    let name = message.text("name") ?? ""
    let type = message.text("type") ?? ""
    if CaffeMessage.measures.contains(type) { return }
    var bottoms = message.texts("bottom")
    if type == "SoftmaxWithLoss" { bottoms = Array(bottoms.prefix(1)) }
    if type == "Upsample" || type == "Crop" { bottoms = Array(bottoms.prefix(2)) }
    var inputs: [String] = []
    for bottom in bottoms {
      guard let maker = makers[bottom] ?? masks[bottom] else {
        throw .damagedDescription(
          file: file, layer: name, problem: "reads '\(bottom)', which no layer makes")
      }
      inputs.append(maker)
    }
    guard let first = inputs.first, let shape = shapes[first] else {
      throw .damagedDescription(file: file, layer: name, problem: "reads nothing")
    }
    let layer = CaffeLayer(
      message: message, name: name, type: type, file: file, inputs: inputs, first: first, shape: shape)
    let tops = message.texts("top").isEmpty ? [name] : message.texts("top")
    let made = try lower(layer, tops)
    if type == "Pooling", tops.count == 2 { masks[tops[1]] = name }
    for (top, maker) in zip(tops, made) { makers[top] = maker }
  }

  /// Appends what the layer does; the layers that make its tops, in order.
  private mutating func lower(_ layer: CaffeLayer, _ tops: [String]) throws(ModelFileError) -> [String] {
    switch layer.type {
    case "Convolution", "DepthwiseConvolution", "ConvolutionDepthwise": try appendConvolution(layer)
    case "Deconvolution": try appendDeconvolution(layer)
    case "InnerProduct": try appendInnerProduct(layer)
    case "Pooling": try appendPooling(layer, tops)
    case "Upsample": try appendUnpooling(layer)
    case "LRN": try appendLocalResponse(layer)
    case "MVN": try appendNormalization(layer)
    case "BatchNorm": try appendBatchNorm(layer)
    case "Scale", "Bias": try appendScale(layer)
    case "Eltwise": try appendEltwise(layer)
    case "Power", "Exp", "Log": try appendPower(layer)
    case "Softmax", "SoftmaxWithLoss": try appendSoftmax(layer)
    case "Concat": try appendConcat(layer)
    case "Slice":
      try appendSlice(layer, tops)
      return tops
    case "Crop": try appendCrop(layer)
    case "Flatten", "Reshape": try appendReshape(layer)
    case "Permute": try appendPermute(layer)
    case "Dropout":
      let rate = layer.settings("dropout_param").number("dropout_ratio") ?? 0.5
      try add(layer, .dropout(rate: Float(rate)))
    case "Split":
      try add(layer, .identity)
      return tops.map { _ in layer.name }
    default: try appendActivation(layer)
    }
    return [layer.name]
  }

  /// Appends a layer: under the Caffe layer's name, or one that starts with it; reads the Caffe layer's first blob where
  /// nothing else is said.
  mutating func add(
    _ layer: CaffeLayer, as name: String? = nil, _ operation: NeuralNetwork.Operation,
    from inputs: [String]? = nil, _ given: [WeightRole: Tensor] = [:]
  ) throws(ModelFileError) {
    let added = Layer(name ?? layer.name, operation, from: inputs ?? [layer.first])
    shapes[added.name] = try checked(added, of: added.inputs.compactMap { shapes[$0] })
    layers.append(added)
    if !given.isEmpty { weights[added.name] = given }
  }

  private func checked(_ layer: Layer, of read: [Shape]) throws(ModelFileError) -> Shape {
    var read = read
    if case .maxUnpooling(let pooling) = layer.operation {
      let source = layers.first { $0.name == pooling }?.inputs.first
      read += [shapes[pooling], source.flatMap { shapes[$0] }].compactMap { $0 }
    }
    do { return try layer.checkedShape(of: read) } catch { throw .network(file: file, error) }
  }

  /// What a layer appended before makes of one picture.
  func shape(of name: String) -> Shape { shapes[name] ?? [] }

  /// Whether there is a layer of that name.
  func has(_ name: String) -> Bool { shapes[name] != nil }
}

/// A layer of a Caffe file with what it reads.
struct CaffeLayer {
  let message: CaffeMessage
  let name: String
  let type: String
  let file: String
  /// The layers that it reads, in order.
  let inputs: [String]
  let first: String
  /// What the first of them makes of one picture.
  let shape: Shape

  /// One of its messages of parameters, empty where there is none.
  func settings(_ name: String) -> CaffeMessage { message.message(name) ?? CaffeMessage() }

  func wrong(_ problem: String) -> ModelFileError {
    .damagedDescription(file: file, layer: name, problem: problem)
  }

  func refusal(_ setting: String, _ found: String, _ expected: String) -> ModelFileError {
    .unsupportedSetting(
      file: file, layer: name, kind: type, setting: setting, found: found, expected: expected)
  }
}

extension CaffeMessage {
  /// Layers that measure or print, and make nothing.
  fileprivate static let measures: Set<String> = [
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
