public import Isolation
public import NeuralNetwork
public import SystemPackage
import TensorCore
import WeightFiles

extension MeanImage {
  /// Caffe's mean image: a `.binaryproto`, or an array `[C, H, W]` or `[1, C, H, W]` of 1 or 3 channels (`.npy`), channels in
  /// the network's order.
  ///
  /// Throws ``ModelFileError`` when the file is damaged or is no such picture.
  public init(contentsOf path: FilePath, isolation: Isolation = .standard) throws(ModelFileError) {
    var pixels: Tensor
    do {
      let file = try WeightFile(contentsOf: path, isolation: isolation)
      guard file.entries.count == 1, let entry = file.entries.first,
        file.format == .binaryproto || file.format == .npy
      else {
        throw ModelFileError.damagedDescription(
          file: path.string, layer: "",
          problem: "is no mean image, expected a .binaryproto or one array (.npy)")
      }
      pixels = try file.tensor(named: entry.name)
    } catch let error as ModelFileError {
      throw error
    } catch let error as WeightFileError {
      throw .weights(error)
    } catch {
      throw .damagedDescription(file: path.string, layer: "", problem: "\(error)")
    }
    let found = pixels.shape
    if found.rank == 4, found[0] == 1 { pixels = pixels.reshaped([found[1], found[2], found[3]]) }
    guard pixels.shape.rank == 3, [1, 3].contains(pixels.shape[0]), pixels.shape.count > 0 else {
      throw .damagedDescription(
        file: path.string, layer: "", problem: "holds \(found), expected a mean image [1 or 3, H, W]")
    }
    self.init(pixels.transposed([1, 2, 0]))
  }
}
