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

  init(_ plan: TrainingPlan) {
    self.plan = plan
    var (values, gradients): ([TensorStorage], [TensorStorage?]) = ([], [])
    var (positions, kept): ([Int: UnsafeMutablePointer<UInt32>], [Int: TensorStorage]) = ([:], [:])
    for (index, node) in plan.nodes.enumerated() {
      if node.isInPlace, let input = node.inputs.first {
        values.append(values[input])
        gradients.append(gradients[input])
        continue
      }
      // What another node computes on the way is never kept.
      let count = node.isAbsorbed ? 0 : node.shape.count
      values.append(TensorStorage(uninitialized: count))
      let needs = node.needsGradient || index == plan.output
      gradients.append(needs && !node.isAbsorbed ? TensorStorage(uninitialized: count) : nil)
      switch node.computation {
      case .maximumPooling: positions[index] = .allocate(capacity: max(1, count))
      case .sampleConvolution(let convolution, _, _) where convolution.pooling != nil:
        positions[index] = .allocate(capacity: max(1, count))
      case .batchNormalization: kept[index] = TensorStorage(uninitialized: 2 * node.channels)
      case .dropout: kept[index] = TensorStorage(uninitialized: count)
      default: break
      }
    }
    (self.values, self.gradients, self.positions, self.kept) = (values, gradients, positions, kept)
    hasGradient = [Bool](repeating: false, count: plan.nodes.count)
  }

  deinit { for pointer in positions.values { pointer.deallocate() } }

  func value(_ node: Int) -> UnsafeMutablePointer<Float> { values[node].base }
  func gradient(_ node: Int) -> UnsafeMutablePointer<Float>? { gradients[node]?.base }

  /// The first layer whose value holds a NaN or an infinity.
  var firstLayerNotFinite: String? {
    nodes.indices.first { index in
      !nodes[index].isAbsorbed && !allFinite(nodes[index].shape.count, value(index))
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

  /// The gradient of an in-place activation has become its input's.
  func passInPlace(to node: Int) { hasGradient[node] = true }
}

/// Element by element over several threads.
func eachRun(of count: Int, _ body: (Range<Int>) -> Void) { parallelFor(count, grain: 16_384, body) }
