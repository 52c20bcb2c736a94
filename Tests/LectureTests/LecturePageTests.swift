import Foundation
import Testing

/// The page of `make lecture`, written once, against what the lecture states.
@Suite struct LecturePageTests {
  @Test("the numbers are the lecture's")
  func numbers() throws {
    let page = try Page.written.get()
    for (exhibit, key, expected) in [
      ("worked", "answer", [12, 12, 17, 10, 17, 19, 9, 6, 14]),
      ("stride", "answer", [12, 17, 9, 14]),
      ("flipped", "convolved", [0, 1, 2, 2, 2, 0, 0, 1, 2]),
      ("flipped", "correlated", [2, 1, 0, 0, 2, 2, 2, 1, 0]),
      ("flipped", "difference", [0]),
      ("modes", "valid", [504, 504]), ("modes", "same", [512, 512]), ("modes", "full", [520, 520]),
      ("sobel", "inside", [0, 0]), ("sobel", "x", [-1020, 1020]), ("sobel", "y", [-1020, 1020]),
      ("pooling", "maximum", [5, 4, 4, 6]), ("pooling", "average", [2.75, 2.25, 1.25, 3]),
      ("pooling", "stride", [2, 4, 0, 2]),
      ("layer", "difference", [0]),
      ("parameters", "convolution-weights", [614_400]), ("parameters", "convolution-biases", [256]),
      ("parameters", "dense-weights", [224_885_760_000]), ("parameters", "dense-biases", [774_400]),
      ("gradient-layer", "parameters", [20]), ("gradient-layer", "weights", [3, 3, 1, 2]),
      ("gradient-layer", "output", [510, 510, 2]),
      ("colour-layer", "parameters", [976]), ("colour-layer", "output", [360, 479, 4]),
      ("predictions", "rows", [10]), ("vgg16", "parameters", [138_357_544]),
      ("vgg16", "weighted-layers", [16]),
      ("dropout", "factor", [2]), ("dropout", "test", [1, 1]),
    ] as [(String, String, [Double])] {
      #expect(try page(exhibit, key) == expected, "\(exhibit) \(key)")
    }
  }

  @Test("zero padding darkens the borders")
  func darkBorders() throws {
    let page = try Page.written.get()
    let edges = try ["valid", "same", "full"].map { try page("modes", "edge-\($0)")[0] }
    // Of nine rows the first output of same has five inside, the first of full one.
    #expect(abs(edges[1] / edges[0] - 5.0 / 9) < 0.02)
    #expect(abs(edges[2] / edges[0] - 1.0 / 9) < 0.02)
  }

  @Test(
    "the designed kernel answers nothing where the picture is constant and most at the upper right corner")
  func corner() throws {
    let page = try Page.written.get()
    #expect(try page("corner", "sum") == [0])
    let constant = try page("corner", "constant")
    #expect(constant[0] > 10_000 && constant[1] == 0)
    #expect(try page("corner", "corner") == [32, 111])
    #expect(try page("corner", "largest-count") == [1])
    #expect(try page("corner", "largest")[0] > page("corner", "next")[0])
  }

  @Test("every 3 is found, and nothing else")
  func digits() throws {
    let page = try Page.written.get()
    #expect(try page("digits", "found") == page("digits", "drawn"))
    #expect(try page("digits", "right") == page("digits", "drawn"))
  }

