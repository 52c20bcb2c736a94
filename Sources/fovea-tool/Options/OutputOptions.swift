import ArgumentParser
import Batch
import SystemPackage

/// Where outputs go and what they are called.
struct OutputOptions: ParsableArguments {
  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: ArgumentHelp(
      "A file when it ends in a known suffix and is no folder, else a folder, made when it is not there.",
      valueName: "path"),
    completion: .file())
  var output = "Output"

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Text between an output's name and its suffix.", valueName: "text"))
  var suffix = ""

  func validate() throws {
    if suffix.contains("/") {
      throw ValidationError("--suffix is part of a file name and cannot contain '/'")
    }
    if output.isEmpty { throw ValidationError("-o needs a path") }
  }

  func map(fileSuffixes: Set<String>, below: String? = nil) -> OutputMap {
    OutputMap(FilePath(argument: output), fileSuffixes: fileSuffixes, addition: suffix, below: below)
  }
}
