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
