package import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Writes a file whole or not at all: `fill` writes to a temporary beside `path`, which takes its name at the end.
///
/// The temporary is removed when `fill` throws; a crash leaves at most a hidden file named `.fovea-….tmp`.
package func writeWhole(
  to path: FilePath,
  _ fill: (_ write: (UnsafeRawBufferPointer) throws(TensorFileError) -> Void) throws(TensorFileError) -> Void
) throws(TensorFileError) {
  let name = path.string
  guard path.lastComponent != nil else { throw .notAFile(file: name) }
  var temporary = path.removingLastComponent()
  temporary.append(".fovea-\(getpid())-\(UInt64.random(in: 0...UInt64.max)).tmp")
  let descriptor = temporary.withPlatformString { open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666) }
  guard descriptor >= 0 else { throw .lastSystemError(file: name, doing: "write it") }
  var isOpen = true
  var isDone = false
  defer {
    if isOpen { close(descriptor) }
    if !isDone { _ = temporary.withPlatformString(unlink) }
  }
  try fill { (bytes) throws(TensorFileError) in try writeAll(bytes, to: descriptor, file: name) }
  isOpen = false
  guard close(descriptor) == 0 else { throw .lastSystemError(file: name, doing: "write it") }
  let status = temporary.withPlatformString { from in path.withPlatformString { to in rename(from, to) } }
  guard status == 0 else { throw .lastSystemError(file: name, doing: "write it") }
  isDone = true
}

/// Writes into a file that is there, empty at first; what it then holds is the caller's to keep or remove.
func overwrite(
  _ path: FilePath,
  _ fill: (_ write: (UnsafeRawBufferPointer) throws(TensorFileError) -> Void) throws(TensorFileError) -> Void
) throws(TensorFileError) {
  let name = path.string
  let descriptor = path.withPlatformString { open($0, O_WRONLY | O_TRUNC | O_CLOEXEC) }
  guard descriptor >= 0 else { throw .lastSystemError(file: name, doing: "write it") }
  do throws(TensorFileError) {
    try fill { (bytes) throws(TensorFileError) in try writeAll(bytes, to: descriptor, file: name) }
  } catch {
    close(descriptor)
    throw error
  }
  guard close(descriptor) == 0 else { throw .lastSystemError(file: name, doing: "write it") }
}

/// Writes all bytes to an open descriptor; errors name `file`.
package func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: CInt, file: String)
  throws(TensorFileError)
{
  var written = 0
  while written < bytes.count {
    let count = write(descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written)
    if count < 0 && errno == EINTR { continue }
    guard count >= 0 else { throw .lastSystemError(file: file, doing: "write it") }
    written += count
  }
}
