import NeuralNetwork
import TensorCore
import WeightFiles

/// A group of weights in a Keras file: a layer's, or those of a whole nested model.
struct KerasWeightGroup {
  let name: String
  /// The names the file gives the weights, `conv1/kernel:0`, in Keras's order.
  let names: [String]
  /// Where each is in the file.
  let paths: [String]
}

/// What a layer needs, in Keras's order of weights.
struct WeightNeed {
  let layer: String
  let role: WeightRole
  let shape: Shape
}

/// The groups of a legacy Keras file (`layer_names` and `weight_names`): a full model's or a weights-only one.
struct KerasWeights {
  let file: HDF5File
  let fileName: String
  /// Those with weights, in the order of `layer_names`.
  let groups: [KerasWeightGroup]

  init(_ file: HDF5File, fileName: String) throws(ModelFileError) {
    self.file = file
    self.fileName = fileName
    let root = file.hasGroup("model_weights") ? "model_weights" : ""
    guard let layers = file.texts("layer_names", of: root) else {
      throw .damagedDescription(
        file: fileName, layer: "", problem: "it has no 'layer_names': not weights saved by Keras")
    }
    var groups: [KerasWeightGroup] = []
    for layer in layers {
      let path = root.isEmpty ? layer : root + "/" + layer
      guard let names = file.texts("weight_names", of: path) else {
        throw .damagedDescription(
          file: fileName, layer: layer,
          problem: "is among the 'layer_names' but its group has no 'weight_names'")
      }
      guard !names.isEmpty else { continue }
      // A layer that adapts to data also counts what it has seen.
      let own = names.filter { ($0.split(separator: "/").last ?? "").prefix { $0 != ":" } != "count" }
      guard !own.isEmpty else { continue }
      groups.append(KerasWeightGroup(name: layer, names: own, paths: own.map { path + "/" + $0 }))
    }
    self.groups = groups
  }

  /// The shapes a group holds; `nil` where a weight it names is missing.
  func shapes(of group: KerasWeightGroup) throws(ModelFileError) -> [Shape] {
    var shapes: [Shape] = []
    for path in group.paths {
      guard let shape = file.shape(of: path) else {
        throw .damagedDescription(
          file: fileName, layer: group.name, problem: "names the weight '\(path)', which is not in the file")
      }
      shapes.append(shape)
    }
    return shapes
  }

  /// A weight in the shape its layer needs, or `nil` when it has another.
  ///
  /// Kernels of the Theano order `[O, I, H, W]` are turned when only that makes them fit.
  func tensor(_ path: String, for need: WeightNeed) throws(ModelFileError) -> Tensor? {
    guard let shape = file.shape(of: path) else { return nil }
    let isTheano = shape != need.shape && KerasWeights.theano(need.shape) == shape
    // A 1x1 pointwise or a vector may be stored with other ones around it; nothing else may be reshaped.
    guard shape == need.shape || isTheano else { return nil }
    let tensor: Tensor
    do { tensor = try file.tensor(path) } catch { throw .weights(error) }
    return isTheano ? tensor.transposed([2, 3, 1, 0]) : tensor
  }

  /// The shape `[O, I, H, W]` of a kernel `[H, W, I, O]`.
  static func theano(_ shape: Shape) -> Shape? {
    shape.rank == 4 ? Shape([shape[3], shape[2], shape[0], shape[1]]) : nil
  }

  /// The weights of a group for the layer that needs them, by position.
  func weights(of group: KerasWeightGroup, for needs: [WeightNeed]) throws(ModelFileError) -> [Tensor] {
    var tensors: [Tensor] = []
    let found = try shapes(of: group)
    let mismatch = ModelFileError.weightShapes(
      file: fileName, layer: needs.first?.layer ?? group.name, group: group.name,
      expected: needs.map(\.shape),
      found: found)
    guard group.paths.count == needs.count else { throw mismatch }
    for (path, need) in zip(group.paths, needs) {
      guard let tensor = try tensor(path, for: need) else { throw mismatch }
      tensors.append(tensor)
    }
    return tensors
  }
}
