import ModelFiles
import NeuralNetwork
import SystemPackage
import TensorCore
import TestSupport
import Testing
import WeightFiles

/// Networks of Caffe's zoo, every layer against OpenCV's; `Scripts/fixtures/caffe.py` stored a sample of each.
@Suite(.enabled(if: SharedData.isPresent)) struct RealCaffeFilesTests {
  @Test(arguments: [
    (
      "lenet_mnist/lenet_deploy.prototxt", "lenet_mnist/lenet_iter_10000.caffemodel", "lenet", [1, 28, 28, 1]
    ),
    (
      "cifar10_quick/cifar10_quick.prototxt", "cifar10_quick/cifar10_quick_iter_5000.caffemodel",
      "cifar10_quick", [1, 32, 32, 3]
    ),
    (
      "ultraface_slim_320/slim-320.prototxt", "ultraface_slim_320/slim-320.caffemodel", "ultraface",
      [1, 240, 320, 3]
    ),
    (
      "squeezenet_v1.1/deploy.prototxt", "squeezenet_v1.1/squeezenet_v1.1.caffemodel", "squeezenet1.1",
      [1, 227, 227, 3]
    ),
    (
      "squeezenet_v1.0_deepcompression/deploy.prototxt",
      "squeezenet_v1.0_deepcompression/squeezenet_v1.0_deepcompression.caffemodel", "squeezenet1.0",
      [1, 227, 227, 3]
    ),
  ])
  func everyLayerAgreesWithOpenCV(prototxt: String, weights: String, name: String, input: [Int]) throws {
    let folder = SharedData.path("models/caffe/")
    let network = try Network(prototxt: FilePath(folder + prototxt), weights: FilePath(folder + weights))
    try expectLayers(of: network, toBe: "caffe/\(name)_layers.npz", on: Shape(input))
    let mean: [Float] = name.hasPrefix("squeezenet") ? [104, 117, 123] : [0]
    #expect(network.preprocessing?.mean == mean)
  }

  @Test(arguments: [
    ("squeezenet_v1.1/squeezenet_v1.1.caffemodel", "squeezenet1.1"),
    ("squeezenet_v1.0_deepcompression/squeezenet_v1.0_deepcompression.caffemodel", "squeezenet1.0"),
  ])
  func aFileThatDoesNotSayItsSizeIsKnownByItsWeights(weights: String, name: String) throws {
    let path = FilePath(SharedData.path("models/caffe/" + weights))
    let (network, architecture) = try #require(try Network.published(path))
    #expect(architecture.name == name)
    #expect(network.preprocessing == architecture.preprocessing)
    #expect(try Network.published(FilePath(fixtures + "caffe/everything.caffemodel")) == nil)
  }

  /// A description without weights is the published network, layer by layer.
  @Test(arguments: [
    ("bvlc_alexnet", "alexnet", 60_965_224), ("bvlc_googlenet", "googlenet", 6_998_552),
    ("bvlc_reference_caffenet", "alexnet", 60_965_224), ("squeezenet_v1.0", "squeezenet1.0", 1_248_424),
  ])
  func aPublishedDescriptionHasThePublishedParameters(file: String, name: String, parameters: Int) throws {
    let path = FilePath(SharedData.path("models/caffe/prototxt_only/\(file).deploy.prototxt"))
    let graph = try Graph.described(by: path).graph
    #expect(try graph.summary().totalParameters == parameters)
    let named = try Architecture.named(name).graph()
    #expect(try graph.weightShapes().map(\.shape) == named.weightShapes().map(\.shape))
  }
}

/// Small networks that `Scripts/fixtures/caffe.py` wrote, against what OpenCV made of them.
@Suite struct CaffeNetworkTests {
  @Test func everySupportedLayerAgreesWithOpenCV() throws {
    let network = try Network(contentsOf: fixtures + "caffe/everything.caffemodel")
    try expectLayers(of: network, toBe: "caffe/everything_layers.npz", on: [1, 12, 10, 3])
  }

