import TensorCore
import TestSupport
import Testing
import WeightFiles

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite struct NpzTests {
  @Test func whatNumpyWritesIsRead() throws {
    let grid = try Tensor(npy: fixtures + "layouts_grid.npy")
    let stored = try WeightFile(contentsOf: fixtures + "stored.npz")
    #expect(stored.format == .npz)
    #expect(Set(stored.entries.map(\.name)) == ["a", "block1/conv1", "fortran"])
    #expect(try stored.tensor(named: "a") == grid)
    #expect(try stored.tensor(named: "fortran") == grid)
    #expect(try stored.tensor(named: "block1/conv1").shape == [2, 5])
    let deflated = try WeightFile(contentsOf: fixtures + "deflated.npz")
    #expect(try deflated.tensor(named: "zeros") == Tensor(repeating: 0, shape: [100, 100]))
    #expect(try deflated.tensor(named: "a") == grid)
  }

  @Test func whatIsWrittenIsReadBackWholeOrNotThere() throws {
    let folder = "/tmp/fovea-npz-\(getpid())"
    mkdir(folder, 0o700)
    defer { rmdir(folder) }
    let path = folder + "/dump.npz"
    let tensors = [
      "conv1": Tensor([1, 2, 3], shape: [1, 1, 3]), "mixed/0/relu": Tensor([], shape: [0, 4]),
    ]
    do {
      var abandoned = try NpzWriter(path)
      try abandoned.add(Tensor([1], shape: [1]), named: "x")
    }
    #expect(rmdir(folder) == 0, "an abandoned archive leaves nothing")
    mkdir(folder, 0o700)
    var archive = try NpzWriter(path)
    for (name, tensor) in tensors { try archive.add(tensor, named: name) }
    #expect(throws: WeightFileError.duplicateName(file: path, name: "conv1")) {
      try archive.add(Tensor([1], shape: [1]), named: "conv1")
    }
    try archive.finish()
    let file = try WeightFile(contentsOf: path)
    for (name, tensor) in tensors { #expect(try file.tensor(named: name) == tensor) }
    unlink(path)
    #expect(rmdir(folder) == 0, "nothing but the archive is left")
  }

  @Test(arguments: [
    ("bomb.npz", "'x.npy' claims 4294967280 bytes"),
    ("damage/bomb.keras", "'config.json' claims 4294967280 bytes"),
  ])
  func anEntryThatClaimsTooMuchIsRefused(name: String, reason: String) throws {
    let error = #expect(throws: WeightFileError.self) { try WeightFile(contentsOf: fixtures + name) }
    #expect(error.map { "\($0)" }?.contains(reason) == true, "\(error.map { "\($0)" } ?? "")")
  }
}

@Suite struct SafetensorsTests {
  @Test func everyTypeBecomesFloats() throws {
    let file = try WeightFile(contentsOf: fixtures + "small.safetensors")
    let grid = try Tensor(npy: fixtures + "layouts_grid.npy")
    #expect(file.format == .safetensors && file.framework == "pt")
    #expect(file.entries.map(\.name) == ["a", "half", "brain", "bytes", "none"])
    #expect(try file.tensor(named: "a") == grid)
    expectAgreement(try file.tensor(named: "half"), grid, to: 1e-3)
    let rows = Tensor(Array(grid.scalars.prefix(10)), shape: [2, 5])
    expectAgreement(try file.tensor(named: "brain"), rows, to: 1e-2)
    #expect(try file.tensor(named: "bytes").scalars == [1, 2, 255])
  }
}
