import TensorCore
import TestSupport
import Testing
import WeightFiles

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

private let folder = fixtures + "torch/"

@Suite struct PyTorchTests {
  @Test(arguments: ["views.pth", "views_legacy.pth", "views_protocol4.pth"])
  func everyTypeAndViewIsRead(name: String) throws {
    let expected = try WeightFile(contentsOf: folder + "views.npz")
    let file = try WeightFile(contentsOf: folder + name)
    #expect(file.format == .pytorch)
    #expect(file.entries.first?.name == "plain")
    #expect(Set(file.entries.map(\.name)) == Set(expected.entries.map(\.name)))
    for entry in file.entries {
      #expect(try file.tensor(named: entry.name) == expected.tensor(named: entry.name), "\(entry.name)")
    }
  }

  @Test func theTensorsOfTheNetworkComeFirstWithoutTheKeyThatLeadsToThem() throws {
    let file = try WeightFile(contentsOf: folder + "checkpoint.pth")
    let names = file.entries.map(\.name)
    #expect(
      names.prefix(3) == ["module.0.weight", "module.0.bias", "module.1.weight"], "\(names.prefix(3))")
    #expect(names.contains("optimizer.state.0.exp_avg"))
    let nested = try WeightFile(contentsOf: folder + "nested_legacy.pth")
    #expect(nested.entries.first?.name == "module.0.weight")
  }

  @Test(arguments: ["hostile.pth", "hostile_legacy.pth", "hostile_protocol4.pth", "hostile.npy"])
  func whatIsNoTensorIsRefusedByNameAndNotRun(name: String) {
    let error = #expect(throws: WeightFileError.self) { try WeightFile(contentsOf: folder + name) }
    #expect("\(error.map { "\($0)" } ?? "")".contains("posix.system"))
    #expect(access("/tmp/fovea-was-hacked", F_OK) != 0)
  }

  @Test func aWholeModelIsRefusedWithAdvice() {
    let error = #expect(throws: WeightFileError.self) {
      try WeightFile(contentsOf: folder + "whole_module.pth")
    }
    let text = error.map { "\($0)" } ?? ""
    #expect(text.contains("torch.nn.modules.linear.Linear") && text.contains("state_dict()"), "\(text)")
  }

  @Test(arguments: [
    ("storage_too_short.pth", "its storage has 16"), ("beyond_storage.pth", "reaches beyond its storage"),
    ("overflowing.pth", "none"), ("overflowing_strides.pth", "reaches beyond"),
    ("repeated_bomb.pth", "repeats the 4 numbers"), ("laughing.pth", "nested too deep"),
    ("recursive.pth", "nested too deep"), ("zip_bomb.pth", "far too long"),
    ("float8.safetensors", "F8_E4M3"),
  ])
  func whatAsksForTooMuchIsRefused(name: String, reason: String) {
    let error = #expect(throws: WeightFileError.self) { try WeightFile(contentsOf: folder + name) }
    #expect(error.map { "\($0)" }?.contains(reason) == true, "\(error.map { "\($0)" } ?? "")")
  }

  @Test func safetensorsOfOtherTypesAreRead() throws {
    let expected = try WeightFile(contentsOf: folder + "views.npz")
    let file = try WeightFile(contentsOf: folder + "types.safetensors")
    for name in ["double", "half", "brain"] {
      #expect(try file.tensor(named: name) == expected.tensor(named: name), "\(name)")
    }
  }

  @Test(arguments: ["layers.npy", "layers_protocol2.npy"])
  func aDictionaryOfArraysIsRead(name: String) throws {
    let file = try WeightFile(contentsOf: folder + name)
    #expect(file.entries.map(\.name) == ["conv1/weights", "conv1/biases", "fc6/weights", "fc6/biases"])
    #expect(
      try file.tensor(named: "conv1/weights") == Tensor((0..<24).map { Float($0) }, shape: [2, 2, 2, 3]))
    #expect(try file.tensor(named: "fc6/weights") == Tensor([0, 1, 2, 3, 4, 5], shape: [2, 3]))
    #expect(try file.tensor(named: "fc6/biases") == Tensor([0, 0, 0], shape: [3]))
  }

  @Test(arguments: ["plain", "double"])
  func alignedNumbersStayInTheFile(name: String) throws {
    let file = try WeightFile(contentsOf: folder + "views.pth")
    let tensor = try file.tensor(named: name)
    #expect((tensor.storage.lender is MappedFile) == (name == "plain"))
  }
}

@Suite(.enabled(if: SharedData.isPresent)) struct RealPyTorchFilesTests {
  @Test(arguments: [
    ("torch/cifar10_resnet20/resnet20-12fca82f.th", "module.conv1.weight", 97),
    ("torch/vgg19_16x_encoders/e3_base.pth", "conv0.weight", 18),
    ("onnx/cifar10_pytorch_tutorial/myFirstModel.pth", "conv1.weight", 30),
    ("onnx/ultraface_slim_320/version-slim-320.pth", "base_net.0.0.weight", 184),
  ])
  func publishedCheckpointsAreRead(path: String, first: String, count: Int) throws {
    let file = try WeightFile(contentsOf: SharedData.path("models/" + path))
    #expect(file.entries.first?.name == first)
    #expect(file.entries.count == count)
    for entry in file.entries {
      let tensor = try file.tensor(named: entry.name)
      #expect(tensor.withUnsafeScalars { $0.allSatisfy(\.isFinite) }, "\(entry.name)")
    }
  }
}
