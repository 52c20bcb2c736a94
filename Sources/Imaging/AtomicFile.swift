import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file that appears under its name whole or not at all.
enum AtomicFile {
  /// Lends `fill` the descriptor of a temporary file beside `path`.
  ///
  /// The file takes the name when `fill` returns and is removed when it throws. Mode bits are what the process' umask leaves of read and write.
  static func write(_ path: FilePath, _ fill: (CInt) throws(ImagingError) -> Void) throws(ImagingError) {
    guard path.lastComponent != nil else { throw .cannotWrite(path, reason: "it names no file") }
    let name = ".fovea-\(getpid())-\(UInt64.random(in: 0...UInt64.max)).tmp"
    let temporary = path.removingLastComponent().appending(name)
    // Readable as well: the TIFF writer goes back to what it has written.
    let descriptor = temporary.withPlatformString { open($0, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o666) }
    guard descriptor >= 0 else { throw .cannotWrite(path, reason: Errno(rawValue: errno).description) }
    do {
      defer { close(descriptor) }
      try fill(descriptor)
    } catch {
      _ = temporary.withPlatformString(unlink)
      throw error
    }
    let status = temporary.withPlatformString { from in path.withPlatformString { rename(from, $0) } }
    guard status == 0 else {
      let reason = Errno(rawValue: errno).description
      _ = temporary.withPlatformString(unlink)
      throw .cannotWrite(path, reason: reason)
    }
  }

  /// Lends `fill` the descriptor of a file that is there, empty at first; what it then holds is the caller's to keep or remove.
  static func overwrite(
    _ path: FilePath, _ fill: (CInt) throws(ImagingError) -> Void
  ) throws(ImagingError) {
    let descriptor = path.withPlatformString { open($0, O_RDWR | O_TRUNC | O_CLOEXEC) }
    guard descriptor >= 0 else { throw .cannotWrite(path, reason: Errno(rawValue: errno).description) }
    defer { close(descriptor) }
    try fill(descriptor)
  }

  /// Takes out what an earlier attempt has left in the file.
  static func empty(_ descriptor: CInt) {
    ftruncate(descriptor, 0)
    lseek(descriptor, 0, SEEK_SET)
  }
}
