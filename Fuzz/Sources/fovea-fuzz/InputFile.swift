import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A file that holds one input after another, in a folder of its own.
struct InputFile: Sendable {
  let path: FilePath

  init(_ name: String) {
    // In memory, where there is such a place.
    let top = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
    let folder = FilePath("\(top)/fovea-fuzz-\(getpid())-\(name)")
    mkdir(folder.string, 0o700)
    path = folder.appending(name)
  }

  /// The path, once the file holds nothing but `bytes`.
  func holding(_ bytes: UnsafeRawBufferPointer) -> FilePath {
    let descriptor = open(path.string, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    precondition(
      descriptor >= 0 && write(descriptor, bytes.baseAddress, bytes.count) == bytes.count,
      "\(path) cannot be written")
    close(descriptor)
    return path
  }

  /// Puts a copy of a file beside this one.
  func putBeside(_ other: FilePath) {
    guard let name = other.lastComponent else { return }
    let source = open(other.string, O_RDONLY)
    let target = open(
      path.removingLastComponent().appending(name).string, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = read(source, &bytes, bytes.count)
    precondition(count >= 0 && write(target, bytes, count) == count, "\(other) cannot be copied")
    close(source)
    close(target)
  }
}
