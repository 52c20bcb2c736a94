import TensorCore

/// A published network by name: its layers as data, the size and preprocessing it was trained with.
///
/// ```swift
/// let vgg = try Architecture.named("vgg16")
/// let graph = try vgg.graph()            // 224x224x3 in, 1000 classes out
/// let slim = try vgg.graph(width: 1 / 8) // an eighth of the channels, for tests
/// ```
///
/// Layer names, their order and the order of weights are the framework's, so that its weight files match by name or by position.
public struct Architecture: Sendable {
  /// Whose layer names, layouts and conventions the network follows.
  public enum Framework: String, Sendable, Hashable { case keras, caffe, torch }

  /// The name users type: `vgg16`, `squeezenet1.1`.
  public let name: String
  public let framework: Framework
  /// How pictures are prepared, with the input size.
  public let preprocessing: Preprocessing
  /// The paper that describes it.
  public let paper: String
  /// How many outputs the published network's last layer has.
  public let classes: Int

  let layers: @Sendable (Plan) -> [Layer]

  /// What may vary from the published network.
  struct Plan: Sendable {
    let height: Int
    let width: Int
    let classes: Int
    /// The share of the published channels.
    let share: Double

    /// So many channels of the published number.
    func channels(_ published: Int) -> Int { max(1, Int((Double(published) * share).rounded())) }

    var input: InputShape { InputShape(height: height, width: width, channels: 3) }
  }

  init(
    _ name: String, _ framework: Framework, _ preprocessing: Preprocessing, paper: String,
    classes: Int = 1000, layers: @escaping @Sendable (Plan) -> [Layer]
  ) {
    self.name = name
    self.framework = framework
    self.preprocessing = preprocessing
    self.paper = paper
    self.classes = classes
    self.layers = layers
  }

  /// The published side of the square input, in pixels.
  public var inputSide: Int { preprocessing.height ?? 224 }

  /// The layers, checked.
  ///
  /// - Parameters:
  ///   - height: rows of the input; the published size by default, as with `columns`.
  ///   - classes: outputs of the last layer; those of the published network by default.
  ///   - width: the share of the published channels of every layer but the last.
  /// - Throws: ``NetworkError`` when the picture is too small for the network.
  public func graph(
    height: Int? = nil, columns: Int? = nil, classes: Int? = nil, width: Double = 1
  ) throws(NetworkError) -> Graph {
    let plan = Plan(
      height: height ?? inputSide, width: columns ?? preprocessing.width ?? inputSide,
      classes: classes ?? self.classes,
      share: width)
    let graph = try Graph(layers(plan))
    _ = try graph.weightShapes()
    return graph
  }

  /// Every architecture, in the order of the `models` command.
  public static let all: [Architecture] =
    alexNets + vggs + torchVGGs + googLeNets + [bninception] + inceptions + [inceptionv4, xception] + resNets
    + torchResNets + [resnet20] + mobileNets + squeezeNets + torchSqueezeNets + denseNets + torchDenseNets
    + encoderDecoders + cifarNetworks

  /// The architecture of that name; throws ``NetworkError/unknownArchitecture(_:nearest:)``.
  public static func named(_ name: String) throws(NetworkError) -> Architecture {
    guard let found = all.first(where: { $0.name == name.lowercased() }) else {
      throw .unknownArchitecture(name, nearest: nearestNames(to: name, in: all.map(\.name)))
    }
    return found
  }
}
