public import TensorCore

/// Why a network cannot be built, given its weights, or run on an input.
public enum NetworkError: Error, Sendable, Equatable {
  case duplicateLayer(String)
  case unknownInput(layer: String, input: String, nearest: [String])
  case cycle(through: [String])
  case wrongInputCount(layer: String, expected: String, found: Int)
  /// A number of a layer, such as a stride, that no layer can have.
  case unusableParameter(layer: String, parameter: String, found: String)
  case noLayers
  case unknownLayer(String, nearest: [String])
  case wrongShape(layer: String, expected: String, found: String)
  case missingInput(layer: String)
  case missingWeight(layer: String, role: WeightRole, expected: Shape)
  case wrongWeightShape(layer: String, role: WeightRole, expected: Shape, found: Shape)
  case unexpectedWeight(layer: String, role: WeightRole)
  case unknownArchitecture(String, nearest: [String])
  case unusablePreprocessing(String)
  /// The network does not end as class activation maps need it.
  case noClassMaps(String)
  /// The output is a picture or boxes, not a number for each class.
  case noClasses(layer: String, found: Shape)
}

extension NetworkError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .duplicateLayer(let name):
      "two layers are called '\(name)'"
    case .unknownInput(let layer, let input, let nearest):
      "layer '\(layer)' reads '\(input)', which is no layer" + Self.suggestion(nearest)
    case .cycle(let names):
      "layers read one another in a circle: " + names.map { "'\($0)'" }.joined(separator: ", ")
    case .wrongInputCount(let layer, let expected, let found):
      "layer '\(layer)' reads \(found) layers, expected \(expected)"
    case .unusableParameter(let layer, let parameter, let found):
      "layer '\(layer)': unusable \(parameter) \(found)"
    case .noLayers:
      "the network has no layers"
    case .unknownLayer(let name, let nearest):
      "no layer is called '\(name)'" + Self.suggestion(nearest)
    case .wrongShape(let layer, let expected, let found):
      "layer '\(layer)': expected \(expected), found \(found)"
    case .missingInput(let layer):
      "nothing is given for the input layer '\(layer)'"
    case .missingWeight(let layer, let role, let expected):
      "layer '\(layer)': no \(role.rawValue), expected one of shape \(expected)"
    case .wrongWeightShape(let layer, let role, let expected, let found):
      "layer '\(layer)': \(role.rawValue) has shape \(found), expected \(expected)"
    case .unexpectedWeight(let layer, let role):
      "layer '\(layer)' takes no \(role.rawValue), but one is given"
    case .unknownArchitecture(let name, let nearest):
      "no architecture is called '\(name)'" + Self.suggestion(nearest)
    case .unusablePreprocessing(let why):
      "unusable preprocessing: \(why)"
    case .noClassMaps(let why):
      "class activation maps need a network that ends in global average pooling and at most one dense or 1x1 layer: "
        + why + "; Grad-CAM needs no such end"
    case .noClasses(let layer, let found):
      "the output '\(layer)' is \(found), not a number for each class; fovea apply runs a network whose output is a picture"
    }
  }

  private static func suggestion(_ names: [String]) -> String {
    names.isEmpty ? "" : "; the nearest are " + names.map { "'\($0)'" }.joined(separator: ", ")
  }
}
