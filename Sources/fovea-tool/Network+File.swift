import Fovea
import SystemPackage

extension Network {
  /// What the network is shown of a file: a picture as its preprocessing makes it, an array as it is.
  func input(contentsOf path: FilePath, options: LoadOptions) throws -> Tensor {
    guard beginsAsArray(path) else { return try input(from: try Image(contentsOf: path, options: options)) }
    let x = try Tensor(npy: path)
    guard case .input(let declared)? = graph.inputLayers.first?.operation else { return x }
    switch x.shape.rank {
    case 0: return x.reshaped([1, 1])
    case 1: return x.reshaped([1, x.shape[0]])
    case 2 where !declared.isVector: return x.reshaped([1, x.shape[0], x.shape[1], 1])
    case 3: return x.reshaped([1, x.shape[0], x.shape[1], x.shape[2]])
    default: return x
    }
  }
}
