public import TensorCore

/// Why a network cannot be trained, or why training stopped.
public enum TrainingError: Error, Sendable, Equatable {
  /// A layer of a kind whose gradient is not known here.
  case notTrainable(layer: String, operation: String)
  /// The network has several inputs or outputs.
  case severalEnds(inputs: [String], outputs: [String])
  /// The pictures or the targets have another shape than the network.
  case wrongShape(what: String, expected: Shape, found: Shape)
  /// A label beyond the network's classes.
  case badLabel(picture: Int, found: Int, classes: Int)
  case noPictures
  /// The loss became NaN or infinite in a step (from 1); `layer` is the first whose output is no number, if any.
  case notFinite(step: Int, layer: String?)
  /// A learning rate, a batch size or the like that makes no sense.
  case badSetting(name: String, found: String, expected: String)
  /// A checkpoint that is damaged, or of another training.
  case badCheckpoint(file: String, reason: String)
}

extension TrainingError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notTrainable(let layer, let operation):
      "layer '\(layer)': a \(operation) layer cannot be trained through; freeze the layers up to it"
    case .severalEnds(let inputs, let outputs):
      "one input and one output expected, found inputs \(inputs.joined(separator: ", ")) and outputs "
        + outputs.joined(separator: ", ")
    case .wrongShape(let what, let expected, let found): "\(what): expected \(expected), found \(found)"
    case .badLabel(let picture, let found, let classes):
      "picture \(picture): label \(found), expected 0 to \(classes - 1)"
    case .noPictures: "there are no pictures to train on"
    case .notFinite(let step, let layer):
      "the loss is not a number in step \(step)"
        + (layer.map { "; the first layer to blow up is '\($0)'" } ?? "")
        + ": lower the learning rate, or clip the gradients"
    case .badCheckpoint(let file, let reason): "\(file): cannot go on from this checkpoint: \(reason)"
    case .badSetting(let name, let found, let expected): "\(name) \(found): expected \(expected)"
    }
  }
}
