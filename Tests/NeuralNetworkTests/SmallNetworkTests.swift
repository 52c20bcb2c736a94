import Convolution
import NeuralNetwork
import TensorCore
import TestSupport
import Testing

/// What small networks spell out in several layers, and what becomes of it: activations, gates, shuffles of channels.
@Suite struct SmallNetworkTests {
  /// Holds all layers to the references, recorded alone and together, and the steps that run to those expected.
  private func check(
    _ graph: Graph, batch: Int = 1, steps: [String]? = nil, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let network = try graph.randomNetwork()
    var generator = SeededGenerator(seed: 4)
    let x = Tensor(normal: [batch, 12, 10, 4], using: &generator)
    let expected = try network.referenceActivations(for: x)
    let names = network.graph.layers.map(\.name)
    for recording in [names, network.graph.outputs] + names.map({ [$0] }) {
      for layer in try network.compiled(for: x.shape, recording: recording).run(x).layers {
        expectAgreement(
          layer.output, try #require(expected[layer.name]), to: 1e-5, layer.name,
          sourceLocation: sourceLocation)
      }
    }
    if let steps {
      let profile = try network.compiled(for: x.shape).profile(x, runs: 1)
      #expect(profile.map(\.layer) == steps, sourceLocation: sourceLocation)
    }
  }

  private static func convolution(_ name: String, _ filters: Int, from input: String) -> Layer {
    Layer(name, .convolution(.init(filters: filters, kernelSize: 1)), from: input)
  }

  private static func times(_ name: String, _ factor: Float, plus number: Float = 0, from input: String)
    -> Layer
  {
    Layer(name, .rescaling(scale: [factor], offset: [number]), from: input)
  }

  /// As PyTorch, Keras and ONNX write them.
  static let spelled: [(String, [Layer])] = [
    (
      "swish",
      [Layer("s", .activation(.sigmoid), from: "conv"), Layer("y", .multiply, from: "conv", "s")]
    ),
    (
      "swish, turned",
      [Layer("s", .activation(.sigmoid), from: "conv"), Layer("y", .multiply, from: "s", "conv")]
    ),
    (
      "hard swish of a hard sigmoid",
      [
        Layer("s", .activation(.hardSigmoid(slope: 1 / 6, offset: 0.5)), from: "conv"),
        Layer("y", .multiply, from: "conv", "s"),
      ]
    ),
    (
      "hard swish, divided last",
      [
        times("a", 1, plus: 3, from: "conv"), Layer("c", .activation(.relu6), from: "a"),
        Layer("m", .multiply, from: "conv", "c"), times("y", 1 / 6, from: "m"),
      ]
    ),
    (
      "hard swish, divided first",
      [
        times("a", 1, plus: 3, from: "conv"), Layer("c", .activation(.clip(low: 0, high: 6)), from: "a"),
        times("d", 1 / 6, from: "c"), Layer("y", .multiply, from: "d", "conv"),
      ]
    ),
    (
      "hard sigmoid",
      [
        times("a", 1, plus: 3, from: "conv"), Layer("c", .activation(.relu6), from: "a"),
        times("y", 1 / 6, from: "c"),
      ]
    ),
    (
      "gelu",
      [
        times("d", 1 / Float(2).squareRoot(), from: "conv"),
        Layer("e", .activation(.errorFunction), from: "d"),
        times("a", 1, plus: 1, from: "e"), Layer("m", .multiply, from: "conv", "a"),
        times("y", 0.5, from: "m"),
      ]
    ),
    (
      "gelu, halved first",
      [
        times("d", 1 / Float(2).squareRoot(), from: "conv"),
        Layer("e", .activation(.errorFunction), from: "d"),
        times("a", 1, plus: 1, from: "e"), times("h", 0.5, from: "conv"),
        Layer("y", .multiply, from: "h", "a"),
      ]
    ),
    (
      "mish",
      [
        Layer("p", .activation(.softplus), from: "conv"), Layer("t", .activation(.tanh), from: "p"),
        Layer("y", .multiply, from: "conv", "t"),
      ]
    ),
  ]

  @Test(arguments: spelled) func spelledActivationsAreOneStep(name: String, layers: [Layer]) throws {
    try check(
      try Graph([Layer("x", .input(Zoo.picture)), Self.convolution("conv", 7, from: "x")] + layers),
      steps: ["y"])
  }

