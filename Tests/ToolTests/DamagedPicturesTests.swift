import Foundation
import TensorCore
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Damaged pictures in a folder, given to the real program: each ends as it should, and none ends the others.
@Suite("Folders of damaged pictures", .enabled(if: SharedData.isPresent)) struct DamagedPicturesTests {
  let pictures: Pictures
  init() throws { pictures = try Pictures() }

  /// What the program says about one input.
  private struct Ending: Decodable {
    struct Problem: Decodable {
      let kind: String
      let message: String
    }
    let input: String
    let outputs: [String]
    let error: Problem?
  }

  /// Filters a folder into `output`; what became of each input, by its path below the folder.
  ///
  /// Every problem is one line, every output that is named is there, and nothing else is.
  private func filter(_ folder: String, into output: String, _ options: [String]) throws -> [String: Ending] {
    let result = Tool.finish(
      try Tool.start(
        ["filter", "box", "--size", "1", folder, "-o", output, "--json"] + options, in: pictures.folder))
    #expect(result.status == 0 || result.status == 1, "\(result.status): \(result.errors.suffix(300))")
    let top = URL(fileURLWithPath: folder, relativeTo: pictures.folder).lastPathComponent + "/"
    var endings: [String: Ending] = [:]
    for line in result.lines {
      let ending = try JSONDecoder().decode(Ending.self, from: Data(line.utf8))
      guard let start = ending.input.range(of: top, options: .backwards, range: nil) else {
        Issue.record("\(ending.input) is not in \(folder)")
        continue
      }
      endings[String(ending.input[start.upperBound...])] = ending
      if let problem = ending.error {
        #expect(!problem.message.contains("\n") && problem.message.count < 400, "\(problem.message)")
      }
    }
    let outputs = endings.values.flatMap(\.outputs).map { $0.dropFirst(output.count + 1) }
    #expect(Set(pictures.tree(output)) == Set(outputs.map(String.init)))
    return endings
  }

  /// A row of the table: a file, `ok` or the kind of error it ends in, and why that is not what Pillow makes of it.
  private struct Expectation {
    let file: String
    let kind: String
    let reason: String
  }

  private func rows(of file: String) throws -> [Expectation] {
    let text = try String(contentsOfFile: file, encoding: .utf8)
    return text.split(whereSeparator: \.isNewline).dropFirst().map { line in
      let cells = line.split(separator: ",", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
      return Expectation(file: cells[0], kind: cells[1], reason: cells.count > 2 ? cells[2] : "")
    }
  }

  @Test(
    "every damaged or odd file of the data ends as the table says", arguments: ["--no-isolate", "--isolate"])
  func everyFileEndsAsExpected(_ isolation: String) throws {
    let folder = SharedData.path("images/malformed")
    let expected = try rows(of: repositoryFolder + "/Tests/ToolTests/Fixtures/malformed.csv")
    #expect(expected.count == 152)
    // The limit that Pillow's results were made with.
    let endings = try filter(folder, into: "out", [isolation, "--max-pixels", "100000000"])
    #expect(Set(endings.keys) == Set(expected.map(\.file)))
    for row in expected {
      let kind = endings[row.file].map { $0.error?.kind ?? "ok" }
      #expect(kind == row.kind, "\(row.file): \(endings[row.file]?.error?.message ?? "")")
    }
    guard isolation == "--no-isolate" else { return }
    let pillow = try rows(of: folder + "/PILLOW_STATUS.csv")
    let opened = Dictionary(uniqueKeysWithValues: pillow.map { ($0.file, $0.kind.hasPrefix("ok")) })
    #expect(opened.count == expected.count)
    for row in expected {
      let differs = opened[row.file] != (row.kind == "ok")
      #expect(differs == !row.reason.isEmpty, "\(row.file): a reason for each difference, and only for those")
    }
  }

  /// How many damaged pictures are made: `make fuzz` asks for more by `FOVEA_MUTATIONS`.
  private static let mutations =
    ProcessInfo.processInfo.environment["FOVEA_MUTATIONS"].flatMap(Int.init) ?? 200

  /// A picture's bytes with some changed, its end cut off, or a part of it there twice.
  private static func mutant(of bytes: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
    var mutant = bytes
    switch Int.random(in: 0..<4, using: &generator) {
    case 0:
      mutant.removeLast(Int.random(in: 1...bytes.count, using: &generator))
    case 1:
      let start = Int.random(in: 0..<bytes.count, using: &generator)
      let end = min(bytes.count, start + Int.random(in: 1...1024, using: &generator))
      mutant.insert(contentsOf: bytes[start..<end], at: end)
    case 2:
      // What says sizes and types stands in front.
      let place = Int.random(in: 0..<min(128, bytes.count), using: &generator)
      mutant[place] = [0, 0x7F, 0x80, 0xFF].randomElement(using: &generator) ?? 0
    default:
      for _ in 0..<Int.random(in: 1...8, using: &generator) {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        mutant[place] ^= UInt8.random(in: 1...255, using: &generator)
      }
    }
    return mutant
  }

  @Test("pictures with bytes changed, cut off or repeated crash nothing")
  func mutations() throws {
    let folder = SharedData.path("images/malformed")
    var generator = SeededGenerator(seed: 2026)
    var number = 0
    let files = try rows(of: repositoryFolder + "/Tests/ToolTests/Fixtures/malformed.csv")
    let sources = try files.map(\.file).filter { !$0.hasSuffix(".bmp") }
      .map { ($0, Array(try Data(contentsOf: URL(fileURLWithPath: folder + "/" + $0)))) }
      .filter { $0.1.count <= 40_000 && !$0.1.isEmpty }
    try #require(sources.count > 100)
    while number < Self.mutations {
      let (name, bytes) = sources[number % sources.count]
      let suffix = name.split(separator: "/").last?.split(separator: ".").last ?? "png"
      try pictures.write(
        "in/\(number)-\(suffix).png", Data(Self.mutant(of: bytes, &generator)))
      number += 1
    }
    // In the program itself: a decoder that crashed would end it.
    let endings = try filter("in", into: "out", ["--no-isolate", "--max-pixels", "1000000"])
    #expect(endings.count == Self.mutations)
    let sound = endings.values.count { $0.error == nil }
    #expect(sound > Self.mutations / 20 && sound < Self.mutations, "\(sound) were read")
    // Where it does, workers are lost and pictures told from one another.
    let apart = try filter("in", into: "apart", ["--isolate", "--max-pixels", "1000000"])
    for (name, ending) in endings {
      #expect(apart[name]?.error?.kind == ending.error?.kind, "\(name): \(ending.error?.message ?? "")")
    }
    #expect(!apart.values.contains { $0.error?.message.contains("crashed") == true })
  }
}
