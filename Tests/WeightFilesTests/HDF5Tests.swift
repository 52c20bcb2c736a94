import Isolation
import SystemPackage
import TensorCore
import TestSupport
import Testing
import WeightFiles

/// Both ways to read a structure.
let isolations: [Isolation] = [.inProcess, .worker(executable: workerExecutable)]

let fixtures = repositoryFolder + "/Tests/WeightFilesTests/Fixtures/"

@Suite struct HDF5Tests {
  @Test(
    arguments: [
      "contiguous", "big_endian", "double", "chunked", "deflated", "shuffled", "compact",
    ], isolations)
  func everyLayoutHoldsTheSameNumbers(name: String, isolation: Isolation) throws {
    let file = try WeightFile(contentsOf: fixtures + "layouts.h5", isolation: isolation)
    #expect(try file.tensor(named: name) == Tensor(npy: fixtures + "layouts_grid.npy"))
  }

  @Test func everyTypeBecomesFloats() throws {
    let file = try WeightFile(contentsOf: fixtures + "layouts.h5")
    let grid = try Tensor(npy: fixtures + "layouts_grid.npy")
    expectAgreement(try file.tensor(named: "half"), grid, to: 1e-3)
    #expect(try file.tensor(named: "bytes").scalars == (0..<35).map(Float.init))
    #expect(try file.tensor(named: "words").scalars == (-17..<18).map(Float.init))
    #expect(try file.tensor(named: "truth").scalars == grid.scalars.map { $0 > 0 ? 1 : 0 })
    #expect(try file.tensor(named: "scalar") == Tensor([2.5], shape: []))
    #expect(try file.tensor(named: "unwritten") == Tensor(repeating: 1.5, shape: [3, 2]))
    #expect(try file.tensor(named: "group/nested/deep").shape == [2, 5])
  }

  @Test(arguments: isolations)
  func namesShapesAndTypesComeWithoutTheNumbers(isolation: Isolation) throws {
    let file = try WeightFile(contentsOf: fixtures + "layouts.h5", isolation: isolation)
    #expect(file.format == .hdf5)
    #expect(file.framework == nil)
    #expect(file.entries.count == 14)
    let half = try #require(file.entries.first { $0.name == "half" })
    #expect(half.shape == [7, 5] && half.type == .float16 && half.parameters == 35)
    #expect(file.metadata["title"] == "layouts")
    #expect(file.metadata["fixed"] == "fixed length")
  }

  @Test(arguments: [
    ("external_link.h5", "'elsewhere' is an external link"), ("soft_link.h5", "'there' is a soft link"),
    ("external_data.h5", "'x' keeps its numbers in another file"),
    ("virtual.h5", "'x' cannot be opened: damaged, or made of other files"),
    ("circle.h5", "deep"), ("bomb.h5", "'x' claims 4398046511104 bytes"),
  ])
  func whatAWeightFileHasNoUseForIsRefusedByName(name: String, reason: String) {
    for isolation in isolations {
      let error = #expect(throws: WeightFileError.self) {
        try WeightFile(contentsOf: fixtures + name, isolation: isolation)
      }
      #expect(error.map { "\($0)" }?.contains(reason) == true, "\(error.map { "\($0)" } ?? "none")")
      #expect(error.map { "\($0)" }?.hasPrefix(fixtures + name) == true)
    }
  }

  @Test func aNameThatIsNotThereBringsTheNearest() throws {
    let file = try WeightFile(contentsOf: fixtures + "layouts.h5")
    let error = #expect(throws: WeightFileError.self) { try file.tensor(named: "chunkd") }
    #expect(error.map { "\($0)" }?.contains("the nearest are 'chunked'") == true)
    #expect(throws: WeightFileError.notNumbers(file: fixtures + "layouts.h5", name: "text", found: "text")) {
      try file.tensor(named: "text")
    }
  }

  @Test func aProgramThatIsNoWorkerIsAnError() {
    for program: FilePath in ["/bin/true", "/no/such/program"] {
      let error = #expect(throws: WeightFileError.self) {
        try WeightFile(contentsOf: fixtures + "layouts.h5", isolation: .worker(executable: program))
      }
      #expect(error.map { "\($0)" }?.contains("worker") == true)
    }
  }

  @Test(.enabled(if: SharedData.isPresent), arguments: isolations)
  func aRealKerasFileIsListed(isolation: Isolation) throws {
    let path = SharedData.path("models/keras/mobilenet_0.25_224_notop/mobilenet_2_5_224_tf_no_top.h5")
    let file = try WeightFile(contentsOf: path, isolation: isolation)
    #expect(file.framework == "keras 2.0.4 (tensorflow)")
    #expect(file.entries.count == 135)
    #expect(try file.tensor(named: "conv1/conv1/kernel:0").shape == [3, 3, 3, 8])
  }
}