  /// Nearly the same, and not the same.
  static let others: [(String, [Layer])] = [
    (
      "sigmoid of twice the value",
      [
        times("d", 2, from: "conv"), Layer("s", .activation(.sigmoid), from: "d"),
        Layer("y", .multiply, from: "conv", "s"),
      ]
    ),
    (
      "sigmoid of another value",
      [
        convolution("other", 7, from: "x"), Layer("s", .activation(.sigmoid), from: "other"),
        Layer("y", .multiply, from: "conv", "s"),
      ]
    ),
    (
      "a clip that is no hard swish's",
      [
        times("a", 1, plus: 2, from: "conv"), Layer("c", .activation(.relu6), from: "a"),
        Layer("m", .multiply, from: "conv", "c"), times("y", 1 / 6, from: "m"),
      ]
    ),
    (
      "never halved",
      [
        times("d", 1 / Float(2).squareRoot(), from: "conv"),
        Layer("e", .activation(.errorFunction), from: "d"),
        times("a", 1, plus: 1, from: "e"), Layer("y", .multiply, from: "conv", "a"),
      ]
    ),
  ]

  /// What keeps a logarithm finite stays.
  @Test func smallNumbersThatAreAddedStay() throws {
    try check(
      try Zoo.graph(
        Self.convolution("conv", 7, from: "x"), Self.times("far", 40, from: "conv"),
        Layer("s", .activation(.sigmoid), from: "far"), Self.times("a", 1, plus: 1e-7, from: "s"),
        Layer("y", .activation(.logarithm), from: "a")))
  }

  /// Its own input added to a convolution's sums, which reads its neighbours all the while.
  @Test(arguments: [1, 3]) func residualsThatAreTheInput(batch: Int) throws {
    try check(
      try Zoo.graph(
        Self.convolution("stem", 20, from: "x"),
        Layer("conv", .convolution(.init(filters: 20, kernelSize: 3, padding: .same)), from: "stem"),
        Layer("one", .add, from: "conv", "stem"),
        Layer("dw", .depthwiseConvolution(.init(kernelSize: 3, padding: .same)), from: "one"),
        Layer("two", .add, from: "one", "dw"), Self.convolution("point", 20, from: "two"),
        Layer("three", .add, from: "point", "two"),
        Layer("mean", .globalPooling(.average, keepsAxes: true), from: "three"),
        Layer("gate", .activation(.sigmoid), from: "mean"), Layer("gated", .multiply, from: "gate", "three"),
        Self.convolution("project", 20, from: "gated"), Layer("four", .add, from: "project", "three")),
      batch: batch)
  }

  /// One channel in and out, which is as well a depthwise convolution.
  @Test func aGateOfOneChannel() throws {
    try check(
      try Zoo.graph(
        Self.convolution("stem", 1, from: "x"),
        Layer("mean", .globalPooling(.average, keepsAxes: true), from: "stem"),
        Layer("gate", .activation(.sigmoid), from: "mean"), Layer("gated", .multiply, from: "stem", "gate"),
        Self.convolution("y", 1, from: "gated")))
  }

