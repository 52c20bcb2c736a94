import Convolution
import Isolation
import ModelFiles
import NeuralNetwork
import SystemPackage
import TensorCore
import TestSupport
import Testing
import WeightFiles

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Runs `body` with the path of a file that does not exist yet and is removed afterwards.
func withFile<Result>(_ name: String, _ body: (FilePath) throws -> Result) rethrows -> Result {
  let path = FilePath("/tmp/fovea-\(getpid())-\(UInt32.random(in: 0 ... .max))-\(name)")
  defer { _ = path.withPlatformString(unlink) }
  return try body(path)
}

/// What Fovea writes, read back, is the same network.
///
/// `Scripts/compare_convert.py` holds Keras to the same.
@Suite struct ConvertTests {
  private func output(_ network: Network, _ input: Shape) throws -> Tensor {
    let last = try #require(network.graph.outputs.first)
    return try #require(try network.compiled(for: input, recording: [last]).run(waves(input))[last])
  }

  @Test(arguments: ["x.h5", "x.keras", "x.safetensors"])
  func aNetworkIsReadBackTheSame(name: String) throws {
    let network = try Network(contentsOf: fixtures + "everything.keras")
    let format = try #require(NetworkFormat(path: FilePath(name)))
    try withFile(name) { path in
      try network.write(to: path, as: format)
      let again = try Network(contentsOf: path)
      expectAgreement(try output(again, [1, 16, 16, 3]), try output(network, [1, 16, 16, 3]), to: 1e-6)
      #expect(again.preprocessing == network.preprocessing)
    }
  }

  private func small(_ flattening: ElementOrder) throws -> Network {
    let graph = try Graph([
      Layer("data", .input(InputShape(height: 9, width: 8, channels: 3))),
      Layer(
        "block/conv", .convolution(.init(filters: 4, kernelSize: 3, padding: .explicit(Margins(2)))),
        from: "data"),
      Layer("block/scale", .channelScale(.init()), from: "block/conv"),
      Layer("relu", .activation(.relu), from: "block/scale"),
      Layer("pool", .pooling(.init(.maximum, size: 3, stride: 2, rounding: .up)), from: "relu"),
      Layer("leak", .activation(.leakyRelu(slope: 0.1)), from: "pool"),
      Layer(
        "up",
        .transposedConvolution(
          .init(filters: 2, kernelSize: 3, stride: 2, padding: .explicit(Margins(1)), outputPadding: 1)),
        from: "leak"),
      Layer("flat", .flatten(flattening), from: "up"),
      Layer("drop", .dropout(rate: 0.5), from: "flat"),
      Layer("fc", .dense(.init(units: 5, activation: .softmax)), from: "drop"),
    ])
    var generator = SeededGenerator(seed: 9)
    var weights: [String: [WeightRole: Tensor]] = [:]
    for need in try graph.weightShapes() {
      let values = (0..<need.shape.count).map { _ in Float.random(in: -0.3...0.3, using: &generator) }
      weights[need.layer, default: [:]][need.role] = Tensor(values, shape: need.shape)
    }
    var preprocessing = Preprocessing.torch(height: 9, width: 8)
    preprocessing.fit = .cover(shortSide: 10)
    return try Network(graph: graph, weights: weights, preprocessing: preprocessing)
  }

  @Test(arguments: [ElementOrder.channelsFirst, .channelsLast])
  func anotherFrameworksLayersBecomeKerass(flattening: ElementOrder) throws {
    let network = try small(flattening)
    let expected = try output(network, [1, 9, 8, 3])
    for name in ["x.h5", "x.keras", "x.safetensors"] {
      let format = try #require(NetworkFormat(path: FilePath(name)))
      try withFile(name) { path in
        try network.write(to: path, as: format)
        let again = try Network(contentsOf: path)
        expectAgreement(try output(again, [1, 9, 8, 3]), expected, to: 1e-5, name)
        #expect(again.preprocessing == network.preprocessing)
      }
    }
  }

  @Test(arguments: ["x.weights.h5", "x.npz", "x.safetensors"])
  func weightsAloneGoBackOntoTheArchitecture(name: String) throws {
    let architecture = try Architecture.named("vgg16")
    let graph = try architecture.graph(height: 32, columns: 32, classes: 3, width: 1 / 32)
    var generator = SeededGenerator(seed: 4)
    var weights: [String: [WeightRole: Tensor]] = [:]
    for need in try graph.weightShapes() {
      let values = (0..<need.shape.count).map { _ in Float.random(in: -0.3...0.3, using: &generator) }
      weights[need.layer, default: [:]][need.role] = Tensor(values, shape: need.shape)
    }
    let network = try Network(graph: graph, weights: weights)
    let format = try #require(NetworkFormat(path: FilePath(name)))
    try withFile(name) { path in
      try network.write(to: path, as: format)
      let file = try WeightFile(contentsOf: path)
      let again = try Network(graph: graph, weightsIn: file)
      for (layer, roles) in weights {
        for (role, tensor) in roles { #expect(again.weights[layer]?[role] == tensor, "\(layer) \(role)") }
      }
    }
  }

  @Test func whatKerasHasNotIsRefusedByName() throws {
    let graph = try Graph([
      Layer("data", .input(InputShape(height: 9, width: 8, channels: 3))),
      Layer("norm1", .localResponseNormalization(.init(size: 5, alpha: 1, beta: 1, bias: 1)), from: "data"),
    ])
    let network = try Network(graph: graph, weights: [:])
    let error = #expect(throws: ModelFileError.self) { try network.write(to: "/tmp/fovea-none.h5", as: .h5) }
    #expect(error.map { "\($0)" }?.contains("layer 'norm1'") == true)
    #expect(access("/tmp/fovea-none.h5", F_OK) != 0)
  }

  @Test func aFolderThatIsNotThereSaysSo() throws {
    let network = try small(.channelsLast)
    for format in NetworkFormat.allCases {
      let error = #expect(throws: ModelFileError.self) {
        try network.write(to: "/tmp/fovea-no-such-folder/x", as: format)
      }
      #expect(error.map { "\($0)" }?.contains("/tmp/fovea-no-such-folder/x") == true)
    }
  }
}
