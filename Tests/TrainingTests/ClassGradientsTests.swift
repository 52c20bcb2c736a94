import NeuralNetwork
import TensorCore
import TestSupport
import Testing
import Training

/// What scores hang on, against PyTorch in 64 bits.
@Suite struct ClassGradientsTests {
  static let layers = [
    Layer("input", .input(InputShape(height: 12, width: 10, channels: 3))),
    Layer(
      "conv1", .convolution(.init(filters: 6, kernelSize: 3, padding: .same, activation: .relu)),
      from: "input"),
    Layer("norm", .batchNormalization(.init(epsilon: 1e-3)), from: "conv1"),
    Layer("pool", .pooling(.init(.maximum, size: 2, stride: 2)), from: "norm"),
    Layer(
      "conv2", .convolution(.init(filters: 8, kernelSize: 3, padding: .same, activation: .relu)),
      from: "pool"),
    Layer("drop", .dropout(rate: 0.9), from: "conv2"),
    Layer("flat", .flatten(.channelsLast), from: "drop"),
    Layer("dense", .dense(.init(units: 5, activation: .softmax)), from: "flat"),
  ]
  static let names = ["conv2", "input", "conv2:linear", "conv1"]

  @Test("gradients, Grad-CAM and saliency of every layer and two classes agree with PyTorch")
  func agree() throws {
    let fixture = try Fixture("class-gradients")
    let network = try Network(graph: Graph(Self.layers), weights: fixture.weights("looking/weight/"))
    let x = try fixture("looking/input")
    let probe = try ClassGradients(of: network, at: Self.names, for: x.shape)
    #expect(probe.classes == 5)
    let seen = probe.look(at: x) { _ in [4, 1] }
    expectAgreement(Tensor(seen.scores, shape: [1, 5]), try fixture("looking/scores"), to: 1e-5, "scores")
    expectAgreement(
      seen.output, try #require(network.compiled(for: x.shape).run(x).layers.last?.output), to: 1e-5, "output"
    )
    #expect(seen.classes.map(\.index) == [4, 1])
    for own in seen.classes {
      #expect(own.layers.map(\.name) == Self.names)
      for layer in own.layers {
        let what = "\(layer.name), class \(own.index)"
        expectAgreement(
          layer.gradient, try fixture("looking/\(own.index)/gradient/\(layer.name)"), to: 1e-5, "\(what)")
        expectAgreement(
          layer.gradCam, try fixture("looking/\(own.index)/grad-cam/\(layer.name)"), to: 1e-5,
          "Grad-CAM of \(what)")
      }
      expectAgreement(
        own.layers[1].saliency, try fixture("looking/\(own.index)/saliency"), to: 1e-5,
        "saliency of class \(own.index)")
    }
    // What one class leaves behind does not reach the next.
    let alone = probe.look(at: x) { _ in [1] }
    for (first, second) in zip(alone.classes[0].layers, seen.classes[1].layers) {
      #expect(first.gradient == second.gradient)
    }
  }

  @Test("where a global average ends the network, Grad-CAM is the class activation map above 0, by a factor")
  func equalsClassActivationMaps() throws {
    let network = try Network(
      initialising: Graph([
        Layer("input", .input(InputShape(height: 9, width: 9, channels: 3))),
        Layer("conv", .convolution(.init(filters: 12, kernelSize: 3, activation: .relu)), from: "input"),
        Layer("mean", .globalPooling(.average, keepsAxes: false), from: "conv"),
        Layer("dense", .dense(.init(units: 4)), from: "mean"),
        Layer("softmax", .activation(.softmax), from: "dense"),
      ]), seed: 8)
    var generator = SeededGenerator(seed: 2)
    let x = Tensor(normal: [1, 9, 9, 3], using: &generator)
    #expect(try network.graph.lastFeatures(for: x.shape) == "conv")
    let head = try network.classMapHead(for: x.shape)
    let features = try network.compiled(for: x.shape, recording: ["conv"]).run(x).layer("conv")
    let seen = try ClassGradients(of: network, at: ["conv"], for: x.shape).look(at: x) { _ in [2] }
    let map: [Float] = head.map(of: 2, from: features).scalars.map { max(0, $0) / 49 }
    #expect(map.contains { $0 > 0 } && map.contains(0))
    expectAgreement(seen.classes[0].layers[0].gradCam, Tensor(map, shape: [7, 7]), to: 1e-5, "map")
  }

  @Test("of a network that classifies pixels, a class's score is the sum over them")
  func sumsOverPixels() throws {
    let network = try Network(
      initialising: Graph([
        Layer("input", .input(InputShape(height: 4, width: 5, channels: 2))),
        Layer("conv", .convolution(.init(filters: 3, kernelSize: 1, activation: .softmax)), from: "input"),
      ]), seed: 1)
    let x = Tensor(repeating: 1, shape: [1, 4, 5, 2])
    let seen = try ClassGradients(of: network, at: ["input"], for: x.shape).look(at: x) { _ in [1] }
    let kernel = try #require(network.weights["conv"]?[.kernel]).scalars
    let score: Float = 20 * (kernel[1] + kernel[4])
    let slopes: [Float] = (0..<40).map { kernel[$0 % 2 * 3 + 1] }
    let difference: Float = seen.scores[1] - score
    #expect(abs(difference) < 1e-5)
    #expect(seen.classes[0].layers[0].gradient.scalars == slopes)
  }

  @Test("unknown layers and several pictures are refused")
  func refusals() throws {
    let network = try Network(initialising: Graph(Self.layers), seed: 1)
    #expect(throws: NetworkError.self) {
      try ClassGradients(of: network, at: ["conv9"], for: [1, 12, 10, 3])
    }
    #expect(throws: TrainingError.self) {
      try ClassGradients(of: network, at: ["conv1"], for: [2, 12, 10, 3])
    }
  }
}
