import Convolution
public import TensorCore

/// The end of a network from which class activation maps are read: a layer of feature maps whose means are weighed into
/// class scores.
///
/// ```swift
/// let head = try network.classMapHead(for: [1, 224, 224, 3])
/// let seen = try network.compiled(for: x.shape, recording: [head.features]).run(x)
/// let map = head.map(of: 281, from: try seen.layer(head.features))      // [7, 7]
/// ```
///
/// After Zhou et al., "Learning Deep Features for Discriminative Localization" (2016): the score of a class is
/// `sum_c w[c] mean(f_c) + b`, so the map `sum_c w[c] f_c` says where it comes from; its mean is the score without the bias.
/// Where the pooled maps are the classes themselves (SqueezeNet, mini-XCEPTION), the class's own map is it.
public struct ClassMapHead: Sendable {
  /// The layer whose maps are averaged.
  public let features: String
  public let classes: Int
  /// `[channels, classes]`; `nil` where channel and class are one.
  public let weights: Tensor?

  /// The map `[H, W]` of one class for the first sample of the features `[N, H, W, C]`.
  public func map(of index: Int, from features: Tensor) -> Tensor {
    precondition(features.shape.rank == 4 && index >= 0 && index < classes, "no class \(index) of \(classes)")
    let (rows, columns, channels) = (features.shape[1], features.shape[2], features.shape[3])
    let kernel = weights?.scalars
    return Tensor(shape: [rows, columns]) { map in
      features.withUnsafeScalars { values in
        for pixel in 0..<rows * columns {
          guard let kernel else {
            map[pixel] = values[pixel * channels + index]
            continue
          }
          var sum = 0.0
          for c in 0..<channels {
            sum += Double(values[pixel * channels + c]) * Double(kernel[c * classes + index])
          }
          map[pixel] = Float(sum)
        }
      }
    }
  }
}

extension Network {
  /// Finds the feature maps that a global average pools and a dense or 1x1 layer weighs, or that are pooled into the
  /// classes themselves.
  ///
  /// - Throws: ``NetworkError/noClassMaps(_:)``, saying what stands in the way, for every other network.
  public func classMapHead(for input: Shape) throws(NetworkError) -> ClassMapHead {
    let shapes = try graph.shapes(for: graph.declaredInputs(or: input))
    guard graph.outputs.count == 1, var name = graph.outputs.first else {
      throw .noClassMaps("it has \(graph.outputs.count) outputs")
    }
    var weights: Tensor?
    while let layer = graph[name] {
      guard let source = layer.inputs.first, let read = shapes[source] else {
        throw .noClassMaps("no global average pooling leads to its output")
      }
      let isPoint = read.rank == 2 || read.rank == 4 && read[1] == 1 && read[2] == 1
      switch layer.operation {
      case .activation, .dropout, .identity: break
      case .flatten where isPoint, .reshape where isPoint: break
      case .globalPooling(.average, _), .adaptiveAveragePooling(Extent(height: 1, width: 1)):
        return try head(source, read, weights)
      case .pooling(let pooling) where pooling.averagesAll(of: read):
        return try head(source, read, weights)
      case .dense where isPoint && weights == nil:
        weights = weight(.kernel, of: layer)
      case .convolution(let c) where isPoint && weights == nil && c.kernelSize == 1 && c.groups == 1:
        weights = weight(.kernel, of: layer).map { $0.reshaped([$0.shape[2], $0.shape[3]]) }
      default:
        throw .noClassMaps("layer '\(layer.name)' stands between its features and its output")
      }
      name = source
    }
    throw .noClassMaps("no global average pooling leads to its output")
  }

  private func head(_ source: String, _ shape: Shape, _ weights: Tensor?) throws(NetworkError) -> ClassMapHead
  {
    guard shape.rank == 4 else { throw .noClassMaps("'\(source)' has no rows and columns") }
    if let weights, weights.shape[0] != shape[3] {
      throw .noClassMaps("'\(source)' has \(shape[3]) channels, the last layer weighs \(weights.shape[0])")
    }
    return ClassMapHead(features: source, classes: weights?.shape[1] ?? shape[3], weights: weights)
  }
}

extension Graph {
  /// The last layer that still has rows and columns, before they are pooled or flattened away: where Grad-CAM looks by default.
  ///
  /// `nil` where no layer has any.
  public func lastFeatures(for input: Shape) throws(NetworkError) -> String? {
    let shapes = try shapes(for: declaredInputs(or: input))
    var needed: Set<String> = Set(outputs)
    for layer in layers.reversed() where needed.contains(layer.name) { needed.formUnion(layer.inputs) }
    return layers.last { layer in
      guard needed.contains(layer.name), let shape = shapes[layer.name], shape.rank == 4,
        shape[1] * shape[2] > 1
      else { return false }
      switch layer.operation {
      case .input, .pooling, .globalPooling, .adaptiveAveragePooling, .dropout, .identity, .zeroPadding,
        .activation(.softmax), .activation(.logSoftmax):
        return false
      default: return true
      }
    }?.name
  }
}

extension Pooling {
  /// Whether one window without padding takes the mean of the whole map.
  fileprivate func averagesAll(of input: Shape) -> Bool {
    guard kind == .average, let geometry = geometry(for: input) else { return false }
    return geometry.rows.output == 1 && geometry.columns.output == 1 && geometry.rows.before == 0
      && geometry.columns.before == 0 && geometry.rows.kernel == input[1]
      && geometry.columns.kernel == input[2]
  }
}
