import Convolution
import NeuralNetwork
import WeightFiles

/// What a function of `keras.ops` in a Functional model is called with, as in `x + 3` (`"args": [tensor, 3.0]`).
struct KerasOperands {
  /// In their order; `nil` for the output of a layer.
  let numbers: [Double?]
  /// The axes of the first tensor.
  let rank: Int
  /// Whether anything but tensors and numbers is among them.
  let holdsMore: Bool

  /// `nil` where the entry of the model's list is a layer.
  init?(of entry: JSONValue) {
    let call = entry["inbound_nodes"]?.list?.first
    if let module = entry["module"]?.text {
      guard module.hasPrefix("keras.src.ops") || module.hasPrefix("keras.ops") else { return nil }
    } else {
      // The older container leaves the module out; a layer would have a data type.
      guard call?["args"] != nil, entry["config"]?["dtype"] == nil else { return nil }
    }
    let named = (call?["kwargs"]?.object ?? [:]).sorted { $0.key < $1.key }.map(\.value)
    // Tensors may come as one list.
    let given = ((call?["args"]?.list ?? []) + named).flatMap { $0.list ?? [$0] }
    func isTensor(_ value: JSONValue) -> Bool { value["class_name"]?.text == "__keras_tensor__" }
    numbers = given.map { isTensor($0) ? nil : $0.number }
    rank = given.first(where: isTensor)?["config"]?["shape"]?.list?.count ?? 0
    holdsMore = given.contains { !isTensor($0) && $0.number == nil }
  }
}

extension KerasSettings {
  /// What a function of `keras.ops` computes.
  func function(of operands: KerasOperands) throws(ModelFileError) -> NeuralNetwork.Operation {
    let unsupported = ModelFileError.unsupportedLayer(file: file, layer: layer, kind: "keras.ops \(kind)")
    guard !operands.holdsMore else { throw unsupported }
    let constants = operands.numbers.compactMap { $0.map { Float($0) } }
    switch (constants.count, operands.numbers.count) {
    case (0, _): return try function(ofTensors: operands, unsupported)
    case (1, 2):
      let (number, comesFirst) = (constants[0], operands.numbers[0] != nil)
      switch kind {
      case "Add": return .rescaling(scale: [1], offset: [number])
      case "Subtract":
        return .rescaling(scale: [comesFirst ? -1 : 1], offset: [comesFirst ? number : -number])
      case "Multiply": return .rescaling(scale: [number], offset: [0])
      case "TrueDivide" where !comesFirst, "Divide" where !comesFirst:
        return .rescaling(scale: [1 / number], offset: [0])
      case "Power" where !comesFirst: return .activation(.power(exponent: number))
      case "Maximum": return .activation(.clip(low: number, high: .infinity))
      case "Minimum": return .activation(.clip(low: -.infinity, high: number))
      default: throw unsupported
      }
    default: throw unsupported
    }
  }

  private func function(ofTensors operands: KerasOperands, _ unsupported: ModelFileError)
    throws(ModelFileError) -> NeuralNetwork.Operation
  {
    let count = operands.numbers.count
    if count == 1, let activation = try activation(ofFunction: kind) { return .activation(activation) }
    switch kind {
    case "Add" where count == 2: return .add
    case "Subtract" where count == 2: return .subtract
    case "Multiply" where count == 2: return .multiply
    case "TrueDivide" where count == 2, "Divide" where count == 2: return .divide
    case "Maximum" where count == 2: return .maximum
    case "Minimum" where count == 2: return .minimum
    case "Negative": return .rescaling(scale: [-1], offset: [0])
    case "Concatenate":
      let axis = try integer("axis", default: -1)
      guard axis == -1 || axis == operands.rank - 1 else { return .join(axis: axis) }
      return .concatenate
    case "Reshape":
      guard let extents = value("newshape")?.list?.compactMap(\.integer), extents.first == -1,
        !extents.dropFirst().contains(-1)
      else { throw refusal("newshape", value("newshape"), expected: "[-1, ...]: the pictures stay apart") }
      return .reshape(Array(extents.dropFirst()), .channelsLast)
    case "Mean": return try reduction(.mean, operands)
    case "Sum": return try reduction(.sum, operands)
    case "Max", "Amax": return try reduction(.maximum, operands)
    case "Min", "Amin": return try reduction(.minimum, operands)
    default: throw unsupported
    }
  }

  private func activation(ofFunction name: String) throws(ModelFileError) -> Activation? {
    if let activation = Activation(keras: name) { return activation }
    switch name {
    case "HardSigmoid": return .hardSigmoid(slope: 1 / 6, offset: 0.5)
    case "Gelu": return .gelu(tanhApproximation: try truth("approximate", default: true))
    case "LeakyRelu": return .leakyRelu(slope: try number("negative_slope", default: 0.2))
    case "Exp": return .exponential
    case "Log": return .logarithm
    case "Absolute", "Abs": return .absolute
    case "Sqrt": return .power(exponent: 0.5)
    case "Square": return .power(exponent: 2)
    case "Softmax":
      try requireChannelAxis()
      return .softmax
    default: return nil
    }
  }

  private func reduction(_ kind: ReductionKind, _ operands: KerasOperands) throws(ModelFileError)
    -> NeuralNetwork.Operation
  {
    let found = value("axis")
    let given = found?.list?.compactMap(\.integer) ?? (found?.integer).map { [$0] } ?? []
    let axes = given.map { $0 < 0 ? $0 + operands.rank : $0 }.sorted()
    guard !axes.isEmpty, axes.allSatisfy({ $0 >= 1 && $0 < operands.rank }) else {
      throw refusal("axis", found, expected: "axes after the pictures'")
    }
    let keepsAxes = try truth("keepdims", default: false)
    if operands.rank == 4, axes == [1, 2], kind == .mean || kind == .maximum {
      return .globalPooling(kind == .mean ? .average : .maximum, keepsAxes: keepsAxes)
    }
    return .reduction(kind, axes: axes, keepsAxes: keepsAxes)
  }
}
