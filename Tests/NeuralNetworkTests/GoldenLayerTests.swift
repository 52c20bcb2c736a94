import Convolution
import NeuralNetwork
import SystemPackage
import TensorCore
import TestSupport
import Testing

/// Every kind of layer against what Keras 3 and PyTorch made of the same input (Scripts/fixtures/layers.py).
@Suite struct GoldenLayerTests {
  typealias Row = (name: String, operation: NeuralNetwork.Operation)

  static let rows: [Row] = [
    ("conv-same-stride", .convolution(.init(filters: 5, kernelSize: 3, stride: 2, padding: .same))),
    (
      "conv-even-same",
      .convolution(.init(filters: 5, kernelSize: Extent(height: 2, width: 4), padding: .same))
    ),
    ("conv-dilated", .convolution(.init(filters: 3, kernelSize: 3, dilation: 2, padding: .same))),
    ("conv-grouped", .convolution(.init(filters: 6, kernelSize: 3, groups: 2))),
    ("conv-pointwise", .convolution(.init(filters: 3, kernelSize: 1, stride: 2))),
    ("depthwise", .depthwiseConvolution(.init(depthMultiplier: 2, kernelSize: 3, stride: 2, padding: .same))),
    (
      "separable",
      .separableConvolution(.init(depthwise: .init(depthMultiplier: 2, kernelSize: 3), filters: 5))
    ),
    ("transposed-same", .transposedConvolution(.init(filters: 3, kernelSize: 3, stride: 2, padding: .same))),
    (
      "transposed-even-same",
      .transposedConvolution(.init(filters: 3, kernelSize: 4, stride: 2, padding: .same))
    ),
    ("transposed-valid", .transposedConvolution(.init(filters: 3, kernelSize: 4, stride: 3))),
    ("transposed-gaps", .transposedConvolution(.init(filters: 3, kernelSize: 2, stride: 3))),
    ("dense", .dense(.init(units: 6))),
    ("batch-norm", .batchNormalization(.init())),
    ("max-same", .pooling(.init(.maximum, size: 3, stride: 2, padding: .same))),
    ("average-same", .pooling(.init(.average, size: 3, stride: 2, padding: .same))),
    (
      "average-valid",
      .pooling(.init(.average, size: Extent(height: 2, width: 3), stride: Extent(height: 2, width: 3)))
    ),
    ("global-average", .globalPooling(.average, keepsAxes: false)),
    ("global-max", .globalPooling(.maximum, keepsAxes: true)),
    ("up-nearest", .upSampling(Extent(height: 2, width: 3), .nearest)),
    ("up-bilinear", .upSampling(Extent(height: 2, width: 3), .bilinear)),
    ("flatten", .flatten(.channelsLast)),
    (
      "torch-conv",
      .convolution(
        .init(
          filters: 6, kernelSize: Extent(height: 3, width: 2), stride: Extent(height: 2, width: 1),
          dilation: Extent(height: 1, width: 2), groups: 2,
          padding: .explicit(Margins(top: 2, bottom: 2, left: 1, right: 1))))
    ),
    (
      "torch-transposed",
      .transposedConvolution(
        .init(
          filters: 6, kernelSize: 3, stride: 2, padding: .explicit(Margins(1)), outputPadding: 1, groups: 2))
    ),
    (
      "torch-max-ceil",
      .pooling(.init(.maximum, size: 3, stride: 2, padding: .explicit(Margins(1)), rounding: .up))
    ),
    (
      "torch-max-dropped",
      .pooling(.init(.maximum, size: 2, stride: 3, padding: .explicit(Margins(1)), rounding: .up))
    ),
    (
      "torch-average",
      .pooling(
        .init(
          .average, size: 3, stride: 2, padding: .explicit(Margins(1)), rounding: .up, countsPadding: true))
    ),
    ("torch-average-inside", .pooling(.init(.average, size: 3, stride: 2, padding: .explicit(Margins(1))))),
    ("torch-adaptive", .adaptiveAveragePooling(Extent(height: 3, width: 4))),
    ("torch-lrn", .localResponseNormalization(.init(size: 3, alpha: 0.1, beta: 0.6, bias: 2))),
    ("torch-instance-norm", .instanceNormalization(epsilon: 1e-3)),
    ("torch-prelu", .activation(.parametricRelu)),
  ]

  static let activations: [(String, Activation)] = [
    ("relu", .relu), ("relu6", .relu6), ("elu", .elu(alpha: 1)), ("leaky-relu", .leakyRelu(slope: 0.2)),
    ("selu", .selu), ("sigmoid", .sigmoid), ("hard-sigmoid", .hardSigmoid(slope: 1 / 6, offset: 0.5)),
    ("tanh", .tanh), ("swish", .swish), ("hard-swish", .hardSwish), ("gelu", .gelu(tanhApproximation: false)),
    ("gelu-tanh", .gelu(tanhApproximation: true)), ("softplus", .softplus), ("softsign", .softsign),
    ("exponential", .exponential), ("softmax", .softmax),
  ]

  private func fixture(_ name: String) throws -> Tensor {
    try Tensor(npy: repositoryFolder + "/Tests/NeuralNetworkTests/Fixtures/layers/\(name).npy")
  }

  private let input = Layer("x", .input(InputShape(height: 7, width: 9, channels: 4)))

  /// The layer on `x` by the compiled path and by the reference.
  private func outputs(_ row: Row, _ x: Tensor) throws -> [Tensor] {
    let graph = try Graph([input, Layer("layer", row.operation, from: "x")])
    var weights: [WeightRole: Tensor] = [:]
    for needed in try graph.weightShapes() {
      weights[needed.role] = try fixture("\(row.name).\(needed.role.rawValue)")
    }
    let network = try Network(graph: graph, weights: weights.isEmpty ? [:] : ["layer": weights])
    let compiled = try network.compiled(for: x.shape).run(x).layer("layer")
    return [compiled, try #require(try network.referenceActivations(for: x)["layer"])]
  }

  @Test(arguments: rows.indices)
  func layersAgreeWithTheirFramework(index: Int) throws {
    let row = Self.rows[index]
    let expected = try fixture("\(row.name).y")
    for output in try outputs(row, fixture("x")) { expectAgreement(output, expected, to: 1e-5, row.name) }
  }

  @Test(arguments: activations.indices)
  func activationsAgreeWithKeras(index: Int) throws {
    let (name, activation) = Self.activations[index]
    let x = try fixture("x")
    let tripled = Tensor(x.scalars.map { 3 * $0 }, shape: x.shape)
    let expected = try fixture("\(name).y")
    for output in try outputs((name, .activation(activation)), tripled) {
      expectAgreement(output, expected, to: 1e-5, name)
    }
  }

  @Test func unpoolingAgreesWithPyTorch() throws {
    let graph = try Graph([
      input, Layer("pool", .pooling(.init(.maximum, size: 2, stride: 2)), from: "x"),
      Layer("layer", .maxUnpooling(pooling: "pool"), from: "pool"),
    ])
    let x = try fixture("x")
    let network = try Network(graph: graph, weights: [:])
    expectAgreement(
      try network.compiled(for: x.shape).run(x).layer("layer"), try fixture("torch-unpool.y"), to: 1e-5)
  }
}
