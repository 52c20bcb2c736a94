public import NeuralNetwork
public import TensorCore
public import WeightFiles

/// Why a file does not become a network; the description is one line that names the file.
public enum ModelFileError: Error, Sendable {
  case weights(WeightFileError)
  case network(file: String, NetworkError)
  /// The file holds weights but says nothing of the layers; `likely` are architectures they would fit,
  /// to the number when `areExact`, else those nearest in shape.
  case noArchitecture(file: String, likely: [String], areExact: Bool)
  /// The description of the layers is not what its format calls for.
  case damagedDescription(file: String, layer: String, problem: String)
  /// The description leaves open how large the pictures are.
  case unknownPictureSize(file: String, input: String)
  /// A layer of a class that is not known here.
  case unsupportedLayer(file: String, layer: String, kind: String)
  /// A layer is known, but not with this setting.
  case unsupportedSetting(
    file: String, layer: String, kind: String, setting: String, found: String, expected: String)
  /// The file has weights for another number of layers than the network.
  case layerCount(file: String, expected: Int, found: Int, firstDifference: String)
  /// None of the network's layers goes by the names in the file, and their order does not tell which is which.
  case unknownNames(file: String, layer: String, found: [String], likely: [String], areExact: Bool)
  /// A layer's weights are not as many, or not of the shapes, that it needs.
  case weightShapes(file: String, layer: String, group: String, expected: [Shape], found: [Shape])
}

extension ModelFileError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .weights(let error): "\(error)"
    case .network(let file, let error): "\(file): \(error)"
    case .noArchitecture(let file, let likely, let areExact):
      "\(file): holds weights but no description of the layers; name an architecture and give the file as --weights"
        + Self.guess(likely, areExact)
    case .damagedDescription(let file, let layer, let problem):
      layer.isEmpty ? "\(file): \(problem)" : "\(file): layer '\(layer)': \(problem)"
    case .unknownPictureSize(let file, let input):
      "\(file): layer '\(input)': says nothing of the size of its pictures; name a description that does with --prototxt"
    case .unsupportedLayer(let file, let layer, let kind):
      "\(file): layer '\(layer)' is of class \(kind), which is not supported"
    case .unsupportedSetting(let file, let layer, let kind, let setting, let found, let expected):
      "\(file): layer '\(layer)' (\(kind)): \(setting) is \(found), expected \(expected)"
    case .layerCount(let file, let expected, let found, let first):
      "\(file): holds weights for \(found) layers, the network has \(expected) layers with weights; " + first
    case .unknownNames(let file, let layer, let found, let likely, let areExact):
      "\(file): has no weights for layer '\(layer)'; its names are "
        + found.map { "'\($0)'" }.joined(separator: ", ") + ", ..." + Self.guess(likely, areExact)
    case .weightShapes(let file, let layer, let group, let expected, let found):
      "\(file): layer '\(layer)' needs weights of shapes \(Self.list(expected)), '\(group)' holds \(Self.list(found))"
    }
  }

  private static func guess(_ likely: [String], _ areExact: Bool) -> String {
    likely.isEmpty
      ? "" : (areExact ? "; the weights would fit " : "; nearest in shape: ") + likely.joined(separator: ", ")
  }

  private static func list(_ shapes: [Shape]) -> String {
    shapes.isEmpty ? "none" : shapes.map(\.description).joined(separator: " ")
  }
}
