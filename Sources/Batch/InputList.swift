package import SystemPackage

/// The inputs a user named: files, folders, and `-` for paths on standard input.
///
/// ```swift
/// let inputs = InputList(["photos", "one.jpg"], isMine: { $0.suffix == "jpg" })
/// ```
///
/// A value that can be walked as often as needed; what comes from standard input is read once, when it is made.
package struct InputList: Sendable {
  package let arguments: [FilePath]
  /// Whether a file met in a folder is one of those to work on.
  package let isMine: @Sendable (FilePath) -> Bool
  /// A folder that is never walked into when it is met below another one: where the outputs go.
  package var outputFolder: FilePath?

  /// Puts the paths of standard input in the place of `-`.
  package init(
    _ arguments: [FilePath], standardInput: () throws(BatchError) -> [UInt8] = readStandardInput,
    isMine: @escaping @Sendable (FilePath) -> Bool
  ) throws(BatchError) {
    self.isMine = isMine
    guard arguments.contains("-") else {
      self.arguments = arguments
      return
    }
    guard arguments.filter({ $0 == "-" }).count == 1 else { throw .standardInputTwice }
    var all: [FilePath] = []
    for argument in arguments {
      if argument == "-" { all += pathList(try standardInput()) } else { all.append(argument) }
    }
    self.arguments = all
  }

  func walk() -> InputWalk { InputWalk(self) }
}

/// The paths in a list: one a line, or separated by NUL when there is any, as `find -print0` writes them.
func pathList(_ bytes: [UInt8]) -> [FilePath] {
  let separator: UInt8 = bytes.contains(0) ? 0 : UInt8(ascii: "\n")
  return bytes.split(separator: separator).compactMap { line in
    let ended = separator != 0 && line.last == UInt8(ascii: "\r") ? line.dropLast() : line
    return ended.isEmpty ? nil : FilePath(bytes: ended)
  }
}
