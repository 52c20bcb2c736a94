public import Isolation
public import NeuralNetwork
public import SystemPackage
import TensorCore
import WeightFiles

extension Network {
  /// The network that a `.prototxt` describes with the weights of a `.caffemodel`, matched by the layers' names as Caffe does.
  ///
  /// Layers keep Caffe's names. Colours are BGR as in nearly every network of Caffe's, values 0...255 less the mean that the
  /// data layer names; where no layer says anything of values, a published network (by its size and the shapes of its weights)
  /// is shown what it was trained on.
  /// Throws ``ModelFileError`` when either file is damaged, a layer is not supported or has no weights.
  public init(prototxt: FilePath, weights path: FilePath, isolation: Isolation = .standard)
    throws(ModelFileError)
  {
    let layers = try CaffeFile.description(in: prototxt, isolation: isolation)
    let weights: WeightFile
    do { weights = try WeightFile(contentsOf: path, isolation: isolation) } catch { throw .weights(error) }
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
      guard case .unknownPictureSize = error,
        let model = try? CaffeModel(content, source: source, file: file, side: 224),
        let side = model.sideThatFits()
      else { throw error }
      try self.init(CaffeModel(content, source: source, file: file, side: side), file: file)
    }
  }

  private init(_ model: CaffeModel, file: String) throws(ModelFileError) {
    do {
      let graph = try model.graph()
      try self.init(
        graph: graph, weights: model.weights, preprocessing: model.preprocessing(of: graph))
    } catch { throw .network(file: file, error) }
  }
}

extension Graph {
  /// The layers that a `.prototxt` describes, without weights, and how it wants pictures prepared.
  ///
  /// Throws ``ModelFileError`` when the file is damaged, a layer is not supported or the size of pictures is left open.
  package static func described(by prototxt: FilePath, isolation: Isolation = .standard)
    throws(ModelFileError) -> (graph: Graph, preprocessing: Preprocessing)
  {
    let layers = try CaffeFile.description(in: prototxt, isolation: isolation)
    let model = try CaffeModel(layers, source: nil, file: prototxt.string, side: nil)
    do {
      let graph = try model.graph()
      return (graph, model.preprocessing(of: graph))
    } catch {
      throw .network(file: prototxt.string, error)
    }
  }
}

extension Network {
  /// A `.caffemodel` that leaves open how large its pictures are, as the published network whose weights it has.
  ///
  /// Size, preprocessing and, where the file describes none, layers are those of the architecture whose weights have the same
  /// shapes. `nil` for every other file, which ``init(contentsOf:isolation:)`` reads or refuses.
  package static func published(_ path: FilePath, isolation: Isolation = .standard) throws(ModelFileError)
    -> (network: Network, architecture: Architecture)?
  {
    let file: WeightFile
    do { file = try WeightFile(contentsOf: path, isolation: isolation) } catch { throw .weights(error) }
    guard file.format == .caffemodel, case .caffe(let content) = file.contents else { return nil }
    if content.describesLayers {
      do {
        _ = try Network(caffe: file, content)
        return nil
      } catch {
        guard case .unknownPictureSize = error else { throw error }
      }
    }
    let likely = file.likelyArchitectures()
    guard likely.areExact else { return nil }
    for architecture in Architecture.all
    where architecture.framework == .caffe && likely.names.contains(architecture.name) {
      guard let graph = try? architecture.graph(),
        let known = try? Network(graph: graph, weightsIn: file, of: architecture)
      else { continue }
      guard content.describesLayers else { return (known, architecture) }
      let source = CaffeWeightSource(file, content)
      let model = try CaffeModel(
        content, source: source, file: path.string, side: architecture.inputSide)
      do {
        return (
          try Network(
            graph: model.graph(), weights: model.weights, preprocessing: architecture.preprocessing),
          architecture
        )
      } catch { throw .network(file: path.string, error) }
    }
    return nil
  }
}

extension CaffeFile {
  fileprivate static func description(in path: FilePath, isolation: Isolation) throws(ModelFileError)
    -> CaffeFile
  {
    let file: WeightFile
    do { file = try WeightFile(contentsOf: path, isolation: isolation) } catch { throw .weights(error) }
    guard case .caffe(let layers) = file.contents, layers.describesLayers else {
      throw .damagedDescription(
        file: path.string, layer: "", problem: "is no description of layers, expected a .prototxt")
    }
    return layers
  }
}

extension CaffeModel {
  /// What the file says of the values, or, where it says nothing, what the published network is shown whose size and weights'
  /// shapes these are.
  fileprivate func preprocessing(of graph: Graph) -> Preprocessing {
    guard !describesValues, let shapes = try? graph.weightShapes().map(\.shape) else { return preprocessing }
    let published = Architecture.all.first { architecture in
      let record = architecture.preprocessing
      return architecture.framework == .caffe
        && (record.height, record.width) == (preprocessing.height, preprocessing.width)
        && (try? architecture.graph().weightShapes().map(\.shape)) == shapes
    }
    return published?.preprocessing ?? preprocessing
  }

  /// The layers as a graph; of the losses that a network is trained with, the last one is its output.
  fileprivate func graph() throws(NetworkError) -> Graph {
    let losses = layers.filter { $0.operation == .activation(.softmax) }.count
    let endsInLosses = losses > 1 && layers.last?.operation == .activation(.softmax)
    return try Graph(layers, outputs: endsInLosses ? layers.last.map { [$0.name] } : nil)
  }

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
