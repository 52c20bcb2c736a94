import Convolution
import NeuralNetwork
import TensorCore
import Testing

@Suite struct GraphTests {
  private let input = Layer("input", .input(InputShape(height: 8, width: 8, channels: 3)))

  private func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "no error"
    } catch { return "\(error)" }
  }

  @Test func layersGivenOutOfOrderAreSortedAndOrderedOnesKept() throws {
    let a = Layer("a", .identity, from: "input")
    let b = Layer("b", .identity, from: "input")
    let c = Layer("c", .add, from: "b", "a")
    #expect(try Graph([c, b, a, input]).layers.map(\.name) == ["input", "b", "a", "c"])
    #expect(try Graph([input, a, b, c]).layers.map(\.name) == ["input", "a", "b", "c"])
    #expect(try Graph([input, a, b]).outputs == ["a", "b"])
  }

  @Test func whatIsNoGraphIsRefusedByName() {
    let twice = [input, Layer("a", .identity, from: "input"), Layer("a", .identity, from: "input")]
    #expect(message { _ = try Graph(twice) } == "two layers are called 'a'")
    #expect(
      message { _ = try Graph([input, Layer("a", .identity, from: "inputs")]) }
        == "layer 'a' reads 'inputs', which is no layer; the nearest are 'input', 'a'")
    let circle = [input, Layer("a", .add, from: "input", "b"), Layer("b", .identity, from: "a")]
    #expect(message { _ = try Graph(circle) } == "layers read one another in a circle: 'a', 'b'")
    #expect(
      message { _ = try Graph([input, Layer("a", .subtract, from: "input")]) }
        == "layer 'a' reads 1 layers, expected 2")
    let still = Layer("c", .convolution(.init(filters: 1, kernelSize: 3, stride: 0)), from: "input")
    #expect(message { _ = try Graph([input, still]) } == "layer 'c': unusable stride 0")
    #expect(message { _ = try Graph([]) } == "the network has no layers")
  }

  @Test func shapesThatDoNotSuitALayerAreNamed() throws {
    let large = try Graph([input, Layer("c", .convolution(.init(filters: 1, kernelSize: 9)), from: "input")])
    #expect(
      message { _ = try large.shapes(for: [1, 8, 8, 3]) }
        == "layer 'c': expected a picture that a window of 9x9 fits, found [1, 8, 8, 3]")
    #expect(
      message { _ = try large.shapes(for: [1, 8, 9, 3]) }
        == "layer 'input': expected [N, 8, 8, 3], found [1, 8, 9, 3]")
    let split = try Graph([
      input, Layer("c", .convolution(.init(filters: 4, kernelSize: 1, groups: 2)), from: "input"),
    ])
    #expect(
      message { _ = try split.shapes(for: [1, 8, 8, 3]) }
        == "layer 'c': expected channels and filters that divide into 2 groups, found [1, 8, 8, 3]")
  }

  @Test func parametersThatWouldOverflowEndInAnErrorNotATrap() throws {
    let most = Extent(65_536)
    let free = Layer("input", .input(InputShape(channels: 1 << 24)))
    for operation: NeuralNetwork.Operation in [
      .convolution(.init(filters: 1 << 24, kernelSize: most, padding: .same)),
      .depthwiseConvolution(.init(depthMultiplier: 65_536, kernelSize: most, padding: .same)),
      .dense(.init(units: 1 << 28)), .upSampling(most, .nearest),
      .transposedConvolution(.init(filters: 1 << 24, kernelSize: most, stride: most)),
      .reshape([1 << 40, 1 << 40], .channelsLast),
    ] {
      #expect(throws: NetworkError.self) {
        _ = try Graph([free, Layer("a", operation, from: "input")]).shapes(for: [1, 64, 64, 1 << 24])
      }
    }
  }

  @Test func weightsAreCheckedByPresenceAndShape() throws {
    let graph = try Graph([
      input, Layer("conv1", .convolution(.init(filters: 4, kernelSize: 3)), from: "input"),
    ])
    let kernel = Tensor(repeating: 0, shape: [3, 3, 3, 4])
    #expect(
      message { _ = try Network(graph: graph, weights: ["conv1": [.kernel: kernel]]) }
        == "layer 'conv1': no bias, expected one of shape [4]")
    let turned = Tensor(repeating: 0, shape: [4, 3, 3, 3])
    #expect(
      message { _ = try Network(graph: graph, weights: ["conv1": [.kernel: turned]]) }
        == "layer 'conv1': kernel has shape [4, 3, 3, 3], expected [3, 3, 3, 4]")
    let bias = Tensor(repeating: 0, shape: [4])
    #expect(
      message {
        _ = try Network(graph: graph, weights: ["conv1": [.kernel: kernel, .bias: bias, .gamma: bias]])
      } == "layer 'conv1' takes no gamma, but one is given")
  }

  @Test func unknownLayersAreAnsweredWithTheNearestNames() throws {
    let graph = try Zoo.braided()
    #expect(
      message { _ = try graph.randomNetwork().compiled(for: [1, 12, 10, 4], recording: ["convv"]) }
        == "no layer is called 'convv'; the nearest are 'conv', 'fc', 'bn'"
        || message { _ = try graph.index(of: "conv") } == "no error")
    #expect(
      nearestNames(to: "block1_conv", in: ["input", "block1_conv1", "block2_conv1"]).first == "block1_conv1")
    #expect(throws: NetworkError.self) {
      _ = try graph.randomNetwork().compiled(for: [1, 12, 10, 4], recording: ["pool:linear"])
    }
  }

  @Test func weightShapesComeInKerasOrder() throws {
    let graph = try Zoo.graph(
      Layer("s", .separableConvolution(.init(depthwise: .init(kernelSize: 3), filters: 5)), from: "x"),
      Layer("b", .batchNormalization(.init()), from: "s"))
    #expect(
      try graph.weightShapes().map { "\($0.layer) \($0.role.rawValue) \($0.shape)" } == [
        "s kernel [3, 3, 4, 1]", "s pointwiseKernel [1, 1, 4, 5]", "s bias [5]",
        "b gamma [5]", "b beta [5]", "b movingMean [5]", "b movingVariance [5]",
      ])
  }
}
