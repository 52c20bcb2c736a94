public import Imaging
public import NeuralNetwork
public import TensorCore

extension Network {
  /// The picture as this network's input `[1, H, W, C]`, prepared as its preprocessing record says.
  ///
  /// Without a record values stay 0...255 and the picture is stretched to the size the network declares, if any.
  public func input(from image: Image) throws -> Tensor { try effectivePreprocessing.tensor(from: image) }

  /// The outputs of the layers named, for one picture; `NAME:linear` is the value before a layer's own activation.
  public func activations(of image: Image, at names: [String]) throws -> Activations {
    let x = try input(from: image)
    return try compiled(for: x.shape, recording: names).run(x)
  }

  /// The classes that the network finds likeliest, best first.
  ///
  /// Throws ``NetworkError/noClasses(layer:found:)`` where its first output is none.
  public func predict(_ image: Image, top count: Int = 5) throws -> [Prediction] {
    let x = try input(from: image)
    return Prediction.best(count, in: try scores(compiled(for: x.shape).run(x)))
  }

  /// The first output of `found`, where it is a number for each class.
  package func scores(_ found: Activations) throws -> Tensor {
    guard let first = found.layers.first else { return Tensor([], shape: [0]) }
    guard Prediction.isRow(first.output.shape) else {
      throw NetworkError.noClasses(layer: first.name, found: first.output.shape)
    }
    return first.output
  }

  /// The record, or what is done without one; a network of one channel sees grey.
  public var effectivePreprocessing: Preprocessing {
    var record = preprocessing ?? Preprocessing()
    guard case .input(let declared)? = graph.inputLayers.first?.operation else { return record }
    if preprocessing == nil || record.height == nil { record.height = declared.height ?? record.height }
    if preprocessing == nil || record.width == nil { record.width = declared.width ?? record.width }
    if declared.channels == 1 { record.channelOrder = .grey }
    return record
  }
}

/// One class with its share.
public struct Prediction: Sendable, Hashable {
  /// The place of the class in the network's output, from 0.
  public let index: Int
  /// The network's output for it: a probability where the network ends in softmax.
  public let probability: Float

  public init(index: Int, probability: Float) {
    self.index = index
    self.probability = probability
  }

  /// Whether an output holds a number for each class: `[N, classes]`, or other axes of one place, as in `[N, 1, 1, classes]`.
  package static func isRow(_ shape: Shape) -> Bool { shape.dimensions.dropFirst().count { $0 > 1 } <= 1 }

  /// The largest outputs of the first sample, largest first, the lower index before an equal one; NaN is below all.
  public static func best(_ count: Int, in output: Tensor) -> [Prediction] {
    guard output.shape.rank > 0, output.shape[0] > 0 else { return [] }
    var best: [Prediction] = []
    for (index, score) in output.scalars.prefix(output.shape.count / output.shape[0]).enumerated() {
      // Few of many are asked for: most are no better than the last of those so far.
      func isAbove(_ other: Prediction) -> Bool {
        score > other.probability || (other.probability.isNaN && !score.isNaN)
      }
      guard best.count < count || best.last.map(isAbove) == true else { continue }
      let place = best.firstIndex(where: isAbove) ?? best.endIndex
      best.insert(Prediction(index: index, probability: score), at: place)
      if best.count > count { best.removeLast() }
    }
    return best
  }
}
