/// Why a worker did not finish; the caller adds which file it was reading.
public enum WorkerFailure: Error, Sendable, Hashable {
  /// The system did not start it.
  case notStarted(executable: String, reason: String)
  /// It was ended by a signal: it crashed, or a limit of the system caught it.
  case ended(signal: Int32)
  /// It took longer than allowed.
  case tookTooLong(seconds: UInt)
  /// It replied more than allowed.
  case repliedTooMuch(bytes: Int)
  /// It ended without finishing its replies: the program is no worker of ours, or its memory ran out.
  case stoppedEarly(status: Int32)
}

extension WorkerFailure: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notStarted(let executable, let reason):
      "the worker that should read it could not be started (\(executable): \(reason))"
    case .ended(let signal): "the library that reads it crashed (signal \(signal)); the file is damaged"
    case .tookTooLong(let seconds):
      "reading it took longer than \(seconds) s; the file is damaged or built to delay"
    case .repliedTooMuch(let bytes):
      "its structure takes more than \(bytes) bytes to describe; the file is damaged or built to exhaust memory"
    case .stoppedEarly(let status):
      "the worker that reads it stopped early (status \(status)); the file is damaged"
    }
  }
}
