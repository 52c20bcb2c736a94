import Convolution
import NeuralNetwork
import TensorCore

// Which computations do the work of their neighbours, and which write where their input lies.
extension TrainingPlan {
  /// Joins convolutions and batch normalisations to the relu, and convolutions to the max-pooling, that alone read them.
  mutating func join() {
    let readers = self.readers
    func onlyReader(of index: Int) -> Int? {
      readers[index].count == 1 && index != output ? readers[index][0] : nil
    }
    func isRelu(_ index: Int?) -> Bool {
      guard let index, case .activation(.relu, _) = nodes[index].computation else { return false }
      return true
    }
    for index in nodes.indices {
      let next = onlyReader(of: index)
      switch nodes[index].computation {
      case .batchNormalization where isRelu(next):
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
    for index in nodes.indices where !nodes[index].isAbsorbed {
      guard let input = nodes[index].inputs.first, readers[input].count == 1, input != output else {
        continue
      }
      switch (nodes[index].computation, nodes[input].computation) {
      case (.copy, _) where index != output: absorb(index)
      case (.activation, .input), (.activation, .activation), (.activation, .copy): continue
      case (.activation, _) where nodes[input].maximumPooling != nil: continue
      case (.activation(let activation, _), _) where !activation.derivativeNeedsInput:
        nodes[index].isInPlace = true
      default: continue
      }
    }
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
