package import SystemPackage

/// What can go wrong around a batch, with the paths and the system's reason.
package enum BatchError: Error, Sendable, Hashable {
  case missing(FilePath)
  case notAFile(FilePath)
  case unreadable(FilePath, Errno)
  case exists(FilePath)
  case unwritable(FilePath, Errno)
  case interrupted
  case standardInputTwice
  case standardInput(Errno)
  case standardOutput(Errno)
  /// Two inputs would be written to one file.
  case collision(FilePath, FilePath, output: FilePath)

  /// A short fixed word for programs.
  package var kind: String {
    switch self {
    case .missing: "missing"
    case .notAFile: "not-a-file"
    case .unreadable: "unreadable"
    case .exists: "exists"
    case .unwritable: "unwritable"
    case .interrupted: "interrupted"
    case .standardInputTwice, .collision: "usage"
    case .standardInput, .standardOutput: "stream"
    }
  }
}

extension BatchError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .missing: "there is no such file or folder"
    case .notAFile: "this is neither a file nor a folder"
    case .unreadable(_, let error): "cannot be read: \(error.lowercased)"
    case .exists(let path): "\(path.displayed) is already there; --overwrite replaces it"
    case .unwritable(let path, let error): "\(path.displayed) cannot be written: \(error.lowercased)"
    case .interrupted: "interrupted"
    case .standardInputTwice: "'-' is given twice, but standard input can be read only once"
    case .standardInput(let error): "standard input cannot be read: \(error.lowercased)"
    case .standardOutput(let error): "standard output cannot be written: \(error.lowercased)"
    case .collision(let first, let second, let output):
      first == second
        ? "\(first.displayed) is given twice: both would be written to \(output.displayed)"
        : "\(first.displayed) and \(second.displayed) would both be written to \(output.displayed)"
    }
  }
}

extension Errno {
  /// The system's words as the end of a sentence.
  var lowercased: String { description.prefix(1).lowercased() + description.dropFirst() }
}
