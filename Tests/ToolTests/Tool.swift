import Foundation
import Synchronization
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The real `fovea`, as it lies beside the test bundle in the build folder.
enum Tool {
  struct Result {
    let status: Int32
    let output: String
    let errors: String

    var lines: [String] { output.split(separator: "\n").map(String.init) }
  }

  static let path: URL = {
    let start =
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
      ?? CommandLine.arguments[0]
    var folder = URL(fileURLWithPath: start)
    while folder.path != "/" {
      folder.deleteLastPathComponent()
      let tool = folder.appendingPathComponent("fovea")
      if FileManager.default.isExecutableFile(atPath: tool.path) { return tool }
    }
    return URL(fileURLWithPath: "fovea")
  }()

  static func start(
    _ arguments: [String], in folder: URL, input: FileHandle? = nil, environment: [String: String] = [:]
  ) throws -> (
    Process, Pipe, Pipe
  ) {
    let process = Process()
    let (output, errors) = (Pipe(), Pipe())
    process.executableURL = path
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardOutput = output
    process.standardError = errors
    process.standardInput = input ?? FileHandle.nullDevice
    try process.run()
    return (process, output, errors)
  }

  private final class Told: Sendable { let bytes = Mutex(Data()) }

  /// Waits for the end; errors are read beside the output, so that neither pipe fills while the other is waited for.
  static func finish(_ started: (Process, Pipe, Pipe)) -> Result {
    let (told, ended) = (Told(), DispatchSemaphore(value: 0))
    let pipe = started.2.fileHandleForReading
    Thread.detachNewThread {
      let bytes = pipe.readDataToEndOfFile()
      told.bytes.withLock { $0 = bytes }
      ended.signal()
    }
    let output = started.1.fileHandleForReading.readDataToEndOfFile()
    ended.wait()
    let errors = told.bytes.withLock { $0 }
    started.0.waitUntilExit()
    return Result(
      status: started.0.terminationStatus, output: String(decoding: output, as: UTF8.self),
      errors: String(decoding: errors, as: UTF8.self))
  }

  #if os(Linux)
    /// The processes that a process has started and that are still there.
    static func workers(of process: Process) -> [pid_t] {
      let tasks = "/proc/\(process.processIdentifier)/task"
      return ((try? FileManager.default.contentsOfDirectory(atPath: tasks)) ?? []).flatMap { task in
        ((try? String(contentsOfFile: "\(tasks)/\(task)/children", encoding: .utf8)) ?? "")
          .split(separator: " ").compactMap { pid_t($0) }
      }
    }
  #endif
}

/// A folder of generated pictures, gone with the test.
final class Pictures: Sendable {
  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("fovea-tool-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// A float `.npy` of one channel; `value` of row and column.
  func npy(
    _ name: String, height: Int = 6, width: Int = 7, _ value: (Int, Int) -> Float = { Float($0 * 7 + $1) }
  ) throws {
    var header = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(height), \(width)), }"
    header += String(repeating: " ", count: 117 - header.count) + "\n"
    var data = Data([0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(header.utf8))
    for row in 0..<height {
      for column in 0..<width {
        withUnsafeBytes(of: value(row, column).bitPattern.littleEndian) { data.append(contentsOf: $0) }
      }
    }
    try write(name, data)
  }

  func write(_ name: String, _ data: Data) throws {
    let file = folder.appendingPathComponent(name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try data.write(to: file)
  }

  /// Copies of a file beside it, each called by its number.
  func copies(of name: String, _ numbers: Range<Int>) throws {
    let file = folder.appendingPathComponent(name)
    for number in numbers {
      let copy = file.deletingLastPathComponent().appendingPathComponent("\(number).\(file.pathExtension)")
      try FileManager.default.copyItem(at: file, to: copy)
    }
  }

  func data(_ name: String) throws -> Data {
    try Data(contentsOf: folder.appendingPathComponent(name))
  }

  /// The floats of a written `.npy`, and the shape its header tells.
  func floats(_ name: String) throws -> (shape: String, values: [Float]) {
    let data = try Data(contentsOf: folder.appendingPathComponent(name))
    let length = 10 + Int(data[8]) + Int(data[9]) << 8
    let header = String(decoding: data[10..<length], as: UTF8.self)
    let shape = header.split(separator: "(").last?.split(separator: ")").first.map(String.init) ?? ""
    let body = data[length...]
    let values = stride(from: body.startIndex, to: body.endIndex, by: 4).map { index in
      Float(bitPattern: (0..<4).reduce(UInt32(0)) { $0 | UInt32(body[index + $1]) << UInt32(8 * $1) })
    }
    return (shape, values)
  }

  /// Every file below, hidden ones too, in order.
  func tree(_ below: String) -> [String] {
    let top = folder.appendingPathComponent(below).path
    return (try? FileManager.default.subpathsOfDirectory(atPath: top))?.filter { name in
      var isFolder: ObjCBool = false
      return FileManager.default.fileExists(atPath: top + "/" + name, isDirectory: &isFolder)
        && !isFolder.boolValue
    }.sorted() ?? []
  }
}
