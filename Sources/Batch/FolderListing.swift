import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The names in one folder in byte order, hidden ones left out, held in one block: a name costs its bytes and four more.
struct FolderListing {
  private var bytes: [UInt8] = []
  private var starts: [UInt32] = []

  var count: Int { starts.count }

  init(of folder: FilePath) throws(Errno) {
    guard let stream = folder.withPlatformString({ opendir($0) }) else { throw Errno(rawValue: errno) }
    defer { closedir(stream) }
    while true {
      errno = 0
      guard let entry = readdir(stream) else {
        guard errno == 0 else { throw Errno(rawValue: errno) }
        break
      }
      withUnsafePointer(to: &entry.pointee.d_name) { tuple in
        tuple.withMemoryRebound(to: UInt8.self, capacity: MemoryLayout.size(ofValue: tuple.pointee)) { name in
          let length = strlen(UnsafeRawPointer(name).assumingMemoryBound(to: CChar.self))
          guard name[0] != UInt8(ascii: "."), let start = UInt32(exactly: bytes.count) else { return }
          starts.append(start)
          bytes.append(contentsOf: UnsafeBufferPointer(start: name, count: length))
          bytes.append(0)
        }
      }
    }
    bytes.withUnsafeBytes { block in
      guard let base = block.baseAddress?.assumingMemoryBound(to: CChar.self) else { return }
      // strcmp compares as unsigned bytes.
      starts.sort { strcmp(base + Int($0), base + Int($1)) < 0 }
    }
  }

  /// The bytes of the `index`-th name.
  subscript(index: Int) -> ArraySlice<UInt8> {
    bytes[Int(starts[index])...].prefix { $0 != 0 }
  }
}
