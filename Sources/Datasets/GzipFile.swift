private import CZlib
internal import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file read from front to back, unpacked on the way when it is gzip; the content decides, not the name.
struct GzipFile: ~Copyable {
  private let handle: gzFile
  let name: String

  init(_ path: FilePath) throws(DatasetError) {
    name = path.string
    var information = stat()
    guard path.withPlatformString({ stat($0, &information) }) == 0 else {
      throw .unreadable(file: name, reason: String(cString: strerror(errno)))
    }
    guard information.st_mode & S_IFMT == S_IFREG else {
      throw .unreadable(file: name, reason: "it is not a file")
    }
    guard let handle = path.withPlatformString({ gzopen($0, "rb") }) else {
      throw .unreadable(file: name, reason: String(cString: strerror(errno)))
    }
    self.handle = handle
  }

  /// The next `count` bytes.
  ///
  /// Memory grows with what is really there, so a header that lies costs nothing.
  func read(_ count: Int) throws(DatasetError) -> [UInt8] {
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: min(count, 1 << 20))
    while bytes.count < count {
      let wanted = UInt32(min(block.count, count - bytes.count))
      let got = gzread(handle, &block, wanted)
      if got < 0 {
        var code: CInt = 0
        let reason = gzerror(handle, &code).map { String(cString: $0) } ?? "damaged"
        throw .unreadable(file: name, reason: reason)
      }
      if got == 0 { break }
      bytes.append(contentsOf: block[0..<Int(got)])
    }
    guard bytes.count == count else { throw .tooShort(file: name, expected: count, found: bytes.count) }
    return bytes
  }

  /// Throws when the file goes on after the `expected` bytes that were announced.
  func expectEnd(after expected: Int) throws(DatasetError) {
    var byte: UInt8 = 0
    guard gzread(handle, &byte, 1) <= 0 else { throw .tooLong(file: name, expected: expected) }
  }

  deinit { gzclose(handle) }
}