  @Test func aPrototxtWithItsWeightsIsTheSameNetwork() throws {
    let network = try Network(
      prototxt: FilePath(fixtures + "caffe/everything.prototxt"),
      weights: FilePath(fixtures + "caffe/everything.caffemodel"))
    try expectLayers(of: network, toBe: "caffe/everything_layers.npz", on: [1, 12, 10, 3])
  }

  @Test(arguments: ["v0", "v1"])
  func olderGenerationsAgreeWithOpenCV(generation: String) throws {
    let network = try Network(contentsOf: fixtures + "caffe/\(generation).caffemodel")
    try expectLayers(of: network, toBe: "caffe/v1_layers.npz", on: [1, 12, 10, 3])
  }

  /// SegNet's decoder: a pooling says where its maxima were, an `Upsample` puts values back there.
  @Test func upsamplingGoesBackToTheMaximaOfItsPooling() throws {
    let text = """
      input: "data" input_dim: 1 input_dim: 2 input_dim: 6 input_dim: 8
      layer { name: "pool" type: "Pooling" bottom: "data" top: "pool" top: "mask"
              pooling_param { pool: MAX kernel_size: 2 stride: 2 } }
      layer { name: "up" type: "Upsample" bottom: "pool" bottom: "mask" top: "up"
              upsample_param { scale: SCALE } }
      """
    let network = try network(text.replacing("SCALE", with: "2"))
    let x = Tensor((0..<96).map { Float(($0 * 37) % 96) }, shape: [1, 6, 8, 2])
    let seen = try network.compiled(for: x.shape, recording: ["pool", "up"]).run(x)
    let (pooled, up) = (try seen.layer("pool"), try seen.layer("up"))
    #expect(up.shape == x.shape)
    #expect(zip(up.scalars, x.scalars).allSatisfy { $0 == 0 || $0 == $1 })
    #expect(up.scalars.filter { $0 != 0 }.sorted() == pooled.scalars.sorted())
    #expect(throws: ModelFileError.self) { try self.network(text.replacing("SCALE", with: "3")) }
  }

  @Test func aDescriptionAloneHasLayersAndNoWeights() throws {
    let described = try Graph.described(by: FilePath(fixtures + "caffe/everything.prototxt"))
    let whole = try Network(contentsOf: fixtures + "caffe/everything.caffemodel")
    #expect(described.graph.layers == whole.graph.layers)
    #expect(described.preprocessing == whole.preprocessing)
  }

  @Test(arguments: [
    ("Softmax", "softmax_param { axis: 4 }", "axis is 4"),
    ("Permute", "permute_param { order: 1 }", "order is"),
    ("Reshape", "reshape_param { shape { dim: 7 } }", "keeps the pictures apart"),
    ("Reshape", "reshape_param { shape { dim: 0 dim: 7 dim: 11 } }", "as many elements"),
    ("Slice", "slice_param { slice_point: 5 }", "cuts 2 at"),
    ("MVN", "mvn_param { across_channels: true }", "across_channels is true"),
    ("Exp", "exp_param { base: -3 }", "base is -3"),
    ("Flatten", "flatten_param { axis: 0 }", "axis is 0"),
    ("PriorBox", "", "class PriorBox"),
  ])
  func whatIsNotSupportedIsRefusedByName(type: String, settings: String, expected: String) throws {
    let text = """
      input: "data" input_dim: 1 input_dim: 2 input_dim: 6 input_dim: 8
      layer { name: "odd" type: "\(type)" bottom: "data" top: "odd" \(settings) }
      """
    let error = #expect(throws: ModelFileError.self) { try self.network(text) }
    let message = error.map { "\($0)" } ?? ""
    #expect(message.contains("'odd'") && message.contains(expected), "\(message)")
  }

  /// A network without weights, from the text of its description.
  private func network(_ prototxt: String) throws -> Network {
    try withFile("net.prototxt") { path in
      let file = try FileDescriptor.open(
        path, .writeOnly, options: [.create], permissions: [.ownerReadWrite])
      try file.closeAfter { _ = try file.writeAll(prototxt.utf8) }
      return try Network(graph: Graph.described(by: path).graph, weights: [:], preprocessing: nil)
    }
  }
}
