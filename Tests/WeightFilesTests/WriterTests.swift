import Foundation
import SystemPackage
import TensorCore
import Testing
import WeightFiles

/// What is written reads back; `Scripts/check_dumps.py` reads the same files with numpy, h5py, safetensors and pandas.
@Suite struct WriterTests {
  private let folder = FileManager.default.temporaryDirectory.path
  private let values = Tensor([0, -1.5, .infinity, 3.25e-20, 7, 8], shape: [1, 1, 2, 3])

  private func path(_ name: String) -> FilePath {
    FilePath("\(folder)/fovea-writer-\(UUID().uuidString)-\(name)")
  }

  private func remove(_ path: FilePath) { try? FileManager.default.removeItem(atPath: path.string) }

  @Test func safetensorsReadBackWithTheirMetadata() throws {
    let path = path("a.safetensors")
    defer { remove(path) }
    var writer = try SafetensorsWriter(path, metadata: ["model": "a \"b\"\n"])
    try writer.add(values, named: "block/conv")
    try writer.add(Tensor([1, 2], shape: [1, 2]), named: "dense")
    try writer.finish()
    let file = try WeightFile(contentsOf: path)
    #expect(try file.tensor(named: "block/conv").scalars == values.scalars)
    #expect(try file.tensor(named: "dense").shape == [1, 2])
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path.string))
    #expect(bytes[0] % 8 == 0)
    let length = Int(bytes[0]) + Int(bytes[1]) << 8
    let header = try #require(
      JSONSerialization.jsonObject(with: bytes[8..<8 + length]) as? [String: [String: Any]])
    #expect(header["__metadata__"]?["model"] as? String == "a \"b\"\n")
  }

  @Test func hdf5ReadsBackAndIsTheSameEveryTime() throws {
    let paths = [path("a.h5"), path("b.h5")]
    defer { for path in paths { remove(path) } }
    for path in paths {
      var writer = try HDF5ArrayWriter(path, attributes: ["model": "tiny", "layout": "NHWC"])
      try writer.add(values, named: "block/conv")
      try writer.add(Tensor([1, 2], shape: [1, 2]), named: "dense")
      try writer.finish()
    }
    #expect(
      try Data(contentsOf: URL(fileURLWithPath: paths[0].string))
        == Data(contentsOf: URL(fileURLWithPath: paths[1].string)))
    let file = try WeightFile(contentsOf: paths[0], isolation: .inProcess)
    #expect(try file.tensor(named: "block/conv").scalars == values.scalars)
    #expect(try file.tensor(named: "block/conv").shape == values.shape)
  }

  @Test func csvHasARowAValue() throws {
    let path = path("a.csv")
    defer { remove(path) }
    try values.write(csv: path)
    let text = try String(contentsOfFile: path.string, encoding: .utf8)
    #expect(
      text
        == "n,h,w,c,value\n0,0,0,0,0.0\n0,0,0,1,-1.5\n0,0,0,2,inf\n0,0,1,0,3.25e-20\n0,0,1,1,7.0\n0,0,1,2,8.0\n"
    )
    #expect(throws: WeightFileError.self) { try Tensor([1], shape: [1]).write(csv: path) }
  }

  @Test func namesComeOnceAndNothingUnfinishedStays() throws {
    let path = path("c.h5")
    do {
      var writer = try HDF5ArrayWriter(path)
      try writer.add(values, named: "a")
      #expect(throws: WeightFileError.self) { try writer.add(values, named: "a") }
      // A dataset cannot be a group as well.
      #expect(throws: WeightFileError.self) { try writer.add(values, named: "a/b") }
    }
    #expect(!FileManager.default.fileExists(atPath: path.string))
    #expect(throws: WeightFileError.self) {
      _ = try SafetensorsWriter("/no/such/folder/a.safetensors").finish()
    }
    #expect(throws: WeightFileError.self) { _ = try HDF5ArrayWriter("/no/such/folder/a.h5") }
  }
}