  /// Pixels that are flat, or vary little beside their mean.
  @Test func flatPixelsAreNormalisedToNothing() throws {
    let graph = try Graph([
      Layer("x", .input(.init(height: nil, width: nil, channels: 768))),
      Layer("y", .standardization(axes: [3], epsilon: 1e-18), from: "x"),
    ])
    let network = try graph.randomNetwork()
    var generator = SeededGenerator(seed: 6)
    let noise = Tensor(normal: [1, 1, 1, 768], using: &generator).scalars
    let flat = [Float](repeating: 0.1, count: 768)
    let x = Tensor(flat + noise.map { 100 + 0.01 * $0 }, shape: [1, 1, 2, 768])
    let y = try #require(try network.compiled(for: x.shape).run(x).layers.first).output.scalars
    #expect(y[..<768].allSatisfy { abs($0) < 1e-3 })
    let expected = try #require(try network.referenceActivations(for: x)["y"]).scalars
    for (found, expected) in zip(y[768...], expected[768...]) { #expect(abs(found - expected) < 1e-4) }
  }

  @Test(arguments: others) func otherProductsStayWhatTheyAre(name: String, layers: [Layer]) throws {
    try check(try Graph([Layer("x", .input(Zoo.picture)), Self.convolution("conv", 7, from: "x")] + layers))
  }

  /// Squeeze-and-excitation on an odd number of channels, behind it a residual.
  @Test(arguments: [1, 3]) func gatesOfChannels(batch: Int) throws {
    try check(
      try Zoo.graph(
        Layer("conv", .convolution(.init(filters: 21, kernelSize: 3, activation: .swish)), from: "x"),
        Layer(
          "dw", .depthwiseConvolution(.init(kernelSize: 5, padding: .same, activation: .hardSwish)),
          from: "conv"),
        Layer("mean", .globalPooling(.average, keepsAxes: true), from: "dw"),
        Layer("squeeze", .convolution(.init(filters: 5, kernelSize: 1, activation: .swish)), from: "mean"),
        Layer("gate", .convolution(.init(filters: 21, kernelSize: 1, activation: .sigmoid)), from: "squeeze"),
        Layer("gated", .multiply, from: "gate", "dw"),
        Layer("project", .convolution(.init(filters: 21, kernelSize: 1)), from: "gated"),
        Layer("sum", .add, from: "project", "conv"),
        Layer("again", .multiply, from: "sum", "gate")),
      batch: batch)
  }

  /// Units of ShuffleNet as exporters write them: split, branch, join, reshape, transpose, reshape.
  @Test(arguments: [1, 2], [2, 3]) func shufflesOfChannels(batch: Int, groups: Int) throws {
    let channels = 6 * groups
    var layers = [
      Layer("x", .input(Zoo.picture)), Self.convolution("stem", channels, from: "x"),
    ]
    var last = "stem"
    for unit in 0..<3 {
      let parts = (0..<groups).map { "part\(unit)\($0)" }
      layers += parts.enumerated().map { Layer($1, .channels(6 * $0..<6 * $0 + 6), from: last) }
      layers += [
        Self.convolution("wide\(unit)", 9, from: parts[1]),
        Layer("dw\(unit)", .depthwiseConvolution(.init(kernelSize: 3, padding: .same)), from: "wide\(unit)"),
        Layer(
          "narrow\(unit)", .convolution(.init(filters: 6, kernelSize: 1, activation: .relu)),
          from: "dw\(unit)"),
        Layer("joined\(unit)", .concatenate, from: [parts[0], "narrow\(unit)"] + parts.dropFirst(2)),
        Layer("groups\(unit)", .reshape([groups, 6, 12, 10], .channelsFirst), from: "joined\(unit)"),
        Layer("turned\(unit)", .permute([0, 2, 1, 3, 4]), from: "groups\(unit)"),
        Layer("shuffled\(unit)", .reshape([12, 10, channels], .channelsFirst), from: "turned\(unit)"),
      ]
      last = "shuffled\(unit)"
    }
    layers.append(Layer("mean", .reduction(.mean, axes: [1, 2], keepsAxes: false), from: last))
    try check(try Graph(layers), batch: batch)
  }

  /// A block of ConvNeXt as exporters write it: layer normalisation in three layers, dense layers on pixels, a scale a channel.
  @Test(arguments: [1, 2]) func normalisationsAndDenseLayersOnPixels(batch: Int) throws {
    try check(
      try Zoo.graph(
        Layer(
          "conv", .depthwiseConvolution(.init(depthMultiplier: 5, kernelSize: 7, padding: .same)), from: "x"),
        Layer("standard", .standardization(axes: [3], epsilon: 1e-6), from: "conv"),
        Layer("gamma", .constant([1, 1, 1, 20])), Layer("scaled", .multiply, from: "standard", "gamma"),
        Layer("beta", .constant([1, 1, 1, 20])), Layer("norm", .add, from: "scaled", "beta"),
        Layer("drop", .dropout(rate: 0.1), from: "norm"),
        Layer("wide", .dense(.init(units: 37, activation: .gelu(tanhApproximation: false))), from: "drop"),
        Layer("narrow", .dense(.init(units: 20)), from: "wide"), Layer("layer", .constant([1, 1, 1, 20])),
        Layer("layered", .multiply, from: "layer", "narrow"), Layer("same", .identity, from: "layered"),
        Layer("sum", .add, from: "conv", "same"), Layer("one", .constant([1, 1, 1, 1])),
        Layer("less", .subtract, from: "sum", "one"), Layer("more", .subtract, from: "one", "less"),
        Layer("pixels", .reshape([120, 20], .channelsLast), from: "more"),
        Layer("rows", .layerNormalization(.init()), from: "pixels"),
        Layer("units", .dense(.init(units: 3, activation: .softmax)), from: "rows")),
      batch: batch)
  }

  /// Parts of one value that are read in every way, and of a part again.
  @Test func partsOfChannels() throws {
    try check(
      try Zoo.graph(
        Layer("conv", .convolution(.init(filters: 20, kernelSize: 3, activation: .relu)), from: "x"),
        Layer("a", .channels(3..<14), from: "conv"), Layer("b", .channels(2..<9), from: "a"),
        Layer("c", .channels(0..<20), from: "conv"),
        Self.convolution("one", 5, from: "b"), Layer("two", .activation(.tanh), from: "a"),
        Layer("max", .pooling(.init(.maximum, size: 3, stride: 1, padding: .same)), from: "b"),
        Layer("joined", .concatenate, from: "b", "conv", "a", "max", "one"),
        Layer("sum", .add, from: "c", "conv"),
        Layer("d", .channels(7..<30), from: "joined"), Self.convolution("three", 23, from: "joined"),
        Layer("last", .add, from: "three", "d"), Layer("flat", .flatten(.channelsFirst), from: "d")))
  }
}
