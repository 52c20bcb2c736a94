import ArgumentParser
import Batch

/// How the work is done and told.
struct RunOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Inputs worked on at the same time (default: the number of processors).", valueName: "n"))
  var jobs: Int?

  @Flag(help: "Say what would be written, and write nothing.")
  var dryRun = false

  @Flag(help: "Replace outputs that are already there. Without it they make their input fail.")
  var overwrite = false

  @Flag(help: "Skip what an earlier run has done with the same settings; redo what is stale or unfinished.")
  var resume = false

  @Flag(help: "Begin no more inputs after the first failure.")
  var failFast = false

  @Flag(
    name: .shortAndLong,
    help:
      "Tell problems only: no progress, no counts, no list of outputs. --json and predictions are printed all the same."
  )
  var quiet = false

  @Flag(help: "Print one JSON object for every input on standard output, and nothing else there.")
  var json = false

  @OptionGroup var logging: LoggingOptions

  func validate() throws {
    if let jobs, jobs < 1 { throw ValidationError("--jobs is at least 1, not \(jobs)") }
  }

  func batchOptions(processors: Int) -> BatchOptions {
    var options = BatchOptions(jobs: jobs ?? processors)
    options.dryRun = dryRun
    options.overwrite = overwrite
    options.resume = resume
    options.failFast = failFast
    options.quiet = quiet
    options.json = json
    return options
  }
}
