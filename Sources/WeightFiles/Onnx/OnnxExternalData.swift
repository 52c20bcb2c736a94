import SystemPackage
import TensorCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The files beside a model that hold the numbers of its larger tensors (onnx.ai, "External Data").
///
/// Only files in the model's own folder or below it are opened, wherever links lead.
struct OnnxExternalData {
  private let model: FilePath
  private var opened: [String: MappedFile] = [:]

  init(beside model: FilePath) { self.model = model }

  /// The bytes that `location`, `offset` and `length` name, which must be `length` of them.
  mutating func find(_ fields: [String: String], length: Int, of tensor: String)
    throws(WeightFileError) -> (Range<Int>, MappedFile)
  {
    let model = model.string
    func damaged(_ problem: String) -> WeightFileError {
      .damaged(file: model, part: tensor, problem: problem)
    }
    guard let location = fields["location"], !location.isEmpty else {
      throw damaged("lies in another file, but which is not said")
    }
    let offset = fields["offset"].map { Int($0) } ?? 0
    let stated = fields["length"].map { Int($0) } ?? length
    guard let offset, offset >= 0, let stated else {
      throw damaged(
        "lies in '\(location)' at offset \(fields["offset"] ?? "0") with length \(fields["length"] ?? "?"), which are no numbers"
      )
    }
    guard stated == length else {
      throw damaged("takes \(length) bytes by its shape, \(stated) by its length in '\(location)'")
    }
    let file = try open(location, damaged)
    guard offset <= file.size, length <= file.size - offset else {
      throw damaged("needs bytes \(offset) to \(offset &+ length) of '\(location)', which has \(file.size)")
    }
    return (offset..<(offset + length), file)
  }

  private mutating func open(_ location: String, _ damaged: (String) -> WeightFileError)
    throws(WeightFileError) -> MappedFile
  {
    if let file = opened[location] { return file }
    let folder = model.removingLastComponent()
    let relative = FilePath(location)
    guard relative.isRelative, !relative.components.contains(where: { $0.kind != .regular }) else {
      throw damaged("lies in '\(location)', expected a file in the model's folder")
    }
    let path = folder.appending(relative.components)
    if let whole = Self.resolved(path) {
      let home = Self.resolved(folder.isEmpty ? FilePath(".") : folder)
      guard let home, whole.starts(with: home), whole.components.count > home.components.count else {
        throw damaged("lies in '\(location)', a link that leads out of the model's folder")
      }
    }
    let file: MappedFile
    do { file = try MappedFile(path) } catch { throw damaged("lies in another file: \(error)") }
    opened[location] = file
    return file
  }

  private static func resolved(_ path: FilePath) -> FilePath? {
    path.withPlatformString { name in
      guard let whole = realpath(name, nil) else { return nil }
      defer { free(whole) }
      return FilePath(platformString: whole)
    }
  }
}
