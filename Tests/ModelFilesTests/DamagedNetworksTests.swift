import ModelFiles
import NeuralNetwork
import SystemPackage
import TensorCore
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Files that describe networks, damaged: the network is there, or an error says why not.
@Suite struct DamagedNetworksTests {
  private static let weightFiles = repositoryFolder + "/Tests/WeightFilesTests/Fixtures/"

  private func contents(_ name: String) throws -> [UInt8] {
    try MappedFile(Self.weightFiles + name).withBytes(Array.init)
  }

  private func load(_ open: () throws -> Network) {
    do { _ = try open() } catch { #expect("\(error)".count > 10) }
  }

  @Test(arguments: ["tiny.onnx", "tiny.caffemodel", "old.caffemodel", "v0.caffemodel"])
  func everyDamageEndsInAnErrorOrANetwork(name: String) throws {
    let bytes = try contents("damage/" + name)
    #expect(throws: Never.self) { try Network(contentsOf: Self.weightFiles + "damage/" + name) }
    let scratch = ScratchFile(name)
    defer { scratch.remove() }
    for mutant in Damage.cuts(of: bytes) + Damage.varints(of: bytes) + Damage.flips(of: bytes) {
      let path = scratch.holding(mutant)
      load { try Network(contentsOf: path) }
    }
  }

  @Test func everyDamageToADescriptionEndsInAnErrorOrANetwork() throws {
    let bytes = try contents("damage/tiny.prototxt")
    let scratch = ScratchFile("tiny.prototxt")
    defer { scratch.remove() }
    for mutant in Damage.cuts(of: bytes) + Damage.numbers(in: bytes) + Damage.flips(of: bytes) {
      let path = scratch.holding(mutant)
      load {
        try Network(prototxt: path, weights: FilePath(Self.weightFiles + "damage/tiny.caffemodel"))
      }
    }
  }

  /// A mean over an axis of a tensor whose shape the description leaves out.
  @Test func anAxisOfNoShapeIsRefused() throws {
    let path = ScratchFile("model.json")
    defer { path.remove() }
    func layer(_ kind: String, _ name: String, _ settings: String, _ inbound: String) -> String {
      #"{"class_name": "\#(kind)", "name": "\#(name)", "config": {"name": "\#(name)", \#(settings)}, "inbound_nodes": [\#(inbound)]}"#
    }
    let tensor = #"{"class_name": "__keras_tensor__", "config": {"shape": [], "keras_history": ["x", 0, 0]}}"#
    let layers = [
      layer("InputLayer", "x", #""batch_shape": [null, 5, 5, 1], "dtype": "float32""#, ""),
      layer("Mean", "mean", #""axis": [1]"#, #"{"args": [\#(tensor)], "kwargs": {}}"#),
    ].joined(separator: ", ")
    let network =
      #"{"class_name": "Functional", "config": {"layers": [\#(layers)], "input_layers": [["x", 0, 0]], "output_layers": [["mean", 0, 0]]}}"#
    let file =
      #"{"format": "layers-model", "modelTopology": {"model_config": \#(network)}, "weightsManifest": []}"#
    let written = path.holding(Array(file.utf8))
    let error = #expect(throws: ModelFileError.self) { try Network(contentsOf: written) }
    let text = error.map { "\($0)" } ?? ""
    #expect(text.contains("layer 'mean' (Mean): axis is [1], expected axes after the pictures'"), "\(text)")
  }

  /// Keras's description of layers, in the file of TensorFlow.js, which is all text.
  @Test func everyDamageToKerasLayersEndsInAnErrorOrANetwork() throws {
    let folder = "/tmp/fovea-layers-\(getpid())"
    mkdir(folder, 0o700)
    let names = ["shard1.bin", "shard2.bin", "model.json"]
    defer {
      for name in names { unlink(folder + "/" + name) }
      rmdir(folder)
    }
    func put(_ bytes: [UInt8], _ name: String) throws {
      let file = try FileDescriptor.open(
        FilePath(folder + "/" + name), .writeOnly, options: [.create, .truncate],
        permissions: .ownerReadWrite)
      try file.closeAfter { _ = try file.writeAll(bytes) }
    }
    for name in names { try put(contents("tfjs/" + name), name) }
    #expect(throws: Never.self) { try Network(contentsOf: folder + "/model.json") }
    let bytes = try contents("tfjs/model.json")
    for mutant in Damage.cuts(of: bytes) + Damage.numbers(in: bytes) + Damage.flips(of: bytes) {
      try put(mutant, "model.json")
      load { try Network(contentsOf: folder + "/model.json") }
    }
  }
}
