import TensorCore
import TestSupport
import Testing
import WeightFiles

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

private let folder = fixtures + "tfjs/"

@Suite struct TensorFlowJSTests {
  @Test func weightsOverShardsAndQuantisedOnesAreRead() throws {
    let file = try WeightFile(contentsOf: folder + "model.json")
    #expect(file.format == .tensorflowjs)
    #expect(file.entries.map(\.name) == ["conv/kernel", "conv/bias", "dense/kernel", "dense/bias"])
    let expected = try WeightFile(contentsOf: folder + "expected.npz")
    for entry in file.entries {
      expectAgreement(
        try file.tensor(named: entry.name), try expected.tensor(named: entry.name), to: 1e-6, entry.name)
    }
  }

  @Test(arguments: [
    ("outside.json", "outside of the folder"), ("absolute.json", "outside of the folder"),
    ("missing.json", "not beside the model"), ("short.json", "beyond the end of its shards"),
  ])
  func shardsThatAreNotThereOrElsewhereAreRefused(name: String, reason: String) {
    let error = #expect(throws: WeightFileError.self) { try WeightFile(contentsOf: folder + name) }
    #expect(error.map { "\($0)" }?.contains(reason) == true, "\(error.map { "\($0)" } ?? "")")
  }

  @Test func everyDamageToTheDescriptionEndsInAnErrorOrALoad() throws {
    let path = "/tmp/fovea-tfjs-\(getpid())"
    mkdir(path, 0o700)
    defer {
      for name in ["model.json", "shard1.bin", "shard2.bin"] { unlink(path + "/" + name) }
      rmdir(path)
    }
    func put(_ bytes: [UInt8], _ name: String) {
      let descriptor = open(path + "/" + name, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
      bytes.withUnsafeBytes { _ = write(descriptor, $0.baseAddress, $0.count) }
      close(descriptor)
    }
    for name in ["shard1.bin", "shard2.bin"] { put(try DamagedFilesTests.contents("tfjs/" + name), name) }
    let bytes = try DamagedFilesTests.contents("tfjs/model.json")
    let mutants = Damage.cuts(of: bytes) + Damage.flips(of: bytes) + Damage.numbers(in: bytes)
    for mutant in mutants {
      put(mutant, "model.json")
      DamagedFilesTests.load { try WeightFile(contentsOf: path + "/model.json") }
    }
  }
}
