/// What is wrong with a file that should hold tensors; the description is one line that names the file.
public enum TensorFileError: Error, Sendable, Hashable {
  /// The system refused to open, map or write the file.
  case system(file: String, doing: String, reason: String)
  /// A folder, a pipe or a device stands where a file should.
  case notAFile(file: String)
  /// The file became shorter while it was in use.
  case shrunk(file: String, expected: Int, found: Int)
  /// The bytes do not begin as a `.npy` file does.
  case notNpy(file: String, found: [UInt8])
  /// A `.npy` version this reader does not know.
  case unknownVersion(file: String, found: String)
  /// The header ends early or does not say what a header must.
  case damagedHeader(file: String, problem: String)
  /// Numbers of a type that has no meaning as a float, as numpy writes it (`<c8`, `|O`).
  case unsupportedType(file: String, found: String)
  /// Fewer bytes than the shape calls for.
  case tooShort(file: String, expected: Int, found: Int)
}

extension TensorFileError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .system(let file, let doing, let reason): "\(file): cannot \(doing): \(reason)"
    case .notAFile(let file): "\(file): not a file (a folder, pipe or device)"
    case .shrunk(let file, let expected, let found):
      "\(file): became shorter while it was read: \(expected) bytes when opened, \(found) now"
    case .notNpy(let file, let found):
      "\(file): not a .npy file: expected it to begin with \\x93NUMPY, found \(quoted(found))"
    case .unknownVersion(let file, let found):
      "\(file): .npy version \(found) is not known; expected 1.0, 2.0 or 3.0"
    case .damagedHeader(let file, let problem): "\(file): damaged .npy header: \(problem)"
    case .unsupportedType(let file, let found):
      "\(file): expected numbers (float16/32/64, integers or bool), found numpy type \(found)"
    case .tooShort(let file, let expected, let found):
      "\(file): too short: expected \(expected) bytes of numbers, found \(found)"
    }
  }

  private func quoted(_ bytes: [UInt8]) -> String {
    guard !bytes.isEmpty else { return "an empty file" }
    return bytes.map { byte in
      (0x20..<0x7F).contains(byte)
        ? String(UnicodeScalar(byte)) : "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }.joined()
  }
}
