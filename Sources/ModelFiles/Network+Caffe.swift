public import Isolation
public import NeuralNetwork
public import SystemPackage
import TensorCore
import WeightFiles

extension Network {
  /// The network that a `.prototxt` describes with the weights of a `.caffemodel`, matched by the layers' names as Caffe does.
  ///
  /// Layers keep Caffe's names. Colours are BGR as in nearly every network of Caffe's, values 0...255 less the mean that the
  /// data layer names, if it does.
  /// Throws ``ModelFileError`` when either file is damaged, a layer is not supported or has no weights.
  public init(prototxt: FilePath, weights path: FilePath, isolation: Isolation = .standard)
    throws(ModelFileError)
  {
    let (description, weights): (WeightFile, WeightFile)
    do {
      description = try WeightFile(contentsOf: prototxt, isolation: isolation)
      weights = try WeightFile(contentsOf: path, isolation: isolation)
    } catch { throw .weights(error) }
    guard case .caffe(let layers) = description.contents, layers.describesLayers else {
      throw .damagedDescription(
        file: prototxt.string, layer: "", problem: "is no description of layers, expected a .prototxt")
    }
    guard case .caffe(let blobs) = weights.contents else {
      throw .damagedDescription(file: path.string, layer: "", problem: "is no .caffemodel")
    }
    try self.init(layers, CaffeWeightSource(weights, blobs), file: prototxt.string)
  }

  init(caffe file: WeightFile, _ content: CaffeFile) throws(ModelFileError) {
    guard content.describesLayers else { throw file.noArchitecture }
    try self.init(content, CaffeWeightSource(file, content), file: file.path.string)
  }

  private init(_ content: CaffeFile, _ source: CaffeWeightSource, file: String) throws(ModelFileError) {
    do {
      try self.init(CaffeModel(content, source: source, file: file, side: nil), file: file)
    } catch let error {
      // A snapshot of training does not say how large its pictures are; its first dense layer does.
      guard case .damagedDescription(_, _, let problem) = error, problem.contains("size of its pictures"),
        let model = try? CaffeModel(content, source: source, file: file, side: 224),
        let side = model.sideThatFits()
      else { throw error }
      try self.init(CaffeModel(content, source: source, file: file, side: side), file: file)
    }
  }

  private init(_ model: CaffeModel, file: String) throws(ModelFileError) {
    do {
      let last = model.layers.last.map { [$0.name] }
      let losses = model.layers.filter { $0.operation == .activation(.softmax) }.count
      let graph = try Graph(model.layers, outputs: losses > 1 ? last : nil)
      try self.init(graph: graph, weights: model.weights, preprocessing: model.preprocessing)
    } catch { throw .network(file: file, error) }
  }
}

extension CaffeModel {
  /// The side of the square pictures for which the dense layers have as many inputs as their weights; `nil` without dense
  /// layers or where there is none up to 512.
  fileprivate func sideThatFits() -> Int? {
    guard layers.contains(where: { if case .dense = $0.operation { true } else { false } }),
      let graph = try? Graph(layers), let declared = graph.inputShape()
    else { return nil }
    let free = layers.map { layer in
      guard case .input = layer.operation else { return layer }
      return Layer(layer.name, .input(InputShape(channels: declared[3])))
    }
    guard let graph = try? Graph(free) else { return nil }
    let fitting = (8...512).filter { side in
      guard let shapes = try? graph.weightShapes(for: [1, side, side, declared[3]]) else { return false }
      return shapes.allSatisfy { weights[$0.layer]?[$0.role]?.shape == $0.shape }
    }
    // Rounding lets several sides fit; the one that halves most often is what people train on.
    return fitting.max { ($0.trailingZeroBitCount, $0) < ($1.trailingZeroBitCount, $1) }
  }
}
