import ArgumentParser
import Batch
import Logging

/// How much is told about what happens inside.
struct LoggingOptions: ParsableArguments {
  @Flag(name: .shortAndLong, help: "Tell on standard error what is being done and how.")
  var verbose = false

  /// A log on standard error: warnings, and with `--verbose` everything.
  var logger: Logger {
    var logger = Logger(label: "fovea") { _ in PlainLog() }
    logger.logLevel = verbose ? .debug : .warning
    return logger
  }
}

/// A log for people: `fovea: warning: text`, without times and sources.
private struct PlainLog: LogHandler {
  var metadata: Logger.Metadata = [:]
  var logLevel = Logger.Level.warning

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let prefix = event.level >= .warning ? "\(event.level): " : ""
    StandardError.line("fovea: \(prefix)\(event.message)")
  }
}
