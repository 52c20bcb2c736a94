import Convolution
import NeuralNetwork
import TensorCore
import TestSupport
import Testing

/// A network that holds every operation at least once, and the fusions among them.
enum Zoo {
  static let picture = InputShape(height: 12, width: 10, channels: 4)

  static func graph(_ layers: Layer...) throws -> Graph {
    try Graph([Layer("x", .input(picture))] + layers)
  }

  /// One network for each single operation on a picture.
  static let operations: [(String, NeuralNetwork.Operation)] = [
    ("convolution", .convolution(.init(filters: 6, kernelSize: 3, padding: .same, activation: .relu))),
    ("grouped", .convolution(.init(filters: 6, kernelSize: 3, stride: 2, groups: 2, usesBias: false))),
    ("softmax", .convolution(.init(filters: 6, kernelSize: 1, activation: .softmax))),
    ("prelu", .convolution(.init(filters: 6, kernelSize: 1, activation: .parametricRelu))),
    (
      "transposed",
      .transposedConvolution(.init(filters: 3, kernelSize: 3, stride: 2, activation: .elu(alpha: 1)))
    ),
    (
      "transposed, taps apart",
      .transposedConvolution(
        .init(filters: 4, kernelSize: 3, stride: 2, dilation: 2, padding: .explicit(Margins(1)), groups: 2))
    ),
    ("depthwise", .depthwiseConvolution(.init(depthMultiplier: 2, kernelSize: 3, activation: .relu6))),
    (
      "separable",
      .separableConvolution(
        .init(depthwise: .init(depthMultiplier: 2, kernelSize: 3), filters: 5, activation: .tanh))
    ),
    ("dense on pixels", .dense(.init(units: 7, activation: .sigmoid))),
    ("batch norm", .batchNormalization(.init())),
    ("batch norm, no gamma", .batchNormalization(.init(scales: false, centers: false))),
    ("scale", .channelScale(.init())),
    ("rescaling", .rescaling(scale: [0.5], offset: [1, 2, 3, 4])),
    ("lrn", .localResponseNormalization(.init(size: 3, alpha: 0.1, beta: 0.75, bias: 1))),
    ("lrn, even", .localResponseNormalization(.init(size: 4, alpha: 0.1, beta: 0.5, bias: 2))),
    ("instance norm", .instanceNormalization(epsilon: 1e-3)),
    ("group norm", .groupNormalization(.init(groups: 2))),
    ("group norm, no gamma", .groupNormalization(.init(groups: 4, scales: false))),
    ("layer norm", .layerNormalization(.init(centers: false))),
    ("blocks", .depthToSpace(2, .pixelsFirst)),
    ("blocks, channel by channel", .depthToSpace(2, .channelsFirst)),
    ("blocks gathered", .spaceToDepth(2, .pixelsFirst)),
    ("blocks gathered, channel by channel", .spaceToDepth(2, .channelsFirst)),
    (
      "max, pixels apart",
      .pooling(
        .init(.maximum, size: 3, stride: 2, dilation: 2, padding: .explicit(Margins(1)), rounding: .up))
    ),
    (
      "average, pixels apart, padding counted",
      .pooling(
        .init(
          .average, size: Extent(height: 2, width: 3), stride: 2, dilation: Extent(height: 3, width: 2),
          padding: .explicit(Margins(2)), rounding: .up, countsPadding: true))
    ),
    ("place of the maximum", .reduction(.maximumPlace, axes: [3], keepsAxes: false)),
    ("row of the maximum", .reduction(.maximumPlace, axes: [1], keepsAxes: true)),
    ("max", .pooling(.init(.maximum, size: 3, stride: 2, rounding: .up))),
    ("average", .pooling(.init(.average, size: 3, stride: 2, padding: .same))),
    (
      "average, padding counted",
      .pooling(
        .init(
          .average, size: 3, stride: 2, padding: .explicit(Margins(1)), rounding: .up, countsPadding: true))
    ),
    ("global max", .globalPooling(.maximum, keepsAxes: true)),
    ("global average", .globalPooling(.average, keepsAxes: false)),
    ("adaptive", .adaptiveAveragePooling(Extent(height: 5, width: 7))),
    ("nearest", .upSampling(Extent(height: 2, width: 3), .nearest)),
    ("bilinear", .upSampling(Extent(height: 2, width: 3), .bilinear)),
    ("flatten", .flatten(.channelsLast)),
    ("flatten, planes", .flatten(.channelsFirst)),
    ("reshape", .reshape([-1, 8], .channelsLast)),
    ("reshape, planes", .reshape([8, 6, 10], .channelsFirst)),
    ("padding", .zeroPadding(Margins(top: 1, bottom: 0, left: 2, right: 3))),
    ("cropping", .cropping(Margins(top: 1, bottom: 0, left: 2, right: 3))),
    ("padding, mirrored", .padding(Margins(top: 3, bottom: 0, left: 2, right: -1), .mirror)),
    ("padding, a number", .padding(Margins(top: 1, bottom: 2, left: 0, right: 3), .constant(0.5))),
    ("padding, the edge", .padding(Margins(2), .edge)),
    ("standardization", .standardization(axes: [1, 2, 3], epsilon: 1e-5)),
    ("standardization of channels", .standardization(axes: [3], epsilon: 1e-5)),
    ("mean of rows", .reduction(.mean, axes: [1], keepsAxes: true)),
    ("sum of channels", .reduction(.sum, axes: [3], keepsAxes: false)),
    ("least of all", .reduction(.minimum, axes: [1, 2, 3], keepsAxes: true)),
    ("greatest of columns", .reduction(.maximum, axes: [2], keepsAxes: false)),
    ("dropout", .dropout(rate: 0.5)),
    ("identity", .identity),
    ("channels", .channels(1..<3)),
    ("rows", .slice(axis: 1, 2..<7)),
    ("columns", .slice(axis: 2, 3..<10)),
    ("channels by axis", .slice(axis: 3, 1..<4)),
    ("permute", .permute([0, 3, 1, 2])),
    ("permute, planes last", .permute([0, 2, 1, 3])),
    ("channel padding", .channelPadding(before: 2, after: 3)),
  ]

