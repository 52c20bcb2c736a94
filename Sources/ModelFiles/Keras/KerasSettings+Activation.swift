import NeuralNetwork
import WeightFiles

extension Activation {
  /// An activation that has no settings, by its name as an argument (`hard_silu`) or as a function of `keras.ops`
  /// (`HardSilu`).
  init?(keras name: String) {
    switch name.lowercased().replacing("_", with: "") {
    case "relu": self = .relu
    case "relu6": self = .relu6
    case "selu": self = .selu
    case "sigmoid": self = .sigmoid
    case "tanh": self = .tanh
    case "swish", "silu": self = .swish
    case "hardswish", "hardsilu": self = .hardSwish
    case "hardtanh": self = .clip(low: -1, high: 1)
    case "softplus": self = .softplus
    case "softsign": self = .softsign
    case "mish": self = .mish
    default: return nil
    }
  }
}

extension KerasSettings {
  /// The activation a layer carries: a name, an object of Keras 3, or a whole activation layer.
  func activation(_ name: String = "activation") throws(ModelFileError) -> Activation {
    guard let found = value(name) else { return .linear }
    if let text = found.text { return try activation(named: text, found) }
    guard let kind = found["class_name"]?.text else { throw refusal(name, found, expected: "an activation") }
    // Keras 3 writes a registered function as {"class_name": "function", "config": "relu6"}.
    if let text = found["config"]?.text { return try activation(named: text, found) }
    let inner = KerasSettings(
      file: file, layer: layer, kind: kind, config: found["config"] ?? .object([:]))
    guard let activation = try inner.activationOfLayer() else {
      if kind == "Activation" { return try inner.activation() }
      throw refusal(name, found, expected: "an activation")
    }
    return activation
  }

  private func activation(named name: String, _ found: JSONValue) throws(ModelFileError) -> Activation {
    if let activation = Activation(keras: name) { return activation }
    switch name.lowercased() {
    case "linear", "identity": return .linear
    case "leaky_relu": return .leakyRelu(slope: 0.2)
    case "elu": return .elu(alpha: 1)
    case "hard_sigmoid": return hardSigmoid
    case "gelu": return .gelu(tanhApproximation: false)
    case "celu": return .celu(alpha: 1)
    case "log_softmax": return .logSoftmax
    case "exponential": return .exponential
    case "softmax": return .softmax
    default: throw refusal("activation", found, expected: "a known activation")
    }
  }

  /// Keras 3 changed its slope; only Keras 3 writes the data type of a layer as an object or names its module.
  private var hardSigmoid: Activation {
    isKeras3 ? .hardSigmoid(slope: 1 / 6, offset: 0.5) : .hardSigmoid(slope: 0.2, offset: 0.5)
  }

  /// What a layer that is nothing but an activation computes; `nil` for layers of another class.
  func activationOfLayer() throws(ModelFileError) -> Activation? {
    switch kind {
    case "Activation": return try activation()
    case "ReLU":
      let threshold = try number("threshold", default: 0)
      let slope = try number("negative_slope", default: 0)
      if threshold > 0, slope == 0, value("max_value") == nil {
        return .thresholdedRelu(threshold: threshold)
      }
      guard threshold == 0 else {
        throw refusal("threshold", value("threshold"), expected: "0 beside other settings")
      }
      guard value("max_value") != nil else { return slope == 0 ? .relu : .leakyRelu(slope: slope) }
      guard slope == 0 else {
        throw refusal("negative_slope", value("negative_slope"), expected: "0 beside a max_value")
      }
      let high = try number("max_value", default: 6)
      return high == 6 ? .relu6 : .clip(low: 0, high: high)
    case "LeakyReLU": return .leakyRelu(slope: try number("negative_slope", "alpha", default: 0.3))
    case "PReLU":
      let axes = value("shared_axes")?.list?.compactMap(\.integer)
      guard axes == [1, 2] else {
        throw refusal("shared_axes", value("shared_axes"), expected: "[1, 2] (one slope a channel)")
      }
      return .parametricRelu
    case "ThresholdedReLU": return .thresholdedRelu(threshold: try number("theta", default: 1))
    case "ELU": return .elu(alpha: try number("alpha", default: 1))
    case "Softmax":
      try requireChannelAxis()
      return .softmax
    default: return nil
    }
  }
}
