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

/// Small ONNX files against what onnxruntime made of them; `Scripts/fixtures/onnx_graphs.py` wrote both.
@Suite struct OnnxTests {
  private static func stored(_ name: String) throws -> [(name: String, tensor: Tensor)] {
    let file = try WeightFile(contentsOf: "\(fixtures)onnx/\(name).npz")
    return try file.entries.map { ($0.name, try file.tensor(named: $0.name)) }
  }

  @Test(arguments: [
    "opset7", "opset8", "opset9", "opset10", "opset11", "opset13", "opset18", "opset20", "opset21", "groups",
    "grid", "types", "shapes",
    "channels_last", "experimental", "external",
  ])
  func everyOperationAgreesWithOnnxruntime(name: String) throws {
    let network = try Network(contentsOf: "\(fixtures)onnx/\(name).onnx")
    let expected = try Self.stored(name)
    let x = try #require(expected.first { $0.name == "x" }).tensor
    let layers = expected.filter { $0.name != "x" }
    #expect(!layers.isEmpty)
    let found = try network.compiled(for: x.shape, recording: layers.map(\.name)).run(x)
    let reference = try network.referenceActivations(for: x)
    for (layer, tensor) in layers {
      expectAgreement(try found.layer(layer), tensor, to: 1e-5, "\(name), \(layer)")
      expectAgreement(try #require(reference[layer]), tensor, to: 1e-5, "\(name), \(layer), reference")
    }
    // Each picture of a batch as alone.
    guard x.shape[0] == 1, let last = network.graph.outputs.last else { return }
    let pair = Tensor(x.scalars + x.scalars, shape: Shape([2] + x.shape.dimensions.dropFirst()))
    let both = try network.compiled(for: pair.shape, recording: [last]).run(pair).layer(last)
    let one = try network.compiled(for: x.shape, recording: [last]).run(x).layer(last)
    let second = Tensor(Array(both.scalars.suffix(one.shape.count)), shape: one.shape)
    expectAgreement(second, one, to: 1e-6, "\(name), \(last), the second of two")
  }

  @Test func picturesOfAnySizeStayPossibleWhereNoLayerDependsOnTheSize() throws {
    for name in ["types", "shapes"] {
      let network = try Network(contentsOf: "\(fixtures)onnx/\(name).onnx")
      guard case .input(let shape)? = network.graph.inputLayers.first?.operation else {
        Issue.record("no input")
        return
      }
      #expect(shape == InputShape(channels: 3))
      for size in [Shape([1, 16, 24, 3]), [2, 40, 8, 3]] {
        let x = Tensor(repeating: 0.5, shape: size)
        #expect(try network.compiled(for: size).run(x).layers.first?.output.shape[0] == size[0])
      }
    }
  }

  @Test func whatIsListedIsWhatIsStored() throws {
    let file = try WeightFile(contentsOf: "\(fixtures)onnx/types.onnx")
    #expect(file.format == .onnx && file.framework == "opset 13")
    #expect(
      file.entries.map(\.type) == [
        .float16, .float16, .bfloat16, .bfloat16, .float64, .float64, .float32, .float32,
      ])
    for entry in file.entries {
      let tensor = try file.tensor(named: entry.name)
      #expect(tensor.shape == [3, 3, 3, 3] && tensor.scalars.allSatisfy { abs($0) < 2 && $0 != 0 })
    }
  }