  @Test("what is trained here learns")
  func training() throws {
    let page = try Page.written.get()
    #expect(try page("regions", "one-layer")[0] > 0.9)
    #expect(try page("regions", "one-layer-ring")[0] < 0.75)
    #expect(try page("regions", "two-layers")[0] > 0.97)
    #expect(try page("regions", "three-layers")[0] > 0.97)
    let tuning = try page("regions", "tuning")
    #expect(abs(tuning[0] - tuning[1]) < 1)
    #expect(try page("weight-gradient", "batch")[0] < 1e-5)
    #expect(try page("batch-normalisation", "means-after").allSatisfy { abs($0) < 1e-3 })
    #expect(try page("batch-normalisation", "deviations-after").allSatisfy { abs($0 - 1) < 1e-3 })
    #expect(abs(try page("dropout", "dropped")[0] - 0.5) < 0.06)
    #expect(try page("transfer", "accuracy")[0] > 0.8)
    for kind in ["shifted", "turned", "scaled", "all"] {
      #expect(try page("augmentation", "differing-\(kind)") == [3])
    }
    // Sixty steps are few; the network of the samples has learned for longer.
    #expect(try page("autoencoder", "denoised")[0] > page("autoencoder", "noisy")[0])
    #expect(try page("autoencoder", "cifar10")[0] > page("autoencoder", "noisy")[0] + 6)
  }

  @Test("the page stands by itself: what it names is there, and nothing comes from elsewhere")
  func selfContained() throws {
    let page = try Page.written.get()
    let names = page.html.matches(of: /(?:src|href)="([^"#][^"]*)"/).map { String($0.1) }
    #expect(names.count > 60)
    for name in names {
      #expect(!name.contains(":"), "\(name) is elsewhere")
      let file = page.folder.appendingPathComponent(name).path
      #expect(FileManager.default.fileExists(atPath: file), "\(name) is not there")
    }
    for exhibit in page.exhibits.keys { #expect(page.html.contains("<section id=\"\(exhibit)\"")) }
    #expect(page.exhibits.count == 26)
  }

  @Test("a folder of other files is left alone")
  func otherFolder() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("fovea-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data("mine".utf8).write(to: folder.appendingPathComponent("notes.txt"))
    let run = try Page.run(into: folder)
    #expect(run.status != 0)
    #expect(run.errors.contains("holds other files"), "\(run.errors)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["notes.txt"])
  }
}

/// The page as it was written for these tests.
private struct Page {
  let folder: URL
  let html: String
  let exhibits: [String: [String: [Double]]]

  static let written = Result { try Page() }

  private init() throws {
    // The folder stays for all tests; the system clears it.
    folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "fovea-lecture-\(UUID().uuidString)")
    let run = try Page.run(into: folder)
    guard run.status == 0 else { throw Failure(message: run.errors) }
    html = try String(contentsOf: folder.appendingPathComponent("index.html"), encoding: .utf8)
    let listing = try JSONDecoder().decode(
      Listing.self, from: Data(contentsOf: folder.appendingPathComponent("lecture.json")))
    exhibits = Dictionary(uniqueKeysWithValues: listing.exhibits.map { ($0.id, $0.numbers) })
  }

  func callAsFunction(_ exhibit: String, _ key: String) throws -> [Double] {
    try #require(exhibits[exhibit]?[key], "\(exhibit) \(key) is not on the page")
  }

  /// Runs the real program in the project's folder.
  static func run(into folder: URL) throws -> (status: Int32, errors: String) {
    let process = Process()
    let errors = Pipe()
    process.executableURL = try built("fovea-lecture")
    process.arguments = [try built("fovea").path, "-o", folder.path, "--steps", "60"]
    process.currentDirectoryURL =
      URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../..").standardizedFileURL
    process.standardOutput = FileHandle.nullDevice
    process.standardError = errors
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let told = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, told)
  }

  /// A program beside the test bundle.
  private static func built(_ name: String) throws -> URL {
    let start = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    for argument in [start] + CommandLine.arguments {
      var folder = URL(fileURLWithPath: argument)
      while folder.path != "/" {
        folder.deleteLastPathComponent()
        let program = folder.appendingPathComponent(name)
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: program.path, isDirectory: &isFolder), !isFolder.boolValue {
          return program
        }
      }
    }
    throw Failure(message: "\(name) is not beside the tests")
  }

  private struct Listing: Decodable {
    struct Exhibit: Decodable {
      let id: String
      let numbers: [String: [Double]]
    }

    let exhibits: [Exhibit]
  }

  private struct Failure: Error, CustomStringConvertible {
    let message: String
    var description: String { message }
  }
}
