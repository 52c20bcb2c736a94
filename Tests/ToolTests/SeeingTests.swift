import Foundation
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Statistics, patches, comparisons and class maps from the command line, on the small networks of the samples.
@Suite struct SeeingTests {
  let pictures: Pictures
  private let model: String

  init() throws {
    pictures = try Pictures()
    for (name, shift) in [("a.npy", 0), ("b.npy", 3), ("c.npy", 5)] {
      try pictures.npy("in/" + name, height: 512, width: 512) { Float(($0 * 7 + $1 * 5 + shift) % 11) * 20 }
    }
    model = repositoryFolder + "/Samples/networks/sobel.h5"
  }

  private func fovea(_ arguments: String...) throws -> Tool.Result {
    Tool.finish(try Tool.start(arguments, in: pictures.folder))
  }

  @Test func statisticsAreTheSameHoweverManyJobs() throws {
    for jobs in ["1", "3"] {
      let result = try fovea("statistics", model, "in", "--jobs", jobs, "-o", "s" + jobs)
      #expect(result.status == 0, "\(result.errors)")
      #expect(result.lines.count == 4)
    }
    for name in ["statistics-layers.csv", "statistics-channels.csv", "statistics.svg", "statistics.png"] {
      let files = try ["s1", "s3"].map {
        try Data(contentsOf: pictures.folder.appendingPathComponent("\($0)/\(name)"))
      }
      #expect(files[0] == files[1] && !files[0].isEmpty, "\(name)")
    }
    let planned = try fovea("statistics", model, "in", "-o", "s5", "--dry-run", "--json")
    #expect(planned.lines.count == 3 && planned.lines.allSatisfy { $0.hasPrefix("{") }, "\(planned.output)")
    let outputs = try planned.lines.map { line in
      (try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])?["outputs"] as? [String]
    }
    #expect(
      outputs.allSatisfy { $0?.count == 4 && $0?.contains("s5/statistics.png") == true }, "\(planned.output)")
    #expect(try fovea("statistics", model, "in", "-o", "s1").status == 1)
    #expect(try fovea("statistics", model, "in", "-o", "s4", "--resume").status == 64)
    #expect(pictures.tree("s4").isEmpty)
  }

  @Test func oneBadPictureDoesNotStopStatistics() throws {
    try pictures.write("in/bad.png", Data("no picture".utf8))
    let result = try fovea("statistics", model, "in", "-o", "s")
    #expect(result.status == 1 && result.errors.contains("bad.png"))
    let table = try String(
      contentsOf: pictures.folder.appendingPathComponent("s/statistics-layers.csv"), encoding: .utf8)
    #expect(table.contains(",3,"))
  }

  /// In JSON an input that is done lists the files made of all of them, and one that failed none.
  @Test(arguments: ["statistics", "patches"]) func filesOfAFolderAreToldWithEveryInput(_ command: String)
    throws
  {
    try pictures.write("in/bad.png", Data("no picture".utf8))
    let result = try fovea(command, model, "in", "--layers", "conv", "-o", "s", "--json")
    #expect(result.status == 1 && result.lines.count == 4)
    for line in result.lines {
      let object = try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      let outputs = try #require(object["outputs"] as? [String])
      let isDone = object["status"] as? String == "done"
      #expect(isDone == (object["input"] as? String != "in/bad.png"))
      #expect(Set(outputs) == (isDone ? Set(pictures.tree("s").map { "s/" + $0 }) : []))
    }
  }

  @Test func patchesAreFoundAndListed() throws {
    let result = try fovea("patches", model, "in", "--layers", "conv", "--top", "2", "-o", "p")
    #expect(result.status == 0, "\(result.errors)")
    let names = pictures.tree("p")
    #expect(names.count == 2 && names.contains("patches.csv"))
    let table = try String(
      contentsOf: pictures.folder.appendingPathComponent("p/patches.csv"), encoding: .utf8)
    #expect(table.hasPrefix("layer,channel,rank,value,input,row,column,left,top,width,height\n"))
    #expect(table.split(separator: "\n").count > 2)
  }

  /// The search is put on disk after the first picture and every few seconds from then on.
  @Test func aKilledSearchIsTakenUpAndFindsTheSame() throws {
    for number in 0..<60 {
      try FileManager.default.linkItem(
        at: pictures.folder.appendingPathComponent("in/\(["a", "b", "c"][number % 3]).npy"),
        to: pictures.folder.appendingPathComponent("in/\(number).npy"))
    }
    let arguments = ["patches", model, "in", "--layers", "conv", "--top", "2", "--jobs", "1", "-o"]
    #expect(Tool.finish(try Tool.start(arguments + ["whole"], in: pictures.folder)).status == 0)

    let part = try Tool.start(arguments + ["part"], in: pictures.folder)
    let state = pictures.folder.appendingPathComponent("part/.fovea-patches").path
    let deadline = Date().addingTimeInterval(30)
    while !FileManager.default.fileExists(atPath: state), Date() < deadline { usleep(500) }
    kill(part.0.processIdentifier, SIGKILL)
    #expect(Tool.finish(part).status == SIGKILL)
    #expect(FileManager.default.fileExists(atPath: state))

    let resumed = Tool.finish(try Tool.start(arguments + ["part", "--resume"], in: pictures.folder))
    #expect(resumed.status == 0 && resumed.errors.contains("taken up after"), "\(resumed.errors)")
    let names = pictures.tree("whole")
    #expect(pictures.tree("part") == names && names.count == 2)
    for name in names {
      let files = try ["whole", "part"].map {
        try Data(contentsOf: pictures.folder.appendingPathComponent("\($0)/\(name)"))
      }
      #expect(files[0] == files[1], "\(name)")
    }
  }

  @Test(.enabled(if: SharedData.isPresent)) func aNetworkWithoutConvolutionsIsShownToo() throws {
    let digits = SharedData.path("models/keras/mnist_keras_v3/mnist.keras")
    try pictures.npy("digit.npy", height: 28, width: 28) { $0 == 14 || $1 == 14 ? 1 : 0 }
    let result = try fovea("activations", digits, "digit.npy", "-o", "d")
    #expect(result.status == 0, "\(result.errors)")
    #expect(
      pictures.tree("d") == ["digit/001_flatten.png", "digit/002_dense.png", "digit/003_dense_1.png"])
    let kernels = try fovea("filters", digits, "-o", "f")
    #expect(kernels.status == 64 && kernels.errors.contains("the network has no convolution"))
    #expect(try fovea("filters", digits, "--layer", "dense", "-o", "f").status == 0)
  }

  /// The container's own metadata say the shapes of the layers too.
  @Test func dumpsTellShapesAndPreprocessing() throws {
    let result = try fovea(
      "activations", model, "in/a.npy", "--no-sheets", "--dump", "safetensors", "-o", "d")
    #expect(result.status == 0, "\(result.errors)")
    let file = try Data(contentsOf: pictures.folder.appendingPathComponent("d/a.safetensors"))
    let length = file.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    let header = try #require(
      JSONSerialization.jsonObject(with: file.dropFirst(8).prefix(length)) as? [String: Any])
    let metadata = try #require(header["__metadata__"] as? [String: String])
    #expect(metadata["preprocessing"] == "none: an array" && metadata["layout"] == "NHWC")
    let shapes = try #require(
      JSONSerialization.jsonObject(with: Data((metadata["shapes"] ?? "").utf8)) as? [String: [Int]])
    for (name, entry) in header where name != "__metadata__" {
      #expect(shapes[name] == (entry as? [String: Any])?["shape"] as? [Int] && shapes[name] != nil)
    }
    #expect(shapes.count == header.count - 1)
  }

  @Test func twoPicturesAreCompared() throws {
    let result = try fovea("compare", model, "in/a.npy", "in/b.npy", "-o", "c")
    #expect(result.status == 0, "\(result.errors)")
    #expect(pictures.tree("c").contains("a_b/comparison.csv"))
    #expect(try fovea("compare", model, "in/a.npy", "-o", "c").status == 64)
    let planned = try fovea("compare", model, "in/a.npy", "in/b.npy", "-o", "p", "--dry-run")
    #expect(planned.status == 0 && planned.output.contains("a_b/comparison.csv"), "\(planned.errors)")
    #expect(pictures.tree("p").isEmpty)
    let again = try fovea("compare", model, "in/a.npy", "in/b.npy", "-o", "c")
    #expect(again.status == 1 && again.errors.contains("is already there"), "\(again.errors)")
    let json = try fovea("compare", model, "in/a.npy", "in/b.npy", "-o", "c", "--overwrite", "--json")
    #expect(json.status == 0 && json.output.split(separator: "\n").count == 1, "\(json.errors)")
    for part in ["\"status\":\"done\"", "\"layers\":[{", "\"max_abs_difference\":"] {
      #expect(json.output.contains(part), "\(part) in \(json.output.prefix(400))")
    }
    let missing = try fovea("compare", model, "in/a.npy", "in/none.npy", "-o", "m")
    #expect(missing.status == 1 && missing.errors.contains("none.npy"), "\(missing.errors)")
    #expect(try fovea("compare", model, "in", "in/b.npy", "-o", "m").status == 64)
    let networks = try fovea("compare", model, "--with", model, "in/a.npy", "-o", "n", "--quiet")
    #expect(networks.status == 0 && networks.output.isEmpty, "\(networks.errors)")
  }

  @Test func aNetworkWithoutClassMapsSaysWhy() throws {
    let result = try fovea("cam", model, "in/a.npy", "-o", "m")
    #expect(result.status == 1 && result.errors.contains("class activation maps need a network that ends in"))
    #expect(pictures.tree("m").isEmpty)
  }
}