  static let activations: [Activation] = [
    .linear, .relu, .relu6, .leakyRelu(slope: 0.2), .parametricRelu, .elu(alpha: 1.3), .selu, .sigmoid,
    .hardSigmoid(slope: 1 / 6, offset: 0.5), .tanh, .swish, .hardSwish, .gelu(tanhApproximation: false),
    .gelu(tanhApproximation: true), .softplus, .softsign, .exponential, .absolute, .power(exponent: 2),
    .mish, .celu(alpha: 0.6), .thresholdedRelu(threshold: 0.3), .power(exponent: 3), .errorFunction,
    .logSoftmax, .softmax, .clip(low: -0.5, high: 0.7),
  ]

  /// Branches, residuals, in-place chances, fusions in a row, an encoder with its decoder.
  static func braided() throws -> Graph {
    try graph(
      Layer(
        "conv", .convolution(.init(filters: 8, kernelSize: 3, padding: .same, usesBias: false)), from: "x"),
      Layer("bn", .batchNormalization(.init()), from: "conv"),
      Layer("relu", .activation(.relu), from: "bn"),
      Layer("pool", .pooling(.init(.maximum, size: 2, stride: 2)), from: "relu"),
      Layer("left", .convolution(.init(filters: 8, kernelSize: 1, activation: .relu)), from: "pool"),
      Layer(
        "right", .depthwiseConvolution(.init(kernelSize: 3, padding: .same, usesBias: false)), from: "pool"),
      Layer("rightbn", .batchNormalization(.init()), from: "right"),
      Layer("sum", .add, from: "left", "rightbn"),
      Layer("sumrelu", .activation(.relu), from: "sum"),
      Layer("twice", .add, from: "sumrelu", "sumrelu", "sumrelu"),
      Layer("gate", .globalPooling(.average, keepsAxes: true), from: "twice"),
      Layer("gates", .activation(.sigmoid), from: "gate"),
      Layer("gated", .multiply, from: "gates", "twice"),
      Layer("unpool", .maxUnpooling(pooling: "pool"), from: "gated"),
      Layer("joined", .concatenate, from: "unpool", "relu", "x"),
      Layer("drop", .dropout(rate: 0.3), from: "joined"),
      Layer(
        "up", .transposedConvolution(.init(filters: 5, kernelSize: 4, stride: 2, padding: .same)),
        from: "drop"),
      Layer("upbn", .batchNormalization(.init()), from: "up"),
      Layer("difference", .subtract, from: "upbn", "upbn"),
      Layer("most", .maximum, from: "upbn", "difference"),
      Layer("mean", .average, from: "most", "upbn", "difference"),
      Layer("flat", .flatten(.channelsFirst), from: "mean"),
      Layer("fc", .dense(.init(units: 11, activation: .relu)), from: "flat"),
      Layer("fcbn", .batchNormalization(.init()), from: "fc"),
      Layer("out", .dense(.init(units: 4, activation: .softmax)), from: "fcbn"))
  }
}

