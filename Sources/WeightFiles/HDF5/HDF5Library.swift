import CHDF5
import Synchronization

/// The one door to libhdf5, which as Debian builds it is not thread-safe.
enum HDF5Library {
  private static let lock = Mutex(())

  /// Runs `body` while nobody else uses the library, which keeps its errors to itself.
  static func locked<Result>(_ body: () -> Result) -> Result {
    // Used and returned on this thread, inside the lock.
    nonisolated(unsafe) var result: Result?
    nonisolated(unsafe) let body = body
    lock.withLock { _ in
      H5open()
      fovea_h5_be_quiet()
      result = body()
    }
    return result.unsafelyUnwrapped
  }
}
