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
    let handle = file
    let isWritten = HDF5Library.locked { handle.writeTensor(tensor, named: name) }
    guard isWritten else { throw Self.refused(path, "'\(name)'") }
  }

  /// Puts the file in place, whole.
  public consuming func finish() throws(WeightFileError) {
    let (file, path) = (file, path)
    guard HDF5Library.locked({ file.close() }) else { throw Self.refused(path, "its end") }
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
    var path = target.removingLastComponent()
    path.append(".fovea-\(getpid())-\(UInt64.random(in: 0...UInt64.max)).tmp")
    let name = path
    id = HDF5Library.locked { name.withPlatformString { fovea_h5_new_file($0) } }
    self.path = path
    guard id >= 0 else {
      throw .file(.system(file: target.string, doing: "write it", reason: "libhdf5 cannot make the file"))
    }
  }

  static func begun(
    beside target: FilePath, attributes: [String: String]
  ) throws(WeightFileError) -> OpenFile {
    let file = try OpenFile(beside: target)
    let sorted = attributes.sorted { $0.key < $1.key }
    guard HDF5Library.locked({ sorted.allSatisfy { file.writeText($0.value, named: $0.key) } }) else {
      throw HDF5ArrayWriter.refused(target, "its attributes")
    }
    return file
  }

  func close() -> Bool {
    guard id >= 0 else { return true }
    defer { id = -1 }
    return H5Fclose(id) >= 0
  }

  func writeText(_ text: String, named name: String) -> Bool {
    name.withCString { name in text.withCString { fovea_h5_write_text(id, name, $0) >= 0 } }
  }

  func writeTensor(_ tensor: Tensor, named name: String) -> Bool {
    let extents = tensor.shape.dimensions.map { hsize_t($0) }
    return name.withCString { name in
      tensor.withUnsafeScalars {
        fovea_h5_write_floats(id, name, CInt(extents.count), extents, $0.baseAddress) >= 0
      }
    }
  }

  deinit {
    HDF5Library.locked { _ = close() }
    if !isInPlace { _ = path.withPlatformString(unlink) }
  }
}
