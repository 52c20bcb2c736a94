import NeuralNetwork
import TensorCore
import WeightFiles

/// The weights of a `.caffemodel` for the layers of a network: by the layers' names where the file has them all, else by
/// position among the layers that have weights.
struct CaffeWeights {
  private let file: WeightFile
  /// The layers with weights, in the order of the file, each with the shapes of its blobs.
  private let groups: [(name: String, shapes: [Shape])]

  init(_ file: WeightFile, _ caffe: CaffeFile) {
    self.file = file
    groups = caffe.layers.compactMap { layer in
      let shapes = layer.blobs.compactMap { Shape(checking: $0.dimensions) }
      return shapes.isEmpty ? nil : (layer.text("name") ?? "", shapes)
    }
  }

  func found(for graph: Graph) throws(ModelFileError) -> [String: [WeightRole: Tensor]] {
    let needs = try graph.weightNeeds(file: file.path.string)
    let layers = graph.layers.map(\.name).filter { needs[$0] != nil }
    let named = Dictionary(groups.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    let byName = layers.allSatisfy { named[$0] != nil }
    guard byName || layers.count == groups.count else {
      let unmatched = layers.first { named[$0] == nil } ?? layers.last ?? "none"
      throw .layerCount(
        file: file.path.string, expected: layers.count, found: groups.count,
        firstDifference: "the first layer that the file does not name is '\(unmatched)'")
    }
    var weights: [String: [WeightRole: Tensor]] = [:]
    for (index, layer) in layers.enumerated() {
      let group = byName ? (named[layer] ?? groups[0]) : groups[index]
      let layerNeeds = needs[layer] ?? []
      let mismatch = ModelFileError.weightShapes(
        file: file.path.string, layer: layer, group: group.name, expected: layerNeeds.map(\.shape),
        found: group.shapes)
      guard group.shapes.count == layerNeeds.count else { throw mismatch }
      for (place, need) in layerNeeds.enumerated() {
        guard let turned = Self.turned(group.shapes[place], to: need) else { throw mismatch }
        let tensor: Tensor
        do { tensor = try file.tensor(named: "\(group.name)/\(place)") } catch { throw .weights(error) }
        weights[layer, default: [:]][need.role] = turned(tensor)
      }
    }
    return weights
  }

  /// How a blob of one shape becomes the weight that a layer needs; `nil` where it cannot.
  ///
  /// Convolution blobs are `[O, I / groups, H, W]`, dense ones `[O, I]` or, in old files, `[1, 1, O, I]`.
  private static func turned(_ shape: Shape, to need: WeightNeed) -> ((Tensor) -> Tensor)? {
    let wanted = need.shape
    switch (need.role, wanted.rank) {
    case (.kernel, 4):
      guard shape == [wanted[3], wanted[2], wanted[0], wanted[1]] else { return nil }
      return { $0.transposed([2, 3, 1, 0]) }
    case (.kernel, 2):
      let plain = Shape([wanted[1], wanted[0]])
      guard shape == plain || shape == [1, 1, wanted[1], wanted[0]] else { return nil }
      return { $0.reshaped(plain).transposed([1, 0]) }
    default:
      guard shape.count == wanted.count, shape[-1] == wanted[-1] else { return nil }
      return { $0.reshaped(wanted) }
    }
  }
}
