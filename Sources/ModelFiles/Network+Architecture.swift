public import Isolation
public import NeuralNetwork
public import SystemPackage
import TensorCore
import WeightFiles

extension Network {
  /// A published network with the weights in a file.
  ///
  /// A Keras file is matched by the names of its layers where they are the architecture's, else by position among the
  /// layers that have weights; kernels stored in Theano's order are turned.
  /// Throws ``ModelFileError`` when the file cannot be read or its weights are not those of the architecture: it then names
  /// the layer, what it expected and what it found.
  public init(architecture: Architecture, weights path: FilePath, isolation: Isolation = .standard)
    throws(ModelFileError)
  {
    let file: WeightFile
    do { file = try WeightFile(contentsOf: path, isolation: isolation) } catch { throw .weights(error) }
    let graph: Graph
    do { graph = try architecture.graph() } catch { throw .network(file: path.string, error) }
    try self.init(graph: graph, kerasWeights: file, preprocessing: architecture.preprocessing)
  }

  /// As ``init(architecture:weights:isolation:)-(_,FilePath,_)`` for a path that is text.
  public init(architecture: Architecture, weights path: String, isolation: Isolation = .standard)
    throws(ModelFileError)
  {
    try self.init(architecture: architecture, weights: FilePath(path), isolation: isolation)
  }
}

extension WeightFile {
  /// The architectures with as many parameters as the file's weights, exactly; of those with the nearest number else none.
  func likelyArchitectures() -> [String] {
    let parameters = entries.filter { !$0.name.hasPrefix("optimizer") }.reduce(0) { $0 + $1.parameters }
    return Architecture.all.filter { architecture in
      guard let graph = try? architecture.graph(), let needed = try? graph.weightShapes() else {
        return false
      }
      return needed.reduce(0) { $0 + $1.shape.count } == parameters
    }.map(\.name)
  }
}