@Suite struct CompiledNetworkTests {
  private func input(_ batch: Int) -> Tensor {
    var generator = SeededGenerator(seed: 77)
    return Tensor(normal: [batch, 12, 10, 4], using: &generator)
  }

  @Test(arguments: Zoo.operations.indices)
  func everyOperationAgreesWithTheReference(index: Int) throws {
    let (name, operation) = Zoo.operations[index]
    let network = try Zoo.graph(Layer(name, operation, from: "x")).randomNetwork()
    for batch in [1, 3] {
      let x = input(batch)
      let expected = try network.referenceActivations(for: x)
      let found = try network.compiled(for: x.shape).run(x)
      expectAgreement(try found.layer(name), try #require(expected[name]), to: 1e-5, name)
    }
  }

  @Test func matricesMultiplyEachSampleAloneAndSpreadOverAxesOfOne() throws {
    let network = try Zoo.graph(
      Layer("turned", .permute([0, 1, 3, 2]), from: "x"),
      Layer("squares", .matrixProduct, from: "x", "turned"),
      Layer("row", .reduction(.mean, axes: [1], keepsAxes: true), from: "turned"),
      Layer("spread", .matrixProduct, from: "x", "row"),
      Layer("matrix", .constant([1, 1, 5, 12])),
      Layer("rows", .reshape([1, 12, 40], .channelsLast), from: "x"),
      Layer("constant", .matrixProduct, from: "matrix", "rows")
    ).randomNetwork()
    for batch in [1, 3] {
      let x = input(batch)
      let expected = try network.referenceActivations(for: x)
      let found = try network.compiled(for: x.shape, recording: ["squares", "spread", "constant"]).run(x)
      for (name, shape) in [
        ("squares", [batch, 12, 10, 10]), ("spread", [batch, 12, 10, 10]), ("constant", [batch, 1, 5, 40]),
      ] {
        let seen = try found.layer(name)
        #expect(seen.shape == Shape(shape))
        expectAgreement(seen, try #require(expected[name]), to: 1e-5, name)
      }
    }
  }

  @Test(arguments: [
    Resizing.Interpolation.nearest(.halfDown), .nearest(.halfUp), .nearest(.down), .nearest(.up), .linear,
    .cubic(a: -0.75), .cubic(a: -0.5),
  ])
  func everyResizingAgreesWithTheReference(interpolation: Resizing.Interpolation) throws {
    let targets: [Resizing.Target] = [
      .scale(height: 2, width: 2), .scale(height: 0.5, width: 1.7), .size(Extent(height: 5, width: 23)),
      .size(Extent(height: 1, width: 10)),
    ]
    for coordinates in [Resizing.Coordinates.halfPixel, .torchHalfPixel, .asymmetric, .alignedCorners] {
      for target in targets {
        let resizing = Resizing(to: target, interpolation, coordinates)
        let network = try Zoo.graph(Layer("y", .resizing(resizing), from: "x")).randomNetwork()
        let x = input(2)
        let found = try network.compiled(for: x.shape).run(x)
        let expected = try #require(try network.referenceActivations(for: x)["y"])
        expectAgreement(try found.layer("y"), expected, to: 1e-5, "\(resizing)")
      }
    }
  }

  @Test func constantsQuotientsAndMinimaAgreeWithTheReference() throws {
    let network = try Zoo.graph(
      Layer("rows", .constant([1, 12, 1, 4])), Layer("whole", .constant([1, 12, 10, 4])),
      Layer("least", .minimum, from: "whole", "x", "rows"),
      Layer("quotient", .divide, from: "whole", "x"), Layer("other", .divide, from: "x", "rows")
    ).randomNetwork()
    for batch in [1, 3] {
      let x = input(batch)
      let expected = try network.referenceActivations(for: x)
      let compiled = try network.compiled(for: x.shape)
      for _ in 0..<2 {
        for layer in compiled.run(x).layers {
          expectAgreement(layer.output, try #require(expected[layer.name]), to: 1e-6, layer.name)
        }
      }
    }
  }

  @Test(arguments: [1, 2, 3])
  func joiningAlongEachAxisAgreesWithTheReference(axis: Int) throws {
    let part = NeuralNetwork.Operation.slice(axis: axis, 1..<4)
    let network = try Zoo.graph(
      Layer("part", part, from: "x"), Layer("relu", .activation(.relu), from: "x"),
      Layer("joined", .join(axis: axis), from: "part", "x", "relu")
    ).randomNetwork()
    for batch in [1, 3] {
      let x = input(batch)
      let expected = try network.referenceActivations(for: x)
      let found = try network.compiled(for: x.shape).run(x)
      expectAgreement(try found.layer("joined"), try #require(expected["joined"]), to: 0, "axis \(axis)")
    }
  }

  @Test func powersAndLogarithmsOfPositivesAgreeWithTheReference() throws {
    let network = try Zoo.graph(
      Layer("positive", .activation(.exponential), from: "x"),
      Layer("log", .activation(.logarithm), from: "positive"),
      Layer("root", .activation(.power(exponent: 0.5)), from: "positive"),
      Layer("power", .activation(.power(exponent: -0.75)), from: "positive")
    ).randomNetwork()
    let x = input(2)
    let expected = try network.referenceActivations(for: x)
    let found = try network.compiled(for: x.shape, recording: ["log", "root", "power"]).run(x)
    for layer in found.layers {
      expectAgreement(layer.output, try #require(expected[layer.name]), to: 1e-5, layer.name)
    }
  }

  @Test(arguments: Zoo.activations)
  func everyActivationAgreesWithTheReference(activation: Activation) throws {
    let graph = try Zoo.graph(
      Layer("a", .activation(activation), from: "x"),
      Layer("fused", .convolution(.init(filters: 5, kernelSize: 3, activation: activation)), from: "x"))
    let network = try graph.randomNetwork()
    let x = input(2)
    let expected = try network.referenceActivations(for: x)
    for layer in try network.compiled(for: x.shape).run(x).layers {
      expectAgreement(layer.output, try #require(expected[layer.name]), to: 1e-5, layer.name)
    }
  }

  @Test(arguments: [1, 2])
  func everyLayerOfABraidedNetworkAgreesAloneAndTogether(batch: Int) throws {
    let network = try Zoo.braided().randomNetwork()
    let x = input(batch)
    let expected = try network.referenceActivations(for: x)
    let names = network.graph.layers.map(\.name)
    for recording in [names] + names.map({ [$0] }) {
      let compiled = try network.compiled(for: x.shape, recording: recording)
      for _ in 0..<2 {
        let found = compiled.run(x)
        #expect(Set(found.names) == Set(recording))
        for layer in found.layers {
          expectAgreement(layer.output, try #require(expected[layer.name]), to: 1e-5, layer.name)
        }
      }
    }
  }

  @Test func theValueBeforeTheActivationCanBeRecordedBesideTheOneAfter() throws {
    let network = try Zoo.braided().randomNetwork()
    let x = input(1)
    let expected = try network.referenceActivations(for: x)
    for recording in [["fc:linear", "fc", "out:linear", "conv:linear"], ["fc:linear"]] {
      for layer in try network.compiled(for: x.shape, recording: recording).run(x).layers {
        expectAgreement(layer.output, try #require(expected[layer.name]), to: 1e-5, layer.name)
      }
    }
  }

  @Test func onlyWhatIsAskedForIsComputedAndHandedOverInOrder() throws {
    let network = try Zoo.braided().randomNetwork()
    let compiled = try network.compiled(for: [1, 12, 10, 4], recording: ["pool", "relu"])
    var seen: [String] = []
    compiled.run(input(1)) { seen.append("\($0.index) \($0.name)") }
    #expect(seen == ["3 relu", "4 pool"])
    let whole = try network.compiled(for: [1, 12, 10, 4])
    #expect(compiled.arenaBytes < whole.arenaBytes)
  }

  @Test func aChainSharesMemoryWithWhatIsNoLongerNeeded() throws {
    var layers: [Layer] = []
    for index in 0..<20 {
      layers.append(
        Layer(
          "c\(index)", .convolution(.init(filters: 4, kernelSize: 3, padding: .same, activation: .relu)),
          from: index == 0 ? "x" : "c\(index - 1)"))
    }
    let graph = try Graph([Layer("x", .input(Zoo.picture))] + layers)
    let compiled = try graph.randomNetwork().compiled(for: [1, 12, 10, 4])
    #expect(compiled.arenaBytes <= 2 * 12 * 10 * 4 * 4 + 64)
  }

  @Test func severalThreadsMayRunOneCompiledNetwork() async throws {
    let network = try Zoo.braided().randomNetwork()
    let compiled = try network.compiled(for: [1, 12, 10, 4])
    let x = input(1)
    let expected = compiled.run(x)["out"]
    await withTaskGroup(of: Tensor?.self) { group in
      for _ in 0..<8 { group.addTask { compiled.run(x)["out"] } }
      for await found in group { #expect(found == expected) }
    }
  }
}
