import Synchronization
public import SystemPackage

/// Where a C library reads a file that may be damaged or hostile.
///
/// ```swift
/// @main struct Program {
///   static func main() throws {
///     WorkerProcess.serveIfAsked(jobs: [.hdf5])       // from here on files are read in workers
///     let network = try Network(contentsOf: "model.h5")
///   }
/// }
/// ```
public enum Isolation: Sendable, Hashable {
  /// In this process: fastest, but a damaged file can end the process.
  case inProcess
  /// In a process of its own with limits on time and memory: `executable` must call ``WorkerProcess/serveIfAsked(_:jobs:)``.
  case worker(executable: FilePath)

  /// What readers use when nothing else is said: in this process, until ``WorkerProcess/serveIfAsked(_:jobs:)`` has
  /// shown that this program can be its own worker.
  public static var standard: Isolation {
    get { chosen.withLock { $0 } }
    set { chosen.withLock { $0 = newValue } }
  }

  private static let chosen = Mutex(Isolation.inProcess)
}
