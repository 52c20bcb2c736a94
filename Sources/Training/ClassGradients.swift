public import NeuralNetwork
public import TensorCore

/// What the scores of a network's classes hang on: gradients with respect to any of its layers, the input among them.
///
/// ```swift
/// let probe = try ClassGradients(of: network, at: ["conv5"], for: [1, 224, 224, 3])
/// let seen = probe.look(at: x) { scores in [scores.indices.max { scores[$0] < scores[$1] } ?? 0] }
/// let map = seen.classes[0].layers[0].gradCam                          // [14, 14]
/// ```
///
/// All layers act as at inference. The score of a class is what a softmax at the network's end reads, else the network's own
/// output; of one score for each pixel their sum is taken.
public struct ClassGradients: Sendable {
  /// A layer's value for a picture, and the gradient of a class's score with respect to it; both `[1, H, W, C]` or `[1, C]`.
  public struct Layer: Sendable {
    public let name: String
    public let value: Tensor
    public let gradient: Tensor
  }

  /// The layers that were asked for, in their order, as one class sees them.
  public struct OfClass: Sendable {
    public let index: Int
    public let layers: [Layer]
  }

  public struct Seen: Sendable {
    /// The network's output.
    public let output: Tensor
    /// The scores of all classes before a softmax.
    public let scores: [Float]
    public let classes: [OfClass]
  }

  private let parameters: Parameters
  private let plan: TrainingPlan
  private let names: [String]

  /// Prepares a network to be asked about pictures of one shape, `[1, H, W, C]`; `NAME:linear` is a layer before its own activation.
  ///
  /// Throws ``NetworkError`` for unknown layers and shapes that do not suit, ``TrainingError`` for networks of several inputs or
  /// outputs.
  public init(of network: Network, at layers: [String], for input: Shape) throws {
    guard input.rank > 0, input[0] == 1 else {
      throw TrainingError.wrongShape(
        what: "the picture", expected: Shape([1] + input.dimensions.dropFirst()), found: input)
    }
    names = layers
    parameters = try Parameters(network, frozen: Set(network.graph.layers.map(\.name)))
    plan = try TrainingPlan(network.graph, input, parameters, for: .looking(at: layers))
  }

  /// How many classes the network tells apart.
  public var classes: Int { plan.nodes[plan.output].channels }

  /// Runs the network on `x`, of the shape prepared for, and back from each class that `choose` picks by the scores.
  public func look(at x: Tensor, _ choose: (_ scores: [Float]) throws -> [Int]) rethrows -> Seen {
    let (pass, node) = (TrainingPass(plan), plan.nodes[plan.output])
    precondition(x.shape == pass.nodes.first { $0.inputs.isEmpty }?.shape, "prepared for another shape")
    return try parameters.values.withUnsafeBufferPointer { values in
      // Nothing is learned: neither weights nor statistics are written.
      let weights = UnsafeMutablePointer(mutating: values.baseAddress ?? UnsafePointer(pass.value(0)))
      pass.forward(x, parameters: weights, seed: 0)
      var scores = [Float](repeating: 0, count: node.channels)
      let found = pass.value(plan.output)
      for pixel in 0..<node.pixels {
        for c in scores.indices { scores[c] += found[pixel * scores.count + c] }
      }
      let chosen = try choose(scores).map { index in
        OfClass(index: index, layers: gradients(of: index, in: pass, weights))
      }
      return Seen(output: copy(pass.value(plan.last), plan.last), scores: scores, classes: chosen)
    }
  }

  private func gradients(of index: Int, in pass: TrainingPass, _ weights: UnsafeMutablePointer<Float>)
    -> [Layer]
  {
    precondition(index >= 0 && index < classes, "no class \(index) of \(classes)")
    let node = plan.nodes[plan.output]
    guard let start = pass.gradient(plan.output) else { return [] }
    start.update(repeating: 0, count: node.shape.count)
    for pixel in 0..<node.pixels { start[pixel * node.channels + index] = 1 }
    pass.backward(parameters: weights, result: weights)
    return zip(names, plan.lookedAt).map { name, looked in
      let gradient =
        pass.receivedGradient(looked) ? pass.gradient(looked).map { copy($0, looked) } : nil
      return Layer(
        name: name, value: copy(pass.value(looked), looked),
        gradient: gradient ?? Tensor(repeating: 0, shape: plan.nodes[looked].shape))
    }
  }

  private func copy(_ floats: UnsafeMutablePointer<Float>, _ node: Int) -> Tensor {
    Tensor(shape: plan.nodes[node].shape) { target in
      for index in target.indices { target[index] = floats[index] }
    }
  }
}

extension ClassGradients.Layer {
  /// Where the layer speaks for the class, `[H, W]`: `max(0, sum_c a[c] f[c])`, the weight `a[c]` of a map the mean of its gradient.
  ///
  /// After Selvaraju et al., "Grad-CAM" (2017).
  public var gradCam: Tensor {
    precondition(value.shape.rank == 4, "\(name) has no rows and columns")
    let (rows, columns, channels) = (value.shape[1], value.shape[2], value.shape[3])
    let (values, gradients) = (value.scalars, gradient.scalars)
    var weights = [Double](repeating: 0, count: channels)
    for (index, slope) in gradients.enumerated() { weights[index % channels] += Double(slope) }
    for c in weights.indices { weights[c] /= Double(rows * columns) }
    return Tensor(
      (0..<rows * columns).map { pixel in
        var sum = 0.0
        for c in 0..<channels { sum += weights[c] * Double(values[pixel * channels + c]) }
        // Written so that NaN stays NaN.
        return sum < 0 ? 0 : Float(sum)
      }, shape: [rows, columns])
  }

  /// How much each pixel matters to the score, `[H, W]`: the largest `|d score / d x|` of its channels.
  ///
  /// After Simonyan, Vedaldi and Zisserman, "Deep Inside Convolutional Networks" (2013).
  public var saliency: Tensor {
    precondition(gradient.shape.rank == 4, "\(name) has no rows and columns")
    let (rows, columns, channels) = (gradient.shape[1], gradient.shape[2], gradient.shape[3])
    let values = gradient.scalars
    return Tensor(
      (0..<rows * columns).map { pixel in
        var largest: Float = 0
        for c in 0..<channels {
          let size = abs(values[pixel * channels + c])
          if !(size <= largest) { largest = size }
        }
        return largest
      }, shape: [rows, columns])
  }
}
