import Convolution
import NeuralNetwork
import TensorCore
import TestSupport
import Testing

/// Joined values that are written in place, alone and within each other, recorded and read in every way that is.
@Suite struct SlicePlanTests {
  private func graph() throws -> Graph {
    try Zoo.graph(
      Layer("stem", .convolution(.init(filters: 500, kernelSize: 3, padding: .same)), from: "x"),
      Layer("a", .convolution(.init(filters: 7, kernelSize: 1, activation: .relu)), from: "stem"),
      Layer("one", .concatenate, from: "stem", "a"),
      Layer("bn", .batchNormalization(.init()), from: "one"),
      Layer("relu", .activation(.relu), from: "bn"),
      Layer("b", .convolution(.init(filters: 5, kernelSize: 3, padding: .same)), from: "relu"),
      Layer("two", .concatenate, from: "one", "b", "a"),
      Layer("max", .pooling(.init(.maximum, size: 3, stride: 1, padding: .same)), from: "two"),
      Layer("mean", .pooling(.init(.average, size: 3, stride: 1, padding: .same)), from: "two"),
      Layer("c", .convolution(.init(filters: 512, kernelSize: 1)), from: "two"),
      Layer("stem2", .convolution(.init(filters: 512, kernelSize: 1)), from: "one"),
      Layer("sum", .add, from: "c", "stem2"),
      Layer("three", .concatenate, from: "max", "sum", "mean", "mean"),
      Layer("global", .globalPooling(.average, keepsAxes: false), from: "three"))
  }

  @Test(arguments: [1, 3])
  func joinedLayersAgreeAloneAndTogether(batch: Int) throws {
    let network = try graph().randomNetwork()
    var generator = SeededGenerator(seed: 4)
    let x = Tensor(normal: [batch, 12, 10, 4], using: &generator)
    let expected = try network.referenceActivations(for: x)
    let names = network.graph.layers.map(\.name)
    for recording in [names, ["one", "two"]] + names.map({ [$0] }) {
      for layer in try network.compiled(for: x.shape, recording: recording).run(x).layers {
        expectAgreement(layer.output, try #require(expected[layer.name]), to: 1e-5, layer.name)
      }
    }
  }

  @Test func marginsBecomePadding() throws {
    let network = try Zoo.graph(
      Layer("margins", .zeroPadding(Margins(top: 1, bottom: 2, left: 0, right: 3)), from: "x"),
      Layer("conv", .convolution(.init(filters: 6, kernelSize: 3, stride: 2)), from: "margins")
    ).randomNetwork()
    var generator = SeededGenerator(seed: 4)
    let x = Tensor(normal: [2, 12, 10, 4], using: &generator)
    let expected = try network.referenceActivations(for: x)
    let compiled = try network.compiled(for: x.shape)
    expectAgreement(try compiled.run(x).layer("conv"), try #require(expected["conv"]), to: 1e-5)
    #expect(compiled.profile(x, runs: 1).map(\.layer) == ["conv"])
  }
  /// Zeros around a relu are never larger than what it holds; around negative values they are.
  @Test(arguments: [
    (Activation.relu, Margins(top: 1, bottom: 1, left: 1, right: 1), ["conv", "max"]),
    (.relu, Margins(top: 0, bottom: 2, left: 2, right: 0), ["conv", "max"]),
    (.relu, Margins(top: 4, bottom: 0, left: 0, right: 0), ["conv", "margins", "max"]),
    (.linear, Margins(top: 1, bottom: 1, left: 1, right: 1), ["conv", "margins", "max"]),
  ])
  func marginsOfZerosBecomePaddingOfAMaximum(
    activation: Activation, margins: Margins, steps: [String]
  ) throws {
    let network = try Zoo.graph(
      Layer("conv", .convolution(.init(filters: 6, kernelSize: 1, activation: activation)), from: "x"),
      Layer("margins", .zeroPadding(margins), from: "conv"),
      Layer("max", .pooling(.init(.maximum, size: 3, stride: 2)), from: "margins")
    ).randomNetwork()
    var generator = SeededGenerator(seed: 4)
    let x = Tensor(normal: [2, 12, 10, 4], using: &generator)
    let expected = try network.referenceActivations(for: x)
    let compiled = try network.compiled(for: x.shape)
    expectAgreement(try compiled.run(x).layer("max"), try #require(expected["max"]), to: 1e-5)
    #expect(compiled.profile(x, runs: 1).map(\.layer) == steps)
  }
}
