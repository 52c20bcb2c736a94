import Foundation
import Fovea
import SystemPackage

/// Where the exhibits are made: the program, the folder of the page, and the files in it.
///
/// ```swift
/// let soft = try workplace.fovea("filter", "box", "--size", "9x9", "Samples/still-life.png", "-o", workplace.path("soft.png"))
/// soft.typed        // fovea filter box --size 9x9 Samples/still-life.png -o Output/lecture/files/soft.png
/// ```
struct Workplace {
  let tool: URL
  /// The page's folder as it was given, so that commands can be typed again.
  let folder: String

  /// An empty folder `files` for what the exhibits write; a page of before is replaced.
  ///
  /// Throws ``LectureError`` where the program is missing and where the folder holds anything else.
  init(tool: String, folder: String) throws {
    let files = FileManager.default
    guard files.isExecutableFile(atPath: tool) else { throw LectureError.noTool(path: tool) }
    guard files.fileExists(atPath: "Samples/still-life.png") else {
      throw LectureError.noSamples(folder: files.currentDirectoryPath)
    }
    self.tool = URL(fileURLWithPath: tool)
    self.folder = folder
    let present = (try? files.contentsOfDirectory(atPath: folder)) ?? []
    guard present.isEmpty || present.contains(Workplace.mark) else {
      throw LectureError.notOurs(folder: folder)
    }
    if present.contains("files") { try files.removeItem(atPath: folder + "/files") }
    try files.createDirectory(atPath: folder + "/files", withIntermediateDirectories: true)
    // At once, so that a run that ends early leaves a folder that the next one takes again.
    try Data("{}\n".utf8).write(to: URL(fileURLWithPath: "\(folder)/\(Workplace.mark)"))
  }

  /// The file that marks a folder as the lecture's.
  static let mark = "lecture.json"

  /// A file of the page, as commands name it.
  func path(_ name: String) -> String { "\(folder)/files/\(name)" }

  /// How the page refers to it.
  func reference(_ name: String) -> String { "files/\(name)" }

  /// Runs `fovea` and keeps what was typed and what it printed; throws ``LectureError`` where it fails.
  @discardableResult
  func fovea(_ arguments: String...) throws -> FoveaRun { try fovea(arguments) }

  @discardableResult
  func fovea(_ arguments: [String]) throws -> FoveaRun {
    let process = Process()
    let (output, errors) = (Pipe(), Pipe())
    process.executableURL = tool
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    let printed = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    let message = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    let typed = FoveaRun.typed(arguments)
    guard process.terminationStatus == 0 else {
      throw LectureError.commandFailed(typed: typed, status: process.terminationStatus, message: message)
    }
    return FoveaRun(typed: typed, printed: printed)
  }

  /// Whether this `fovea` has a command of that name.
  func has(command: String) -> Bool { (try? fovea([command, "--help"])) != nil }

  /// Writes an array for commands to read.
  func write(_ tensor: Tensor, _ name: String) throws -> String {
    try tensor.write(npy: path(name))
    return path(name)
  }

  func array(_ name: String) throws -> Tensor { try Tensor(npy: path(name)) }

  /// Writes a network for commands to open.
  func write(_ network: Network, _ name: String) throws -> String {
    try network.write(to: FilePath(path(name)), as: .h5)
    return path(name)
  }

  /// What a network's layers make of an input, by `fovea activations --dump npz`; layers as they are named.
  func activations(of network: String, _ input: String, to name: String) throws -> (FoveaRun, WeightFile) {
    let run = try fovea(
      "activations", network, input, "--layers", "all", "--no-sheets", "--dump", "npz", "-o", path(name))
    let stem = URL(fileURLWithPath: input).deletingPathExtension().lastPathComponent
    return (run, try WeightFile(contentsOf: "\(path(name))/\(stem).npz"))
  }

  /// A file of this program's sources, to be shown beside what it computed.
  func source(_ name: String) throws -> String {
    try String(contentsOfFile: "Sources/fovea-lecture/" + name, encoding: .utf8)
  }

  /// Copies a sample beside the page, which then needs nothing else.
  func copy(_ sample: String, to name: String) throws {
    try FileManager.default.copyItem(atPath: sample, toPath: path(name))
  }

  /// The values `[H, W, C]`, 0...255, of a picture that was written.
  func pixels(_ name: String) throws -> Tensor { try Image(contentsOf: path(name)).tensor() }
}

/// One run of `fovea`: what was typed, and what it said on standard output.
struct FoveaRun {
  let typed: String
  let printed: String

  /// What it printed, without the end of the last line; nothing where that is only the name of the one file it wrote.
  var answer: String {
    let text = printed.hasSuffix("\n") ? String(printed.dropLast()) : printed
    return typed.hasSuffix(" " + text) ? "" : text
  }

  /// The one JSON object it printed, decoded.
  func decoded<Answer: Decodable>(as type: Answer.Type) throws -> Answer {
    try JSONDecoder().decode(type, from: Data(printed.utf8))
  }

  /// The command line as a shell takes it.
  static func typed(_ arguments: [String]) -> String {
    let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./=,:+@%")
    return (["fovea"] + arguments).map { argument in
      !argument.isEmpty && argument.allSatisfy(plain.contains)
        ? argument : "'" + argument.replacing("'", with: "'\\''") + "'"
    }.joined(separator: " ")
  }
}

/// What `fovea summary --json` prints, as far as the page needs it.
struct SummaryAnswer: Decodable {
  struct Layer: Decodable {
    let name: String
    let output_shape: [Int?]
    let parameters: Int
    let macs: Int

    /// The output's shape without the batch.
    var shape: [Int] { output_shape.dropFirst().compactMap { $0 } }
  }

  let layers: [Layer]
  let total_parameters: Int
}

/// What `fovea activations --json` prints for one input.
struct ActivationsAnswer: Decodable {
  struct Layer: Decodable {
    let name: String
    let shape: [Int]
    let zero: Double
    let max: Double
  }

  let layers: [Layer]
  let outputs: [String]
}
