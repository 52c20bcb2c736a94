import Batch
import Fovea
import SystemPackage

/// The text in a file, at most 64 MB of it.
func text(of path: FilePath) throws -> String {
  let file = try FileDescriptor.open(path, .readOnly)
  defer { try? file.close() }
  var bytes: [UInt8] = []
  var block = [UInt8](repeating: 0, count: 1 << 16)
  while case let count = try block.withUnsafeMutableBytes({ try file.read(into: $0) }), count > 0 {
    bytes += block[..<count]
    if bytes.count > 64 << 20 {
      throw TensorFileError.system(
        file: path.displayed, doing: "read it as text", reason: "it is larger than 64 MB")
    }
  }
  // The mark that some programs begin UTF-8 with is no part of the text.
  if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
  return String(decoding: bytes, as: UTF8.self)
}

/// Writes `text` as UTF-8 into the file, in the place of what it held.
func writeText(_ text: String, to path: FilePath) throws {
  let file = try FileDescriptor.open(
    path, .writeOnly, options: [.create, .truncate, .closeOnExec],
    permissions: [.ownerReadWrite, .groupRead, .otherRead])
  try file.closeAfter { _ = try file.writeAll(text.utf8) }
}
