import ArgumentParser
import Batch
import SystemPackage

/// What to work on.
struct InputOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "Files, folders (walked through in byte order of names; hidden files are skipped), or - for paths on standard input.",
      valueName: "inputs"),
    completion: .file())
  var inputs: [String]

  func list(isMine: @escaping @Sendable (FilePath) -> Bool) throws -> InputList {
    do throws(BatchError) {
      return try InputList(inputs.map { FilePath(argument: $0) }, isMine: isMine)
    } catch {
      throw error == .standardInputTwice ? wrongUsage("\(error)") : failed("\(error)")
    }
  }
}
