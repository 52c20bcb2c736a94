import SystemPackage
import TensorCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A hidden temporary beside a target that collects numbers, removed with its last use.
final class Spill {
  let path: FilePath
  private(set) var size = 0
  private let descriptor: CInt

  init(beside target: FilePath) throws(TensorFileError) {
    var path = target.removingLastComponent()
    path.append(".fovea-\(getpid())-\(UInt64.random(in: 0...UInt64.max)).tmp")
    descriptor = path.withPlatformString { open($0, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600) }
    guard descriptor >= 0 else { throw .lastSystemError(file: target.string, doing: "write it") }
    self.path = path
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws(TensorFileError) {
    try writeAll(bytes, to: descriptor, file: path.string)
    size += bytes.count
  }

  /// Hands over all that was written, from the beginning, a block at a time.
  func read(
    _ body: (UnsafeRawBufferPointer) throws(TensorFileError) -> Void
  ) throws(TensorFileError) {
    let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
    defer { block.deallocate() }
    var place = 0
    while place < size {
      let count = pread(descriptor, block.baseAddress, min(block.count, size - place), off_t(place))
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw .lastSystemError(file: path.string, doing: "read it") }
      try body(UnsafeRawBufferPointer(rebasing: block[..<count]))
      place += count
    }
  }

  deinit {
    close(descriptor)
    _ = path.withPlatformString(unlink)
  }
}
