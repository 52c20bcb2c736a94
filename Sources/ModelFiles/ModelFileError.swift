public import NeuralNetwork
public import TensorCore
public import WeightFiles

/// Why a file does not become a network; the description is one line that names the file.
public enum ModelFileError: Error, Sendable {
  case weights(WeightFileError)
  case network(file: String, NetworkError)
  /// The file holds weights but says nothing of the layers; `likely` are architectures they would fit.
  case noArchitecture(file: String, likely: [String])
  /// The description of the layers is not what its format calls for.
  case damagedDescription(file: String, layer: String, problem: String)
  /// A layer of a class that is not known here.
  case unsupportedLayer(file: String, layer: String, kind: String)
  /// A layer is known, but not with this setting.
  case unsupportedSetting(
    file: String, layer: String, kind: String, setting: String, found: String, expected: String)
  /// The file has weights for another number of layers than the network.
  case layerCount(file: String, expected: Int, found: Int, firstDifference: String)
  /// A layer's weights are not as many, or not of the shapes, that it needs.
  case weightShapes(file: String, layer: String, group: String, expected: [Shape], found: [Shape])
}

extension ModelFileError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .weights(let error): "\(error)"
    case .network(let file, let error): "\(file): \(error)"
    case .noArchitecture(let file, let likely):
      "\(file): holds weights but no description of the layers; name an architecture"
        + (likely.isEmpty ? "" : " (the weights would fit \(likely.joined(separator: ", ")))")
    case .damagedDescription(let file, let layer, let problem):
      layer.isEmpty ? "\(file): \(problem)" : "\(file): layer '\(layer)': \(problem)"
    case .unsupportedLayer(let file, let layer, let kind):
      "\(file): layer '\(layer)' is of class \(kind), which is not supported"
    case .unsupportedSetting(let file, let layer, let kind, let setting, let found, let expected):
      "\(file): layer '\(layer)' (\(kind)): \(setting) is \(found), expected \(expected)"
    case .layerCount(let file, let expected, let found, let first):
      "\(file): holds weights for \(found) layers, the network has \(expected) layers with weights; " + first
    case .weightShapes(let file, let layer, let group, let expected, let found):
      "\(file): layer '\(layer)' needs weights of shapes \(Self.list(expected)), '\(group)' holds \(Self.list(found))"
    }
  }

  private static func list(_ shapes: [Shape]) -> String {
    shapes.isEmpty ? "none" : shapes.map(\.description).joined(separator: " ")
  }
}
