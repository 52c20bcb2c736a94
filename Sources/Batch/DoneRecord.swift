import CXattr
import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What `--resume` needs to know of an output: from which input and with which settings it was made.
///
/// It travels with the output as an extended attribute, `user.fovea.made`, set before the file gets its name. So an output
/// that is there is whole and has its record, whatever moment the process was killed at, and no list can get out of step.
/// On a file system without such attributes a resumed run does everything again.
struct DoneRecord: Equatable {
  let settings: UInt64
  let inputSize: Int64
  let inputModified: Int64

  init(settings: UInt64, input: FileFacts) {
    self.settings = settings
    inputSize = input.size
    inputModified = input.modified
  }

  private static let name = "user.fovea.made"

  /// `1 settings size time output-size`, in hexadecimal.
  private func text(outputSize: Int64) -> String {
    (["1"]
      + [
        settings, UInt64(bitPattern: inputSize), UInt64(bitPattern: inputModified),
        UInt64(bitPattern: outputSize),
      ]
      .map { String($0, radix: 16) }).joined(separator: " ")
  }

  /// Notes the record on a file that is complete.
  ///
  /// Best effort: without it the file is merely made again.
  func attach(to file: FilePath) {
    guard let facts = FileFacts.ifPresent(file) else { return }
    let text = Array(text(outputSize: facts.size).utf8)
    _ = file.withPlatformString { fovea_set_attribute($0, Self.name, text, text.count) }
  }

  /// Whether `file` is there, was made from that input with those settings, and has the length it had then.
  func matches(_ file: FilePath) -> Bool {
    guard let facts = FileFacts.ifPresent(file), facts.kind == .file else { return false }
    var found = [UInt8](repeating: 0, count: 128)
    let length = file.withPlatformString { fovea_get_attribute($0, Self.name, &found, found.count) }
    return length > 0 && found.prefix(length).elementsEqual(text(outputSize: facts.size).utf8)
  }
}

func remove(_ file: FilePath) { _ = file.withPlatformString { unlink($0) } }
