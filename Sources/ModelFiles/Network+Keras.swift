public import Isolation
public import NeuralNetwork
public import SystemPackage
import TensorCore
package import WeightFiles

extension Network {
  /// The network in a file that describes itself: a full Keras `.h5`, a `.keras` archive, an ONNX file, a `.caffemodel`, a TensorFlow.js
  /// layers model, or a `.safetensors` file that ``write(to:as:)`` made.
  ///
  /// Layers keep the names Keras gives them, nested ones as `outer/inner`. Such files do not say how pictures are to be
  /// prepared: ``Network/preprocessing`` has the input's size and colours and leaves the values at 0...255.
  /// Throws ``ModelFileError`` when the file is damaged, describes no network, or one with a layer that is not supported.
  public init(contentsOf path: FilePath, isolation: Isolation = .standard) throws(ModelFileError) {
    let file: WeightFile
    do { file = try WeightFile(contentsOf: path, isolation: isolation) } catch { throw .weights(error) }
    try self.init(file)
  }

  /// As ``init(contentsOf:isolation:)-(FilePath,_)`` for a path that is text.
  public init(contentsOf path: String, isolation: Isolation = .standard) throws(ModelFileError) {
    try self.init(contentsOf: FilePath(path), isolation: isolation)
  }

  package init(_ file: WeightFile) throws(ModelFileError) {
    let name = file.path.string
    if case .caffe(let content) = file.contents {
      try self.init(caffe: file, content)
      return
    }
    if case .onnx(let content) = file.contents {
      try self.init(onnx: file, content)
      return
    }
    guard let config = file.metadata["model_config"] else { throw file.noArchitecture }
    let model = try KerasModel(config, file: name)
    let graph: Graph
    do { graph = try Graph(model.layers, outputs: model.outputs) } catch { throw .network(file: name, error) }
    let preprocessing = PreprocessingText.record(in: file.metadata) ?? Preprocessing(forInputOf: graph)
    let hdf5: HDF5File
    switch file.contents {
    case .hdf5(let content), .keras(_, let content): hdf5 = content
    default:
      let matching = try NamedMatching(file, for: graph, copies: model.copies)
      do { try self.init(graph: graph, weights: matching.weights, preprocessing: preprocessing) } catch {
        throw .network(file: name, error)
      }
      return
    }
    let weights: [String: [WeightRole: Tensor]]
    if KerasVariables.areIn(hdf5) {
      let needs = try graph.weightNeeds(file: name)
      weights = try KerasVariables(file: hdf5, fileName: name, needs: needs).found(for: model)
    } else {
      weights = try KerasMatching(KerasWeights(hdf5, fileName: name), for: graph).found(for: model)
    }
    do {
      try self.init(graph: graph, weights: weights, preprocessing: preprocessing)
    } catch { throw .network(file: name, error) }
  }

  /// A network whose layers are known and whose weights are in a Keras file, with or without a description of its own.
  package init(graph: Graph, kerasWeights file: WeightFile, preprocessing: Preprocessing?)
    throws(ModelFileError)
  {
    let name = file.path.string
    let hdf5: HDF5File
    switch file.contents {
    case .hdf5(let content), .keras(_, let content): hdf5 = content
    default: throw file.noArchitecture
    }
    let weights: [String: [WeightRole: Tensor]]
    if KerasVariables.areIn(hdf5) {
      let needs = try graph.weightNeeds(file: name)
      weights = try KerasVariables(file: hdf5, fileName: name, needs: needs).found(for: graph)
    } else {
      let matching = try KerasMatching(KerasWeights(hdf5, fileName: name), for: graph)
      weights = try matching.found(inOrder: graph.layers.map(\.name))
    }
    do { try self.init(graph: graph, weights: weights, preprocessing: preprocessing) } catch {
      throw .network(file: name, error)
    }
  }
}

extension WeightFile {
  /// That a network's layers are not described, with the architectures that the weights may be of.
  var noArchitecture: ModelFileError {
    let likely = likelyArchitectures()
    return .noArchitecture(file: path.string, likely: likely.names, areExact: likely.areExact)
  }
}

extension Preprocessing {
  /// What can be told from the graph alone: the input's size, and grey where it has one channel.
  init?(forInputOf graph: Graph) {
    guard case .input(let shape)? = graph.inputLayers.first?.operation, !shape.isVector,
      shape.channels == 1 || shape.channels == 3
    else { return nil }
    self.init(height: shape.height, width: shape.width, channelOrder: shape.channels == 1 ? .grey : .rgb)
  }
}
