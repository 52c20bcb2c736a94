import SystemPackage
import TensorCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Where libvips keeps large pictures that are read in another order than from top to bottom.
enum ScratchFolder {
  /// Throws ``ImagingError/cannotWrite(_:reason:)`` when no file can be written there: libvips says of a full disk the same
  /// as of a damaged picture.
  static func check() throws(ImagingError) {
    let folder = FilePath(temporaryFolder())
    let block = [UInt8](repeating: 1, count: 1 << 20)
    do {
      let path = folder.appending(".fovea-\(getpid())-\(UInt64.random(in: 0...UInt64.max)).tmp")
      let file = try FileDescriptor.open(
        path, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec], permissions: .ownerReadWrite)
      defer {
        try? file.close()
        _ = path.withPlatformString(unlink)
      }
      try file.writeAll(block)
    } catch {
      let reason = (error as? Errno)?.description ?? "\(error)"
      throw .cannotWrite(
        folder,
        reason:
          "\(reason); a large picture that is read in another order has to be kept there (TMPDIR says where)")
    }
  }
}
