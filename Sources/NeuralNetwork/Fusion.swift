import Convolution
import TensorCore

/// Merges steps whose values nobody else sees: margins into the padding of a convolution or a maximum, per-channel scales
/// into the weights before them, sums and activations into the last store, rows of steps into one that does the same.
///
/// A step keeps its number; one merged into its reader is left without readers and drops out with the dead ones.
func fuse(_ steps: [Step], kept: Set<Int>) -> [Step] {
  var steps = joiningRearrangements(recognisingActivations(steps))
  var readers = [Int](repeating: 0, count: steps.count)
  for (step, isNeeded) in zip(steps, steps.needed(for: kept)) where isNeeded {
    for input in step.inputs { readers[input] += 1 }
    if case .maximumUnpooling(let pooling) = step.computation { readers[pooling] += 1 }
  }
  func isUnseen(_ value: Int) -> Bool {
    readers[value] == 1 && !kept.contains(value) && steps[value].activation == .linear
  }
  for index in steps.indices {
    steps[index] = steps[index].takingSum(of: steps, where: isUnseen).gatingChannels(of: steps)
    guard steps[index].inputs.count == 1 else { continue }
    let producer = steps[index].inputs[0]
    guard isUnseen(producer) else { continue }
    switch steps[index].computation {
    case .convolution(let geometry, let kernel, let bias):
      guard case .margins(let margins) = steps[producer].computation,
        let padded = geometry.reading(steps[steps[producer].inputs[0]].shape, through: margins)
      else { continue }
      steps[index].computation = .convolution(padded, kernel: kernel, bias: bias)
      steps[index].inputs = steps[producer].inputs
    case .maximumPooling(let geometry, keepsPositions: false):
      // Zeros around values none of which is negative are no maxima.
      guard case .margins(let margins) = steps[producer].computation,
        let clamp = steps[steps[producer].inputs[0]].activation.clamp, clamp.low >= 0,
        let padded = geometry.reading(steps[steps[producer].inputs[0]].shape, through: margins)
      else { continue }
      steps[index].computation = .maximumPooling(padded, keepsPositions: false)
      steps[index].inputs = steps[producer].inputs
    case .affine(let scale, let offset):
      guard steps[producer].inputs.count == 1,
        let folded = steps[producer].computation.scaled(by: scale, offset: offset)
      else { continue }
      steps[index].computation = folded
      steps[index].inputs = steps[producer].inputs
    case .interleaving(let parts):
      // Of a joined value whose parts are the joined ones.
      guard case .concatenation = steps[producer].computation, steps[producer].inputs.count == parts,
        steps[producer].inputs.allSatisfy({ steps[$0].channels * parts == steps[producer].channels })
      else { continue }
      steps[index].inputs = steps[producer].inputs
    case .activation where steps[producer].computation.takesEpilogue:
      steps[index].computation = steps[producer].computation
      steps[index].inputs = steps[producer].inputs
    default: continue
    }
  }
  return steps
}

extension Step {
  /// The sum of a convolution and something else as a convolution that adds as it stores, the later of two; else itself.
  fileprivate func takingSum(of steps: [Step], where isUnseen: (Int) -> Bool) -> Step {
    guard case .elementwise(.add) = computation, inputs.count == 2, inputs[0] != inputs[1],
      inputs.allSatisfy({ steps[$0].shape == shape })
    else { return self }
    let candidates = inputs.filter {
      guard case .convolution = steps[$0].computation else { return false }
      return steps[$0].inputs.count == 1 && isUnseen($0)
    }
    guard let summed = candidates.max(), let other = inputs.first(where: { $0 != summed })
    else { return self }
    var step = self
    step.computation = steps[summed].computation
    step.inputs = steps[summed].inputs + [other]
    return step
  }
}

extension [Step] {
  /// Which are `kept` or read, over others or not, by such.
  func needed(for kept: Set<Int>) -> [Bool] {
    var isNeeded = indices.map(kept.contains)
    for index in indices.reversed() where isNeeded[index] {
      for input in self[index].inputs { isNeeded[input] = true }
      if case .maximumUnpooling(let pooling) = self[index].computation { isNeeded[pooling] = true }
    }
    return isNeeded
  }
}

extension Step {
  /// The product of a picture with a number for each of its channels as a step of its own; else itself.
  fileprivate func gatingChannels(of steps: [Step]) -> Step {
    guard case .elementwise(.multiply) = computation, inputs.count == 2, shape.rank == 4,
      shape[1] * shape[2] > 1
    else { return self }
    let gates: Shape = [shape[0], 1, 1, shape[3]]
    var step = self
    for (picture, gate) in [(inputs[0], inputs[1]), (inputs[1], inputs[0])]
    where steps[picture].shape == shape && steps[gate].shape == gates {
      step.computation = .channelGates
      step.inputs = [picture, gate]
    }
    return step
  }
}

extension Step.Computation {
  /// Whether an activation can run on its result piece by piece.
  var takesEpilogue: Bool {
    switch self {
    case .convolution, .transposedConvolution, .dense, .affine, .elementwise, .channelGates: true
    default: false
    }
  }

  /// The same with `scale` and `offset` worked into its weights; `nil` where it has none that would do.
  func scaled(by scale: Tensor, offset: Tensor) -> Step.Computation? {
    switch self {
    case .convolution(let geometry, let kernel, let bias):
      return .convolution(
        geometry, kernel: kernel.scaledColumns(by: scale), bias: shifted(bias, scale, offset))
    case .dense(let kernel, let bias):
      return .dense(kernel: kernel.scaledColumns(by: scale), bias: shifted(bias, scale, offset))
    case .affine(let first, let bias):
      return .affine(scale: first.scaledColumns(by: scale), offset: shifted(bias, scale, offset))
    case .transposedConvolution(let geometry, let kernel, let bias) where geometry.groups == 1:
      let turned = kernel.transposed([0, 1, 3, 2]).scaledColumns(by: scale).transposed([0, 1, 3, 2])
      return .transposedConvolution(geometry, kernel: turned, bias: shifted(bias, scale, offset))
    default: return nil
    }
  }
}

private func shifted(_ bias: Tensor?, _ scale: Tensor, _ offset: Tensor) -> Tensor {
  guard let bias = bias?.scalars else { return offset }
  let (scale, offset) = (scale.scalars, offset.scalars)
  return Tensor(bias.indices.map { bias[$0] * scale[$0] + offset[$0] }, shape: [bias.count])
}

extension Tensor {
  /// Every row of as many scalars as `scale` has multiplied by it, element by element.
  fileprivate func scaledColumns(by scale: Tensor) -> Tensor {
    Tensor(shape: shape) { target in
      withUnsafeScalars { source in
        scale.withUnsafeScalars { scale in
          for row in stride(from: 0, to: source.count, by: max(1, scale.count)) {
            for column in 0..<scale.count { target[row + column] = source[row + column] * scale[column] }
          }
        }
      }
    }
  }
}
