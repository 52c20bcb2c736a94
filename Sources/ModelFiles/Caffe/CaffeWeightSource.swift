import TensorCore
import WeightFiles

/// The blobs of a `.caffemodel` by the layers' names.
struct CaffeWeightSource {
  private let file: WeightFile
  /// The shapes of each layer's blobs.
  let blobs: [String: [Shape]]

  init(_ file: WeightFile, _ content: CaffeFile) {
    self.file = file
    blobs = Dictionary(
      content.layers.map { layer in
        (layer.text("name") ?? "", layer.blobs.compactMap { Shape(checking: $0.dimensions) })
      }, uniquingKeysWith: { $0.isEmpty ? $1 : $0 })
  }

  /// A blob of a layer; with `shape`, one of as many numbers, in that shape.
  func tensor(_ layer: CaffeMessage, _ place: Int, of shape: Shape?) throws(ModelFileError) -> Tensor {
    let name = layer.text("name") ?? ""
    let found = blobs[name] ?? []
    guard found.indices.contains(place) else {
      throw .damagedDescription(
        file: file.path.string, layer: name,
        problem: found.isEmpty
          ? "has no weights in this file" : "has \(found.count) blobs, number \(place + 1) is needed")
    }
    guard shape == nil || shape?.count == found[place].count else {
      throw .weightShapes(
        file: file.path.string, layer: name, group: name, expected: shape.map { [$0] } ?? [],
        found: [found[place]])
    }
    let tensor: Tensor
    do { tensor = try file.tensor(named: "\(name)/\(place)") } catch { throw .weights(error) }
    return shape.map { tensor.reshaped($0) } ?? tensor
  }
}
