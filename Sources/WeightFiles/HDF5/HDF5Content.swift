import CHDF5
package import SystemPackage
package import TensorCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What is to stand in an HDF5 file, in order: groups, attributes of text, tensors as little-endian 32-bit floats.
package struct HDF5Content: Sendable {
  package enum Item: Sendable {
    case group(String)
    /// One text, of any length.
    case text(String, of: String, named: String)
    /// A list of short texts; split as Keras does where it would take more than 64,512 bytes.
    case texts([String], of: String, named: String)
    case tensor(Tensor, at: String)
  }

  package var items: [Item] = []

  package init() {}

  /// Writes the file whole or not at all: to a temporary beside it, then renamed.
  package func write(to path: FilePath) throws(WeightFileError) {
    guard path.lastComponent != nil else { throw .file(.notAFile(file: path.string)) }
    var temporary = path.removingLastComponent()
    temporary.append(".fovea-\(getpid())-\(UInt64.random(in: 0...UInt64.max)).tmp")
    var isDone = false
    defer { if !isDone { _ = temporary.withPlatformString(unlink) } }
    // libhdf5 would say no more than that it failed.
    let descriptor = temporary.withPlatformString { open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666) }
    guard descriptor >= 0 else { throw .file(.lastSystemError(file: path.string, doing: "write it")) }
    close(descriptor)
    let failed = HDF5Library.locked { HDF5Writer.write(items, to: temporary) }
    if let failed {
      throw .file(.system(file: path.string, doing: "write it", reason: "libhdf5 refuses \(failed)"))
    }
    let status = temporary.withPlatformString { from in path.withPlatformString { to in rename(from, to) } }
    guard status == 0 else { throw .file(.lastSystemError(file: path.string, doing: "write it")) }
    isDone = true
  }
}

/// libhdf5's side of writing; every function says what failed, or nothing.
private enum HDF5Writer {
  static func write(_ items: [HDF5Content.Item], to path: FilePath) -> String? {
    let file = Handle(
      path.withPlatformString {
        H5Fcreate($0, fovea_h5_truncate(), fovea_h5_default(), fovea_h5_default())
      }, H5Fclose)
    guard file.isSound else { return "the file" }
    let links = Handle(fovea_h5_new_link_creation(), H5Pclose)
    guard links.isSound, H5Pset_create_intermediate_group(links.id, 1) >= 0 else { return "new groups" }
    for item in items {
      switch item {
      case .group(let path):
        let group = Handle(
          H5Gcreate2(file.id, path, links.id, fovea_h5_default(), fovea_h5_default()), H5Gclose)
        guard group.isSound else { return "the group '\(path)'" }
      case .text(let text, let owner, let name):
        guard attribute(text, file.id, owner, name) else { return "the attribute '\(name)'" }
      case .texts(let texts, let owner, let name):
        guard attributes(texts, file.id, owner, name) else { return "the attribute '\(name)'" }
      case .tensor(let tensor, let path):
        guard dataset(tensor, file.id, path, links.id) else { return "the numbers of '\(path)'" }
      }
    }
    return H5Fflush(file.id, H5F_SCOPE_LOCAL) >= 0 ? nil : "the end of the file"
  }

  private static func dataset(_ tensor: Tensor, _ file: hid_t, _ path: String, _ links: hid_t) -> Bool {
    let extents = tensor.shape.dimensions.map { hsize_t($0) }
    let space = Handle(
      extents.isEmpty ? H5Screate(H5S_SCALAR) : H5Screate_simple(CInt(extents.count), extents, nil),
      H5Sclose)
    guard space.isSound else { return false }
    let set = Handle(
      H5Dcreate2(
        file, path, fovea_h5_float(), space.id, links, fovea_h5_default(), fovea_h5_default()), H5Dclose)
    guard set.isSound else { return false }
    guard tensor.shape.count > 0 else { return true }
    return tensor.withUnsafeScalars {
      H5Dwrite(
        set.id, fovea_h5_native_float(), fovea_h5_all(), fovea_h5_all(), fovea_h5_default(), $0.baseAddress)
        >= 0
    }
  }

  /// Of varying length, so that it lies outside of the object's header, which has room for 64 kB.
  private static func attribute(_ text: String, _ file: hid_t, _ owner: String, _ name: String) -> Bool {
    let object = Handle(H5Oopen(file, owner.isEmpty ? "/" : owner, fovea_h5_default()), H5Oclose)
    let type = Handle(H5Tcopy(fovea_h5_c_string()), H5Tclose)
    let space = Handle(H5Screate(H5S_SCALAR), H5Sclose)
    guard object.isSound, type.isSound, space.isSound, H5Tset_size(type.id, fovea_h5_variable_size()) >= 0,
      H5Tset_cset(type.id, H5T_CSET_UTF8) >= 0
    else { return false }
    let attribute = Handle(
      H5Acreate2(object.id, name, type.id, space.id, fovea_h5_default(), fovea_h5_default()), H5Aclose)
    guard attribute.isSound else { return false }
    return text.withCString { pointer in
      var pointers: [UnsafePointer<CChar>?] = [pointer]
      return H5Awrite(attribute.id, type.id, &pointers) >= 0
    }
  }

  /// As Keras writes lists of names, texts of one length.
  ///
  /// One attribute has at most 64,512 bytes: beyond that there are `name0`, `name1` and so on.
  private static func attributes(_ texts: [String], _ file: hid_t, _ owner: String, _ name: String) -> Bool {
    let length = max(1, texts.map(\.utf8.count).max() ?? 1)
    let most = max(1, 64_512 / length)
    guard texts.count > most else { return list(texts, length, file, owner, name) }
    return stride(from: 0, to: texts.count, by: most).enumerated().allSatisfy { part, start in
      list(Array(texts[start..<min(start + most, texts.count)]), length, file, owner, "\(name)\(part)")
    }
  }

  private static func list(_ texts: [String], _ length: Int, _ file: hid_t, _ owner: String, _ name: String)
    -> Bool
  {
    let object = Handle(H5Oopen(file, owner.isEmpty ? "/" : owner, fovea_h5_default()), H5Oclose)
    let type = Handle(H5Tcopy(fovea_h5_c_string()), H5Tclose)
    let extents = [hsize_t(texts.count)]
    let space = Handle(H5Screate_simple(1, extents, nil), H5Sclose)
    guard object.isSound, type.isSound, space.isSound, H5Tset_size(type.id, length) >= 0,
      H5Tset_strpad(type.id, H5T_STR_NULLPAD) >= 0
    else { return false }
    let attribute = Handle(
      H5Acreate2(object.id, name, type.id, space.id, fovea_h5_default(), fovea_h5_default()), H5Aclose)
    guard attribute.isSound else { return false }
    guard !texts.isEmpty else { return true }
    var bytes: [UInt8] = []
    for text in texts {
      bytes += Array(text.utf8) + [UInt8](repeating: 0, count: length - text.utf8.count)
    }
    return H5Awrite(attribute.id, type.id, bytes) >= 0
  }
}
