import Batch
import SystemPackage
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A folder for one test, gone with it.
struct Scratch: ~Copyable {
  let path: FilePath

  init() throws {
    var template = Array("/tmp/fovea-test-XXXXXX".utf8CString)
    try #require(mkdtemp(&template) != nil)
    path = FilePath(platformString: template)
  }

  deinit {
    removeAll(path)
  }

  func file(_ name: String, _ content: String = "x") throws {
    try file(bytes: Array(name.utf8), content)
  }

  func file(bytes name: [UInt8], _ content: String = "x") throws {
    let target = path.appending(bytes: name)
    folder(target.folder)
    let descriptor = try FileDescriptor.open(
      target, .writeOnly, options: [.create, .truncate], permissions: [.ownerReadWrite])
    defer { try? descriptor.close() }
    try descriptor.writeAll(content.utf8)
  }

  private func folder(_ folder: FilePath) {
    guard folder != path, folder.length > 1 else { return }
    self.folder(folder.folder)
    _ = folder.withPlatformString { mkdir($0, 0o777) }
  }

  func link(_ name: String, to target: String) throws {
    try #require(symlink(target, path.appending(name).string) == 0)
  }

  func read(_ name: String) -> String? { contents(of: path.appending(name)) }

  /// Every file below the folder, hidden ones too, in order, relative to it.
  func tree(_ below: String = "") -> [String] {
    let folder = path.appending(below)
    guard let stream = opendir(folder.string) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = name(of: entry).string
      if name == "." || name == ".." { continue }
      let place = below.isEmpty ? name : below + "/" + name
      names +=
        FileFacts.ifPresent(path.appending(place))?.kind == .folder ? tree(place) + [place + "/"] : [place]
    }
    return names.sorted()
  }
}

private func name(of entry: UnsafeMutablePointer<dirent>) -> FilePath {
  withUnsafePointer(to: &entry.pointee.d_name) {
    FilePath(platformString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
  }
}

private func removeAll(_ path: FilePath) {
  // Links are taken away, not followed.
  if path.withPlatformString({ unlink($0) }) == 0 { return }
  if let stream = path.withPlatformString({ opendir($0) }) {
    var names: [FilePath] = []
    while let entry = readdir(stream) { names.append(name(of: entry)) }
    closedir(stream)
    for name in names where name != "." && name != ".." { removeAll(path.pushing(name)) }
  }
  _ = path.withPlatformString { rmdir($0) }
}

func contents(of path: FilePath) -> String? {
  guard let descriptor = try? FileDescriptor.open(path, .readOnly) else { return nil }
  defer { try? descriptor.close() }
  var bytes = [UInt8](repeating: 0, count: 65536)
  let count = (try? bytes.withUnsafeMutableBytes { try descriptor.read(into: $0) }) ?? 0
  return String(decoding: bytes[..<count], as: UTF8.self)
}
