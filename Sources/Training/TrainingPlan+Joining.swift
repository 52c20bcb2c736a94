import Convolution
import NeuralNetwork
import TensorCore

// Which computations do the work of their neighbours, and which write where their input lies.
extension TrainingPlan {
  /// Joins convolutions, batch normalisations and sums to the relu, and convolutions to the max-pooling, that alone read them.
  mutating func join() {
    let readers = self.readers
    func onlyReader(of index: Int) -> Int? {
      readers[index].count == 1 && index != output && !lookedAt.contains(index) ? readers[index][0] : nil
    }
    func isRelu(_ index: Int?) -> Bool {
      guard let index, !lookedAt.contains(index), case .activation(.relu, _) = nodes[index].computation else {
        return false
      }
      return true
    }
    for index in nodes.indices {
      let next = onlyReader(of: index)
      switch nodes[index].computation {
      case .batchNormalization where isRelu(next), .sum where isRelu(next):
        guard let next else { continue }
        nodes[index].rectifies = true
        absorb(next)
      case .convolution(let geometry, let kernel, let bias):
        let relu = isRelu(next) ? next : nil
        let last = relu.map { onlyReader(of: $0) } ?? next
        if let last, case .maximumPooling(let pooling) = nodes[last].computation,
          let joined = SampleConvolution(geometry, rectifies: relu != nil, pooling: pooling)
        {
          nodes[last].computation = .sampleConvolution(joined, kernel: kernel, bias: bias)
          nodes[last].inputs = nodes[index].inputs
          nodes[last].layer = nodes[index].layer
          nodes[last].trainsWeights = nodes[index].trainsWeights
          nodes[index].isAbsorbed = true
          if let relu { nodes[relu].isAbsorbed = true }
        } else if let joined = SampleConvolution(geometry, rectifies: relu != nil) {
          nodes[index].computation = .sampleConvolution(joined, kernel: kernel, bias: bias)
          if let relu { absorb(relu) }
        }
      default: continue
      }
    }
  }

  /// Lets an activation overwrite its input where its derivative follows from its output and nobody else needs the input.
  ///
  /// Neither another reader may, nor the input's own gradient, nor the loss. What changes nothing shares its input's place.
  mutating func markSharing() {
    let readers = self.readers
    for index in nodes.indices where !nodes[index].isAbsorbed && !lookedAt.contains(index) {
      guard let input = nodes[index].inputs.first, readers[input].count == 1, input != output,
        !lookedAt.contains(input)
      else { continue }
      switch (nodes[index].computation, nodes[input].computation) {
      case (.copy, _) where index != output: absorb(index)
      case (.activation, .input), (.activation, .activation), (.activation, .copy): continue
      case (.activation, _) where nodes[input].gradientNeedsValue: continue
      case (.activation, _) where nodes[input].maximumPooling != nil: continue
      case (.activation(let activation, _), _) where !activation.derivativeNeedsInput:
        nodes[index].isInPlace = true
      default: continue
      }
    }
  }

  /// Joins batch normalisations to the convolution before them and to the sum that alone reads them.
  mutating func joinNormalizations() {
    let readers = self.readers
    func isRead(_ index: Int, by reader: Int) -> Bool {
      readers[index] == [reader] && index != output && !lookedAt.contains(index)
    }
    func usesBatch(_ index: Int) -> Bool {
      if case .batchNormalization(_, _, _, true) = nodes[index].computation { true } else { false }
    }
    for index in nodes.indices {
      if usesBatch(index), let input = nodes[index].inputs.first, isRead(input, by: index),
        case .sampleConvolution(let c, _, _) = nodes[input].computation, c.pooling == nil, !c.rectifies
      {
        nodes[input].normalization = index
      }
      guard case .sum = nodes[index].computation, nodes[index].inputs.count == 2 else { continue }
      let term = nodes[index].inputs.first {
        usesBatch($0) && !nodes[$0].rectifies && !nodes[$0].isAbsorbed && isRead($0, by: index)
      }
      guard let term else { continue }
      nodes[index].normalizes = term
      nodes[term].keepsValue = false
    }
  }

  /// Lets the gradients of a sum's terms be the sum's own, in one place, where nobody writes to it before all have read it.
  ///
  /// All terms but the first to be computed must have no other reader and leave their gradient as it is; other readers of that
  /// first one, which add to it, must come before any of those, which walking backwards is after.
  mutating func shareGradients() {
    guard lookedAt.isEmpty else { return }
    let readers = self.readers
    for index in nodes.indices where index != output {
      guard case .sum = nodes[index].computation, let first = nodes[index].inputs.min() else { continue }
      let others = nodes[index].inputs.filter { $0 != first }
      guard others.count == nodes[index].inputs.count - 1,
        nodes[index].inputs.allSatisfy({ nodes[$0].needsGradient && $0 != output }),
        others.allSatisfy({ readers[$0] == [index] && leavesGradient($0) })
      else { continue }
      let lastRead = others.map(lastReading).min() ?? index
      guard readers[first].allSatisfy({ $0 == index || $0 < lastRead }) else { continue }
      nodes[index].sharesGradient = nodes[index].inputs
    }
  }

  /// The node that computes what an in-place one changes.
  private func origin(_ index: Int) -> Int {
    var index = index
    while nodes[index].isInPlace { index = nodes[index].inputs[0] }
    return index
  }

  /// Whether walking back through the node and those it overwrites leaves its gradient as it was.
  private func leavesGradient(_ index: Int) -> Bool {
    var index = index
    while nodes[index].isInPlace {
      guard nodes[index].isAbsorbed else { return false }
      index = nodes[index].inputs[0]
    }
    switch nodes[index].computation {
    case .sum: return false
    case .batchNormalization(_, _, _, let usesBatch): return usesBatch || !nodes[index].rectifies
    default: return true
    }
  }

  /// The node that is the last, walking backwards, to read this one's gradient.
  private func lastReading(_ index: Int) -> Int {
    let index = origin(index)
    guard let input = nodes[index].inputs.first, nodes[input].normalization == index else { return index }
    return input
  }

  private mutating func absorb(_ index: Int) {
    nodes[index].isAbsorbed = true
    nodes[index].isInPlace = true
  }

  /// For each node those that read it, absorbed ones of before left out.
  private var readers: [[Int]] {
    var readers = [[Int]](repeating: [], count: nodes.count)
    for (index, node) in nodes.enumerated() where !node.isAbsorbed || node.isInPlace {
      for input in node.inputs { readers[input].append(index) }
    }
    return readers
  }
}
