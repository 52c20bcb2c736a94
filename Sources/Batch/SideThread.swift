import Dispatch
import Synchronization

/// A thread beside the caller's own that does one piece of work at a time: a sheet is encoded while the next layer is
/// computed.
///
/// ```swift
/// try withSideThread(isUsed: true) { side in
///   for sheet in sheets { try side.start { try sheet.write(to: path) } }
/// }                                            // all of them are written, or the first error is thrown
/// ```
package final class SideThread: Sendable {
  private let isUsed: Bool
  private let isFree = DispatchSemaphore(value: 1)
  private let failure = Mutex<(any Error)?>(nil)

  fileprivate init(isUsed: Bool) { self.isUsed = isUsed }

  /// Begins `body` as soon as the piece before it has ended, so that no more than one waits for the disk or a processor.
  ///
  /// Throws what an earlier piece has thrown; nothing is begun any more then.
  package func start(_ body: @escaping @Sendable () throws -> Void) throws {
    guard isUsed else { return try body() }
    isFree.wait()
    guard failure.withLock({ $0 == nil }) else {
      isFree.signal()
      return try finish()
    }
    OwnThread.start {
      do { try body() } catch { self.failure.withLock { $0 = error } }
      self.isFree.signal()
    }
  }

  /// Waits until nothing is being done.
  fileprivate func wait() {
    isFree.wait()
    isFree.signal()
  }

  /// Waits, and throws what a piece has thrown.
  fileprivate func finish() throws {
    wait()
    if let error = failure.withLock({ $0 }) { throw error }
  }
}

/// Runs `body` with a thread beside it, and returns when both have ended.
///
/// - Parameter isUsed: whether there is a processor for it; otherwise all is done on the caller's thread.
package func withSideThread<Result>(isUsed: Bool, _ body: (SideThread) throws -> Result) throws -> Result {
  let side = SideThread(isUsed: isUsed)
  let result: Result
  do { result = try body(side) } catch {
    side.wait()
    throw error
  }
  try side.finish()
  return result
}
