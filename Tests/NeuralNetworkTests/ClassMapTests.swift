import NeuralNetwork
import TensorCore
import TestSupport
import Testing

/// The ends of networks that class activation maps are read from.
@Suite struct ClassMapTests {
  private let shape: Shape = [1, 6, 5, 3]

  private func network(_ end: [Layer], _ weights: [String: [WeightRole: Tensor]]) throws -> Network {
    try Network(
      graph: Graph([Layer("input", .input(InputShape(height: 6, width: 5, channels: 3)))] + end),
      weights: weights)
  }

  private func random(_ extents: Shape, seed: UInt64) -> Tensor {
    var generator = SeededGenerator(seed: seed)
    return Tensor(normal: extents, using: &generator)
  }

  /// ResNet's end: the map's mean is the score without the bias.
  @Test func theMeanOfAMapIsTheScoreWithoutItsBias() throws {
    let (kernel, bias) = (random([3, 4], seed: 1), random([4], seed: 2))
    let network = try network(
      [
        Layer("relu", .activation(.relu), from: "input"),
        Layer("pool", .globalPooling(.average, keepsAxes: false), from: "relu"),
        Layer("drop", .dropout(rate: 0.5), from: "pool"),
        Layer("scores", .dense(.init(units: 4)), from: "drop"),
      ], ["scores": [.kernel: kernel, .bias: bias]])
    let head = try network.classMapHead(for: shape)
    #expect(head.features == "relu" && head.classes == 4)
    let seen = try network.compiled(for: shape, recording: ["relu", "scores"]).run(random(shape, seed: 3))
    for index in 0..<4 {
      let map = head.map(of: index, from: try seen.layer("relu"))
      #expect(map.shape == [6, 5])
      let mean = map.scalars.reduce(0.0) { $0 + Double($1) } / 30
      #expect(abs(Float(mean) + bias.scalars[index] - (try seen.layer("scores").scalars[index])) < 1e-5)
    }
  }

  /// MobileNet's end: pooled maps keep their axes and a 1x1 convolution weighs them.
  @Test func aPointwiseConvolutionIsADenseLayer() throws {
    let kernel = random([1, 1, 3, 4], seed: 4)
    let network = try network(
      [
        Layer("pool", .pooling(.init(.average, size: .init(height: 6, width: 5), stride: 1)), from: "input"),
        Layer("scores", .convolution(.init(filters: 4, kernelSize: 1, usesBias: false)), from: "pool"),
        Layer("flat", .flatten(.channelsLast), from: "scores"),
        Layer("softmax", .activation(.softmax), from: "flat"),
      ], ["scores": [.kernel: kernel]])
    let head = try network.classMapHead(for: shape)
    #expect(head.features == "input" && head.classes == 4)
    let x = random(shape, seed: 5)
    let (values, weights) = (x.scalars, kernel.scalars)
    let expected = (0..<30).map { (pixel: Int) -> Float in
      var sum: Float = 0
      for c in 0..<3 { sum += values[pixel * 3 + c] * weights[c * 4 + 2] }
      return sum
    }
    expectAgreement(head.map(of: 2, from: x), Tensor(expected, shape: [6, 5]))
  }

  /// SqueezeNet's end: the pooled maps are the classes.
  @Test func pooledClassMapsAreTakenAsTheyAre() throws {
    let network = try network(
      [
        Layer("conv10", .convolution(.init(filters: 2, kernelSize: 1, usesBias: false)), from: "input"),
        Layer("relu", .activation(.relu), from: "conv10"),
        Layer("pool", .globalPooling(.average, keepsAxes: false), from: "relu"),
        Layer("softmax", .activation(.softmax), from: "pool"),
      ], ["conv10": [.kernel: random([1, 1, 3, 2], seed: 6)]])
    let head = try network.classMapHead(for: shape)
    #expect(head.features == "relu" && head.classes == 2 && head.weights == nil)
    let features = random([1, 6, 5, 2], seed: 7)
    #expect(head.map(of: 1, from: features).scalars == (0..<30).map { features.scalars[$0 * 2 + 1] })
  }

  @Test func otherNetworksAreRefusedWithTheReason() throws {
    let dense = try network(
      [
        Layer("flat", .flatten(.channelsLast), from: "input"),
        Layer("scores", .dense(.init(units: 2, usesBias: false)), from: "flat"),
      ], ["scores": [.kernel: random([90, 2], seed: 8)]])
    #expect(throws: NetworkError.noClassMaps("layer 'flat' stands between its features and its output")) {
      _ = try dense.classMapHead(for: shape)
    }
    let maximum = try network([Layer("pool", .globalPooling(.maximum, keepsAxes: false), from: "input")], [:])
    #expect(throws: NetworkError.self) { _ = try maximum.classMapHead(for: shape) }
  }
}
