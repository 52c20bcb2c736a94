import Convolution
import NeuralNetwork
import TensorCore

/// The memory of a network in training for one batch size, kept from step to step: every node's value and gradient.
final class TrainingPass {
  let plan: TrainingPlan
  var nodes: [TrainingNode] { plan.nodes }
  private let values: [TensorStorage]
  private let gradients: [TensorStorage?]
  /// Where max-pooling nodes found their maxima.
  let positions: [Int: UnsafeMutablePointer<UInt32>]
  /// Means and deviations of a batch normalisation, factors of a dropout.
  let kept: [Int: TensorStorage]
  /// Whether a node's gradient has been written in this pass, so that the next one is added.
  private var hasGradient: [Bool]
  /// The gradients of batch normalisations that the convolutions before them are to work out.
  var normalizations: [Int: BatchNormalizationGradient] = [:]

  init(_ plan: TrainingPlan) {
    self.plan = plan
    var values: [TensorStorage] = []
    var (positions, kept): ([Int: UnsafeMutablePointer<UInt32>], [Int: TensorStorage]) = ([:], [:])
    for (index, node) in plan.nodes.enumerated() {
      if node.isInPlace, let input = node.inputs.first {
        values.append(values[input])
        continue
      }
      // What another node computes on the way is never kept.
      let count = node.isAbsorbed ? 0 : node.shape.count
      values.append(TensorStorage(uninitialized: node.keepsValue ? count : 0))
      switch node.computation {
      case .maximumPooling: positions[index] = .allocate(capacity: max(1, count))
      case .sampleConvolution(let convolution, _, _) where convolution.pooling != nil:
        positions[index] = .allocate(capacity: max(1, count))
      case .batchNormalization:
        // Mean and deviation, and those of every sample where the convolution before finds them.
        let isMeasured = plan.nodes[node.inputs[0]].normalization == index
        kept[index] = TensorStorage(
          uninitialized: 2 * node.channels * (isMeasured ? 1 + node.shape[0] : 1))
      case .dropout: kept[index] = TensorStorage(uninitialized: count)
      default: break
      }
    }
    (self.values, self.positions, self.kept) = (values, positions, kept)
    gradients = Self.gradients(of: plan)
    hasGradient = [Bool](repeating: false, count: plan.nodes.count)
  }

  /// Memory for the gradients; those that are one share it.
  private static func gradients(of plan: TrainingPlan) -> [TensorStorage?] {
    var owner = Array(plan.nodes.indices)
    func root(_ index: Int) -> Int {
      var index = index
      while owner[index] != index { index = owner[index] }
      return index
    }
    for (index, node) in plan.nodes.enumerated() {
      let shared =
        (node.isInPlace ? [node.inputs[0]] : []) + (node.normalization.map { [$0] } ?? [])
        + node.sharesGradient
      for other in shared { owner[root(other)] = root(index) }
    }
    var storages: [Int: TensorStorage] = [:]
    return plan.nodes.enumerated().map { index, node in
      guard node.needsGradient || index == plan.output, node.isInPlace || !node.isAbsorbed else { return nil }
      let root = root(index)
      let storage = storages[root] ?? TensorStorage(uninitialized: node.shape.count)
      storages[root] = storage
      return storage
    }
  }

  /// Where a normalisation sums gradients of a scale and a shift that it has not, for its input's gradient needs the sums.
  var unlearned: [Int: TensorStorage] = [:]

  deinit { for pointer in positions.values { pointer.deallocate() } }

  func value(_ node: Int) -> UnsafeMutablePointer<Float> { values[node].base }
  func gradient(_ node: Int) -> UnsafeMutablePointer<Float>? { gradients[node]?.base }

  /// The first layer whose value holds a NaN or an infinity.
  var firstLayerNotFinite: String? {
    nodes.indices.first { index in
      !nodes[index].isAbsorbed && nodes[index].keepsValue
        && !allFinite(nodes[index].shape.count, value(index))
    }.map { nodes[$0].layer }
  }

  /// Starts backwards: the output's gradient has been written by the loss.
  func beginBackward() {
    for index in hasGradient.indices { hasGradient[index] = false }
    hasGradient[plan.output] = true
  }

  /// Whether anything has flowed back to the node, so that its own inputs have something to learn from.
  func receivedGradient(_ node: Int) -> Bool { hasGradient[node] && nodes[node].needsGradient }

  /// Hands a node's gradient to `write`, which overwrites it; where another reader has written already, the two are added.
  func deliver(to node: Int, _ write: (UnsafeMutablePointer<Float>) -> Void) {
    guard nodes[node].needsGradient, let target = gradient(node) else { return }
    guard hasGradient[node] else {
      hasGradient[node] = true
      return write(target)
    }
    let count = nodes[node].shape.count
    let second = TensorStorage(uninitialized: count)
    write(second.base)
    eachRun(of: count) { range in for index in range { target[index] += second.base[index] } }
  }

  /// As ``deliver(to:_:)`` of what can add to a gradient itself.
  func deliver(to node: Int, adding write: (_ target: UnsafeMutablePointer<Float>, _ adds: Bool) -> Void) {
    guard nodes[node].needsGradient, let target = gradient(node) else { return }
    write(target, hasGradient[node])
    hasGradient[node] = true
  }

  /// The gradient has become its input's, where it is.
  func passInPlace(to node: Int) { hasGradient[node] = true }
}

/// Element by element over several threads.
func eachRun(of count: Int, _ body: (Range<Int>) -> Void) { parallelFor(count, grain: 16_384, body) }
