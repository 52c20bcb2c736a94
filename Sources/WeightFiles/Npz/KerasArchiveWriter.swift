import CZip
package import SystemPackage
import TensorCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension KerasArchive {
  /// Writes a `.keras` archive, stored uncompressed as Keras does, whole or not at all.
  package static func write(config: String, metadata: String, weights: HDF5Content, to path: FilePath)
    throws(WeightFileError)
  {
    guard path.lastComponent != nil else { throw .file(.notAFile(file: path.string)) }
    var temporary = path.removingLastComponent()
    temporary.append(".fovea-\(getpid())-\(UInt64.random(in: 0...UInt64.max)).tmp")
    defer { _ = temporary.withPlatformString(unlink) }
    do { try weights.write(to: temporary) } catch {
      guard case .file(.system(_, let doing, let reason)) = error else { throw error }
      throw .file(.system(file: path.string, doing: doing, reason: reason))
    }
    var status: CInt = 0
    // libzip writes a temporary of its own beside the target and renames it when it is closed.
    guard let archive = path.withPlatformString({ zip_open($0, ZIP_CREATE | ZIP_TRUNCATE, &status) }) else {
      throw .file(.system(file: path.string, doing: "write it", reason: "libzip error \(status)"))
    }
    func refused() -> WeightFileError {
      let reason = String(cString: zip_strerror(archive))
      zip_discard(archive)
      return .file(.system(file: path.string, doing: "write it", reason: reason))
    }
    // libzip reads the texts when the archive is closed: it is given copies that it frees.
    for (name, text) in [("metadata.json", metadata), ("config.json", config)] {
      let bytes = Array(text.utf8)
      guard let copy = malloc(max(bytes.count, 1)) else { throw refused() }
      bytes.withUnsafeBytes {
        copy.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(copy), byteCount: $0.count)
      }
      guard let source = zip_source_buffer(archive, copy, UInt64(bytes.count), 1) else {
        free(copy)
        throw refused()
      }
      guard add(source, name, to: archive) else { throw refused() }
    }
    let source = temporary.withPlatformString { zip_source_file(archive, $0, 0, -1) }
    guard let source, add(source, "model.weights.h5", to: archive) else { throw refused() }
    guard zip_close(archive) == 0 else { throw refused() }
  }

  private static func add(_ source: OpaquePointer, _ name: String, to archive: OpaquePointer) -> Bool {
    let index = zip_file_add(archive, name, source, zip_flags_t(ZIP_FL_ENC_UTF_8))
    guard index >= 0 else {
      zip_source_free(source)
      return false
    }
    return zip_set_file_compression(archive, UInt64(index), ZIP_CM_STORE, 0) == 0
      && zip_file_set_dostime(archive, UInt64(index), 0, 0x21, 0) == 0
  }
}
