public import Isolation
public import NeuralNetwork
public import SystemPackage
import TensorCore
package import WeightFiles

extension Network {
  /// A published network with the weights in a file.
  ///
  /// A Keras file is matched by the names of its layers where they are the architecture's, else by position among the
  /// layers that have weights; kernels stored in Theano's order are turned. A `.caffemodel`
  /// is matched in the same way.
  /// Tensors of a PyTorch checkpoint, safetensors or npz file are matched by their names; by position where the network is a
  /// chain. Weights that torchvision's names show to be its own bring its preprocessing with them.
  /// Throws ``ModelFileError`` when the file cannot be read or its weights are not those of the architecture: it then names
  /// the layer, what it expected and what it found.
  public init(architecture: Architecture, weights path: FilePath, isolation: Isolation = .standard)
    throws(ModelFileError)
  {
    let file: WeightFile
    do { file = try WeightFile(contentsOf: path, isolation: isolation) } catch { throw .weights(error) }
    let graph: Graph
    do { graph = try architecture.graph() } catch { throw .network(file: path.string, error) }
    try self.init(graph: graph, weightsIn: file, of: architecture)
  }

  /// As ``init(architecture:weights:isolation:)-(_,FilePath,_)`` for a path that is text.
  public init(architecture: Architecture, weights path: String, isolation: Isolation = .standard)
    throws(ModelFileError)
  {
    try self.init(architecture: architecture, weights: FilePath(path), isolation: isolation)
  }
}

extension Network {
  /// A network whose layers are known and whose weights are in a file of any format; of a published network the file may
  /// go by other names and bring other preprocessing.
  package init(graph: Graph, weightsIn file: WeightFile, of architecture: Architecture? = nil)
    throws(ModelFileError)
  {
    let own = PreprocessingText.record(in: file.metadata) ?? architecture?.preprocessing
    switch file.contents {
    case .hdf5, .keras: try self.init(graph: graph, kerasWeights: file, preprocessing: own)
    case .caffe(let caffe):
      let weights = try CaffeWeights(file, caffe).found(for: graph)
      do { try self.init(graph: graph, weights: weights, preprocessing: own) } catch {
        throw .network(file: file.path.string, error)
      }
    case .pytorch, .onnx, .safetensors, .npz, .npy, .numpyObjects, .tensorflowjs:
      let matching = try NamedMatching(file, for: graph, architecture: architecture?.name)
      // Whoever trained these weights under other names than the architecture's showed the network torchvision's pictures.
      let isTorchvision = !matching.namesAgree && matching.layout == .outputsFirst
      let preprocessing =
        isTorchvision && architecture?.framework != .torch ? architecture?.preprocessing.asTorchvision : own
      do {
        try self.init(graph: matching.countedGraph, weights: matching.weights, preprocessing: preprocessing)
      } catch { throw .network(file: file.path.string, error) }
    }
  }
}

extension Preprocessing {
  /// What torchvision's pretrained networks are shown, at this size: short side to 256 of 224, the middle, its mean and deviation.
  fileprivate var asTorchvision: Preprocessing {
    var record = Preprocessing.torch(height: height, width: width)
    record.fit = .cover(shortSide: height.map { ($0 * 256 + 112) / 224 })
    return record
  }
}