  @Test func layersGoByNodesNamesAndOutputs() throws {
    let named = try Network(contentsOf: "\(fixtures)onnx/shapes.onnx")
    #expect(
      named.graph.layers.map(\.name) == ["x", "conv", "resize", "join", "top", "flat", "dense"])
    #expect(named.graph.outputs == ["resize", "join", "dense"])
    let unnamed = try Network(contentsOf: "\(fixtures)onnx/types.onnx")
    #expect(unnamed.graph.layers.map(\.name) == ["picture"] + (0..<8).map { "y\($0)" })
  }

  @Test func aMeanColourBlueFirstMeansBGR() throws {
    let network = try Network(contentsOf: "\(fixtures)onnx/experimental.onnx")
    #expect(network.preprocessing == Preprocessing(height: 6, width: 8, channelOrder: .bgr))
  }

  @Test(arguments: [
    ("refused_operation", "layer 'find' is of class NonZero (opset 13), which is not supported"),
    ("refused_opset", "its operations are of version 6, expected 7 or later"),
    ("refused_input", "layer 'conv': reads 'nothing', which is neither an input nor made before"),
    ("refused_setting", "layer 'pool' (LpPool): p is 3, expected 1, 2 or another even number"),
    ("refused_range", "layer 'y': is an output that no layer makes"),
    ("refused_backwards", "layer 'part' (Slice): indices is 1025 runs of neighbours along axis 3"),
    ("external_outside", "'w' lies in '../external.bin', expected a file in the model's folder"),
  ])
  func whatIsNotSupportedIsRefusedByName(name: String, message: String) {
    let error = #expect(throws: ModelFileError.self) {
      try Network(contentsOf: "\(fixtures)onnx/\(name).onnx")
    }
    let text = error.map { "\($0)" } ?? ""
    #expect(text.contains(message), "\(text)")
  }

  @Test func dataBesideAModelIsNotFollowedOutOfItsFolder() throws {
    let folder = "/tmp/fovea-onnx-\(getpid())"
    mkdir(folder, 0o700)
    defer { for name in ["/external.onnx", "/external.bin", ""] { remove(folder + name) } }
    symlink(fixtures + "onnx/external.onnx", folder + "/external.onnx")
    symlink(fixtures + "onnx/external.bin", folder + "/external.bin")
    let error = #expect(throws: ModelFileError.self) { try Network(contentsOf: folder + "/external.onnx") }
    #expect(error.map { "\($0)" }?.contains("leads out of the model's folder") == true)
  }
}

/// Published ONNX files; `Scripts/compare_onnx.py` compares every layer of them.
@Suite(.enabled(if: SharedData.isPresent)) struct RealOnnxFilesTests {
  private let folder = SharedData.path("models/onnx/")

  private func floats(_ name: String) throws -> [Float] {
    try MappedFile(folder + name).withBytes { bytes in
      (0..<bytes.count / 4).map {
        Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)))
      }
    }
  }

  @Test(arguments: [
    ("squeezenet_v1.1_fp32/squeezenet_v1.1_fp32.onnx", 1e-5 as Float),
    ("squeezenet_fp16/SqueezeNet_fp16.onnx", 5e-3),
  ])
  func squeezeNetGivesItsStoredOutput(path: String, tolerance: Float) throws {
    let network = try Network(contentsOf: folder + path)
    let planes = Tensor(try floats("squeezenet_v1.1_fp32/input_0.f32.bin"), shape: [1, 3, 224, 224])
    let x = planes.transposed([0, 2, 3, 1])
    let expected = Tensor(
      try floats("squeezenet_v1.1_fp32/expected_output_0.f32.bin"), shape: [1, 1, 1, 1000])
    let last = try #require(network.graph.outputs.first)
    let found = try network.compiled(for: x.shape, recording: [last]).run(x).layer(last)
    expectAgreement(found, expected, to: tolerance)
    #expect(network.preprocessing?.channelOrder == .bgr && network.preprocessing?.mean == [104, 117, 123])
  }

  @Test func openingLeavesTheWeightsInTheFile() throws {
    let file = try WeightFile(contentsOf: folder + "squeezenet_v1.1_fp32/squeezenet_v1.1_fp32.onnx")
    #expect(file.entries.reduce(0) { $0 + $1.parameters } == 1_235_496)
    #expect(file.entries.first { $0.name == "conv10_w_0" }?.shape == [1000, 512, 1, 1])
    #expect(file.framework == "onnx-caffe2, opset 7")
  }
}
