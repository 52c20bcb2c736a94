import ArgumentParser
import Batch

/// Says on one line what is wrong with the command line; to be thrown, it ends the program with status 64.
func wrongUsage(_ message: String) -> ExitCode {
  StandardError.line("fovea: \(message)")
  return ExitCode(64)
}
