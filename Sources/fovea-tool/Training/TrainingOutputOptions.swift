import ArgumentParser
import SystemPackage

/// Where a training leaves what it makes, and what becomes of an earlier one there.
struct TrainingOutputOptions: ParsableArguments {
  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: ArgumentHelp("The folder for what comes out.", valueName: "folder"), completion: .directory)
  var output: String?

  @Flag(help: "Go on from the folder's checkpoint, if it has one.")
  var resume = false

  @Flag(help: "Replace what an earlier training left in the folder.")
  var overwrite = false

  @Flag(name: .shortAndLong, help: "Tell problems only.")
  var quiet = false

  func path(default folder: String) -> FilePath { FilePath(argument: output ?? folder) }

  /// The folder, which is made; `results` are the files that say that a training has been there.
  func folder(default folder: String, results: [String]) throws -> TrainingFolder {
    try TrainingFolder(path(default: folder), results: results, options: self)
  }
}
