import TensorCore

/// Activations that a network spells out in several layers, as exporters do: `x * sigmoid(x)` is swish,
/// `x * clip(x + 3, 0, 6) / 6` hard swish, `0.5 * x * (1 + erf(x / sqrt 2))` gelu.
///
/// The step that ends such a row becomes the activation of the value where it began; the others drop out with the dead ones
/// unless somebody else reads them.
func recognisingActivations(_ steps: [Step]) -> [Step] {
  var steps = steps
  var forms: [ActivationForm] = []
  for index in steps.indices {
    let form = ActivationForm(of: index, steps[index], in: steps, forms)
    forms.append(form)
    guard let activation = form.activation, form.source != index,
      steps[index].inputs != [form.source] || steps[index].activation != activation
    else { continue }
    steps[index].computation = .activation
    steps[index].activation = activation
    steps[index].inputs = [form.source]
    steps[index].slopes = nil
  }
  return steps
}

/// What a value is of one before it: `gain * function(scale * x + offset) + shift`, the same for every channel.
private struct ActivationForm {
  /// The step that makes `x`.
  let source: Int
  var scale: Float = 1
  var offset: Float = 0
  var function = Function.identity
  var gain: Float = 1
  var shift: Float = 0

  enum Function: Equatable {
    case identity
    case activation(Activation)
    case clip(low: Float, high: Float)
    case tanhOfSoftplus
  }

  init(source: Int) { self.source = source }

  /// That of a step's value, given those of the values before it.
  init(of index: Int, _ step: Step, in steps: [Step], _ forms: [ActivationForm]) {
    self.init(source: index)
    guard let first = step.inputs.first, step.shape == steps[first].shape else { return }
    switch step.computation {
    case .affine(let factors, let offsets) where step.activation == .linear:
      guard let factor = factors.onlyNumber, let offset = offsets.onlyNumber else { return }
      self = forms[first].times(factor, plus: offset)
    case .activation:
      self =
        forms[first].taking(step.activation) ?? ActivationForm(source: first).taking(step.activation) ?? self
    case .elementwise(.multiply) where step.activation == .linear && step.inputs.count == 2:
      let (a, b) = (forms[first], forms[step.inputs[1]])
      guard a.source == b.source else { return }
      self = a.times(b) ?? b.times(a) ?? self
    default: return
    }
  }

  /// The activation that this is, of the source itself.
  var activation: Activation? {
    guard shift.isNear(0) else { return nil }
    if case .clip(low: 0, let high) = function, offset != 0, (gain * high).isNear(1) {
      return .hardSigmoid(slope: gain * scale, offset: gain * offset)
    }
    guard gain.isNear(1), scale.isNear(1), offset.isNear(0), case .activation(let activation) = function
    else {
      return nil
    }
    return activation
  }

  private func times(_ factor: Float, plus number: Float) -> ActivationForm {
    var form = self
    if function == .identity {
      form.scale *= factor
      form.offset = form.offset * factor + number
    } else {
      form.gain *= factor
      form.shift = form.shift * factor + number
    }
    return form
  }

  private func taking(_ activation: Activation) -> ActivationForm? {
    var form = self
    if activation == .tanh, function == .activation(.softplus), [scale, gain].allSatisfy({ $0.isNear(1) }),
      [offset, shift].allSatisfy({ $0.isNear(0) })
    {
      form.function = .tanhOfSoftplus
      return form
    }
    guard function == .identity else { return nil }
    switch activation {
    case .sigmoid, .tanh, .softplus, .errorFunction, .swish, .hardSwish, .mish, .gelu:
      form.function = .activation(activation)
    case .relu6: form.function = .clip(low: 0, high: 6)
    case .clip(let low, let high): form.function = .clip(low: low, high: high)
    case .hardSigmoid(let slope, let offset):
      form = form.times(slope, plus: offset)
      form.function = .clip(low: 0, high: 1)
    default: return nil
    }
    return form
  }

  /// The product of this, which is a multiple of the source, and a function of the source; `nil` where it has no name.
  private func times(_ other: ActivationForm) -> ActivationForm? {
    guard function == .identity, offset == 0 else { return nil }
    let isPlain = other.offset.isNear(0) && other.shift.isNear(0)
    var form = ActivationForm(source: source)
    switch other.function {
    case .activation(.sigmoid) where isPlain && other.scale.isNear(1):
      form.function = .activation(.swish)
      form.gain = scale * other.gain
    case .clip(low: 0, let high)
    where (other.scale * 6).isNear(high) && (other.offset * 2).isNear(high) && other.shift.isNear(0):
      form.function = .activation(.hardSwish)
      form.gain = scale * other.gain * high
    case .activation(.errorFunction)
    where other.gain.isNear(other.shift) && other.offset.isNear(0) && other.scale.isNear(0.707_106_77):
      form.function = .activation(.gelu(tanhApproximation: false))
      form.gain = 2 * scale * other.gain
    case .tanhOfSoftplus where isPlain && other.scale.isNear(1):
      form.function = .activation(.mish)
      form.gain = scale * other.gain
    default: return nil
    }
    return form
  }
}

extension Float {
  /// Equal but for the rounding of written constants and a few products of them; near 0 is 0 alone, for a small number that
  /// is added may be what keeps a logarithm finite.
  fileprivate func isNear(_ other: Float) -> Bool { abs(self - other) <= 1e-6 * abs(other) }
}

extension Tensor {
  /// The number that all its scalars are.
  fileprivate var onlyNumber: Float? {
    withUnsafeScalars { scalars in
      guard let first = scalars.first, scalars.allSatisfy({ $0 == first }) else { return nil }
      return first
    }
  }
}
