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
  return String(decoding: bytes, as: UTF8.self)
}
