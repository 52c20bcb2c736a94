package import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What the file system says about the file a path leads to, symbolic links followed.
package struct FileFacts: Sendable, Hashable {
  package enum Kind: Sendable { case file, folder, other }

  /// Which file it is, whatever its name.
  package struct Identity: Sendable, Hashable {
    let device: UInt64
    let number: UInt64
  }

  package let kind: Kind
  package let identity: Identity
  package let size: Int64
  /// When the content last changed, in nanoseconds since 1970.
  package let modified: Int64

  package init(of path: FilePath) throws(Errno) {
    var status = stat()
    guard path.withPlatformString({ stat($0, &status) }) == 0 else { throw Errno(rawValue: errno) }
    switch status.st_mode & S_IFMT {
    case S_IFREG: kind = .file
    case S_IFDIR: kind = .folder
    default: kind = .other
    }
    identity = Identity(device: UInt64(status.st_dev), number: UInt64(status.st_ino))
    size = Int64(status.st_size)
    #if canImport(Darwin)
      let time = status.st_mtimespec
    #else
      let time = status.st_mtim
    #endif
    modified = Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
  }

  /// The facts, or `nil` where nothing can be found.
  package static func ifPresent(_ path: FilePath) -> FileFacts? {
    do { return try FileFacts(of: path) } catch { return nil }
  }
}

/// Whether something has this name, a dangling symbolic link included.
func somethingIsNamed(_ path: FilePath) -> Bool {
  var status = stat()
  return path.withPlatformString { lstat($0, &status) } == 0
}
