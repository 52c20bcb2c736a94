import CHDF5
public import SystemPackage
public import TensorCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Writes an HDF5 file of 32-bit floats, one tensor after another, none of them kept in memory.
///
/// ```swift
/// var file = try HDF5ArrayWriter("activations.h5", attributes: ["model": "vgg16"])
/// try file.add(tensor, named: "block1/conv1")       // a dataset conv1 in the group block1
/// try file.finish()
/// ```
///
/// Datasets are contiguous and carry no times: equal tensors give equal bytes. The file has a hidden name until
/// ``finish()``; without it nothing is left behind.
public struct HDF5ArrayWriter: ~Copyable {
  private let path: FilePath
  private let file: OpenFile
  private var names: Set<String> = []

  /// Begins a file at `path` with texts as attributes of its root; throws ``WeightFileError`` when it cannot be made.
  public init(_ path: FilePath, attributes: [String: String] = [:]) throws(WeightFileError) {
    self.path = path
    file = try OpenFile.begun(beside: path, attributes: attributes)
  }

  /// Adds a tensor; each name once, slashes make groups.
  public mutating func add(_ tensor: Tensor, named name: String) throws(WeightFileError) {
    guard names.insert(name).inserted else { throw .duplicateName(file: path.string, name: name) }
    try add(.tensor(tensor, at: name))
  }

  func add(_ item: HDF5Content.Item) throws(WeightFileError) {
    let handle = file
    let isWritten = HDF5Library.locked { handle.write(item) }
    guard isWritten else { throw Self.refused(path, item.title) }
  }

  /// Puts the file in place, whole.
  public consuming func finish() throws(WeightFileError) {
    let (file, path) = (file, path)
    guard HDF5Library.locked({ file.finish() }) else { throw Self.refused(path, "its end") }
    let status = file.path.withPlatformString { from in path.withPlatformString { to in rename(from, to) } }
    guard status == 0 else { throw .file(.lastSystemError(file: path.string, doing: "write it")) }
    file.isInPlace = true
  }

  fileprivate static func refused(_ path: FilePath, _ what: String) -> WeightFileError {
    .file(.system(file: path.string, doing: "write \(what)", reason: "libhdf5 refuses"))
  }
}

/// The file while it is written: closed, and removed unless it is in place, with its last use.
private final class OpenFile {
  let path: FilePath
  var isInPlace = false
  private var id: hid_t

  init(beside target: FilePath) throws(WeightFileError) {
    guard target.lastComponent != nil else { throw .file(.notAFile(file: target.string)) }
    var path = target.removingLastComponent()
    path.append(".fovea-\(getpid())-\(UInt64.random(in: 0...UInt64.max)).tmp")
    // libhdf5 would say no more than that it failed.
    let descriptor = path.withPlatformString { open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666) }
    guard descriptor >= 0 else { throw .file(.lastSystemError(file: target.string, doing: "write it")) }
    _ = close(descriptor)
    let name = path
    id = HDF5Library.locked {
      name.withPlatformString {
        H5Fcreate($0, fovea_h5_truncate(), fovea_h5_default(), fovea_h5_default())
      }
    }
    self.path = path
    guard id >= 0 else {
      _ = path.withPlatformString(unlink)
      throw HDF5ArrayWriter.refused(target, "it")
    }
  }

  static func begun(
    beside target: FilePath, attributes: [String: String]
  ) throws(WeightFileError) -> OpenFile {
    let file = try OpenFile(beside: target)
    let texts = attributes.sorted { $0.key < $1.key }
      .map { HDF5Content.Item.text($0.value, of: "", named: $0.key) }
    guard HDF5Library.locked({ texts.allSatisfy(file.write) }) else {
      throw HDF5ArrayWriter.refused(target, "its attributes")
    }
    return file
  }

  func finish() -> Bool {
    guard id >= 0 else { return true }
    defer { id = -1 }
    return H5Fclose(id) >= 0
  }

  func write(_ item: HDF5Content.Item) -> Bool { item.write(to: id) }

  deinit {
    HDF5Library.locked { _ = finish() }
    if !isInPlace { _ = path.withPlatformString(unlink) }
  }
}
