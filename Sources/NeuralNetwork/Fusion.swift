import Convolution
import TensorCore

/// Merges steps whose values nobody else sees: margins into the padding of a convolution or a maximum, per-channel scales
/// into the weights before them, sums and activations into the last store, rows of steps into one that does the same.
///
/// A step keeps its number; one merged into its reader is left without readers and drops out with the dead ones.
func fuse(_ steps: [Step], kept: Set<Int>) -> [Step] {
  var steps = recognisingActivations(skippingCopies(joiningRearrangements(steps)))
  var readers = [Int](repeating: 0, count: steps.count)
  for (step, isNeeded) in zip(steps, steps.needed(for: kept)) where isNeeded {
    for input in step.inputs { readers[input] += 1 }
    if case .maximumUnpooling(let pooling) = step.computation { readers[pooling] += 1 }
  }
  func isUnseen(_ value: Int) -> Bool {
    readers[value] == 1 && !kept.contains(value) && steps[value].activation == .linear
  }
  for index in steps.indices {
    steps[index] = steps[index].takingSum(of: steps, where: isUnseen).takingConstant(of: steps)
      .gatingChannels(of: steps).takingGates(of: steps, where: isUnseen)
    guard steps[index].inputs.count == 1 else { continue }
    let producer = steps[index].inputs[0]
    guard isUnseen(producer) else { continue }
    switch steps[index].computation {
    case .convolution(let geometry, let kernel, let bias):
      guard case .margins(let margins) = steps[producer].computation,
        let padded = geometry.reading(steps[steps[producer].inputs[0]].shape, through: margins)
      else { continue }
      steps[index].take(.convolution(padded, kernel: kernel, bias: bias), from: steps[producer])
    case .maximumPooling(let geometry, keepsPositions: false):
      // Zeros around values none of which is negative are no maxima.
      guard case .margins(let margins) = steps[producer].computation,
        let clamp = steps[steps[producer].inputs[0]].activation.clamp, clamp.low >= 0,
        let padded = geometry.reading(steps[steps[producer].inputs[0]].shape, through: margins)
      else { continue }
      steps[index].take(.maximumPooling(padded, keepsPositions: false), from: steps[producer])
    case .affine(let scale, let offset):
      if case .standardization([steps[index].shape.rank - 1], let epsilon) = steps[producer].computation {
        steps[index].take(
          .pixelNormalization(epsilon: epsilon, scale: scale, offset: offset), from: steps[producer])
        continue
      }
      guard steps[producer].residual == nil,
        steps[producer].inputs.count == (steps[producer].isGated ? 2 : 1),
        let folded = steps[producer].computation.scaled(by: scale, offset: offset)
      else { continue }
      steps[index].take(folded, from: steps[producer])
    case .interleaving(let parts):
      // Of a joined value whose parts are the joined ones.
      guard case .concatenation = steps[producer].computation, steps[producer].inputs.count == parts,
        steps[producer].inputs.allSatisfy({ steps[$0].channels * parts == steps[producer].channels })
      else { continue }
      steps[index].inputs = steps[producer].inputs
    case .activation where steps[producer].computation.takesEpilogue:
      steps[index].take(steps[producer].computation, from: steps[producer])
    default: continue
    }
  }
  return steps
}

extension Step {
  /// Computes what two steps did, of what the first of them reads.
  fileprivate mutating func take(_ computation: Computation, from producer: Step) {
    self.computation = computation
    inputs = producer.inputs
    isGated = producer.isGated
  }

  /// A convolution that multiplies channels by their gates as it reads them, where nobody else sees the products; else itself.
  fileprivate func takingGates(of steps: [Step], where isUnseen: (Int) -> Bool) -> Step {
    guard case .convolution(let geometry, _, _) = computation, !isGated,
      ConvolutionMethod.best(for: geometry).takesGates(geometry), let products = inputs.first,
      isUnseen(products), case .channelGates = steps[products].computation
    else { return self }
    var step = self
    step.inputs = [steps[products].inputs[0]] + inputs.dropFirst() + [steps[products].inputs[1]]
    step.isGated = true
    return step
  }

  /// The sum of a convolution and something else as a convolution that adds as it stores, the later of two; else itself.
  fileprivate func takingSum(of steps: [Step], where isUnseen: (Int) -> Bool) -> Step {
    guard case .elementwise(.add) = computation, inputs.count == 2, inputs[0] != inputs[1],
      inputs.allSatisfy({ steps[$0].shape == shape })
    else { return self }
    let candidates = inputs.filter {
      guard case .convolution = steps[$0].computation else { return false }
      return steps[$0].residual == nil && isUnseen($0)
    }
    guard let summed = candidates.max(), let other = inputs.first(where: { $0 != summed })
    else { return self }
    var step = self
    step.computation = steps[summed].computation
    step.inputs = [steps[summed].inputs[0], other] + steps[summed].inputs.dropFirst()
    step.isGated = steps[summed].isGated
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

/// Steps that read what passes unchanged through others, dropout at inference among them, read it where it comes from.
private func skippingCopies(_ steps: [Step]) -> [Step] {
  var steps = steps
  var origin = Array(steps.indices)
  for index in steps.indices {
    steps[index].inputs = steps[index].inputs.map { origin[$0] }
    if case .view = steps[index].computation, steps[index].activation == .linear,
      let first = steps[index].inputs.first, steps[first].shape == steps[index].shape
    {
      origin[index] = first
    }
  }
  return steps
}

extension Step {
  /// The sum, difference or product of a value with a constant for each channel as a scale and an offset; else itself.
  fileprivate func takingConstant(of steps: [Step]) -> Step {
    guard case .elementwise(let kind) = computation, inputs.count == 2 else { return self }
    for (value, constant) in [(inputs[0], inputs[1]), (inputs[1], inputs[0])]
    where steps[value].shape == shape && steps[constant].activation == .linear {
      guard case .constant(let numbers) = steps[constant].computation,
        numbers.shape.count == 1 || numbers.shape.count == channels && numbers.shape[-1] == channels
      else { continue }
      let all =
        numbers.shape.count == 1 ? [Float](repeating: numbers.scalars[0], count: channels) : numbers.scalars
      func spread(_ number: Float) -> Tensor { Tensor(repeating: number, shape: [channels]) }
      var step = self
      switch kind {
      case .add: step.computation = .affine(scale: spread(1), offset: Tensor(all, shape: [channels]))
      case .subtract where value == inputs[0]:
        step.computation = .affine(scale: spread(1), offset: Tensor(all.map { -$0 }, shape: [channels]))
      case .multiply: step.computation = .affine(scale: Tensor(all, shape: [channels]), offset: spread(0))
      default: return self
      }
      step.inputs = [value]
      return step
    }
    return self
  }

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
    case .pixelNormalization(let epsilon, let first, let bias):
      return .pixelNormalization(
        epsilon: epsilon, scale: first.scaledColumns(by: scale), offset: shifted(bias, scale, offset))
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
