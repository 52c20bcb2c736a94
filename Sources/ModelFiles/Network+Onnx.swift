import NeuralNetwork
import TensorCore
import WeightFiles

extension Network {
  /// The network in an ONNX file.
  ///
  /// Layers go by their nodes' names, those without one by their first output's. Pictures lie channels last; after a
  /// `Transpose` that puts them last in the file too, nothing is moved.
  /// Where the file leaves open how large pictures are, and no layer depends on it, so does the network; where one does (a
  /// dense layer on a flattened picture, a shape written in numbers), it takes the size that fits.
  init(onnx file: WeightFile, _ content: OnnxFile) throws(ModelFileError) {
    let name = file.path.string
    let model = try OnnxModel(fitting: content, file: name)
    do {
      let graph = try Graph(model.layers, outputs: model.outputs)
      try self.init(
        graph: graph, weights: model.weights,
        preprocessing: PreprocessingText.record(in: file.metadata)
          ?? Preprocessing(of: model, graph, producer: content.producer))
    } catch { throw .network(file: name, error) }
  }
}

extension OnnxModel {
  /// Sides of pictures that networks are made for, the likeliest first.
  private static let usualSides = [
    224, 299, 227, 256, 32, 28, 64, 96, 112, 128, 160, 192, 320, 331, 384, 416, 480, 512, 640,
  ]

  /// The layers for whatever size the file gives, else for any size where no layer depends on it, else for the one that fits.
  fileprivate init(fitting content: OnnxFile, file: String) throws(ModelFileError) {
    var failure: ModelFileError?
    var usual: OnnxModel?
    for side in Self.usualSides {
      let model: OnnxModel
      do {
        model = try OnnxModel(content, file: file, side: side)
        guard model.leavesSizeOpen else { self = model; return }
        guard try model.weightsFit(side) else { continue }
      } catch {
        failure = failure ?? error
        // What is refused is refused at any size.
        if case .network = error { continue }
        if case .damagedDescription = error { continue }
        if case .unsupportedSetting = error { continue }
        throw error
      }
      // The same layers for another size: none of them has a size written into it.
      if let other = try? OnnxModel(content, file: file, side: side + 32), other.layers == model.layers,
        (try? other.weightsFit(side + 32)) == true
      {
        self = model
        return
      }
      usual = usual ?? model.fixed(at: side)
      break
    }
    guard let usual else {
      throw failure
        ?? .damagedDescription(
          file: file, layer: "", problem: "leaves the size of its pictures open, and no usual size fits")
    }
    self = usual
  }
}

extension Preprocessing {
  /// What the graph and the program that wrote it tell of how pictures are prepared.
  fileprivate init?(of model: OnnxModel, _ graph: Graph, producer: String) {
    guard var record = Preprocessing(forInputOf: graph) else { return nil }
    if let order = model.preprocessing?.channelOrder { record.channelOrder = order }
    let last = graph.outputs.first.flatMap { graph[$0] }
    let classes = last.flatMap { graph.classes(of: $0.name) }
    let normalises = model.layers.contains { layer in
      guard case .rescaling = layer.operation else { return false }
      return graph.inputLayers.contains { layer.inputs == [$0.name] }
    }
    guard record.channelOrder == .rgb, classes == 1000, !normalises else {
      self = record
      return
    }
    switch producer {
    case "onnx-caffe2":
      // Networks that came from Caffe by way of Caffe2: Caffe's colours less ImageNet's mean.
      record.channelOrder = .bgr
      record.mean = [104, 117, 123]
      record.fit = .cover(shortSide: record.height.map { ($0 * 256 + 112) / 224 })
    case "pytorch":
      // torchvision's classifiers of ImageNet.
      let torch = Preprocessing.torch(height: record.height, width: record.width)
      (record.scale, record.mean, record.deviation) = (torch.scale, torch.mean, torch.deviation)
      record.fit = .cover(shortSide: record.height.map { ($0 * 256 + 112) / 224 })
    default: break
    }
    self = record
  }
}

extension Graph {
  /// The values that a layer makes of one picture.
  fileprivate func classes(of layer: String) -> Int? {
    guard let input = inputShape(freeSide: 224), let shape = try? shapes(for: input)[layer] else {
      return nil
    }
    return shape.count
  }
}
