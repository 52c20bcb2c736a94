internal import CKernels
import Dispatch
import Synchronization

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// How many processors a computation may keep busy.
///
/// ```swift
/// Parallelism.limited(to: 1) { network.run(x) }   // this picture on one core, others beside it
/// ```
public enum Parallelism {
  /// The processors this process may run on.
  public static let processors = max(1, ProcessInfo.processInfo.activeProcessorCount)

  @TaskLocal private static var limit: Int?

  /// The threads a parallel loop started here may use: the innermost limit, or every processor.
  public static var threads: Int { limit ?? processors }

  /// Runs `body` with parallel loops inside it kept to `threads` threads.
  public static func limited<Result>(to threads: Int, _ body: () throws -> Result) rethrows -> Result {
    try $limit.withValue(max(1, threads), operation: body)
  }
}

/// Splits `0..<count` into consecutive ranges of at least `grain` and runs `body` on them, on several threads at once.
///
/// Returns when all ranges are done. Which thread takes which range is not fixed, so `body` must write only what its
/// own range owns. Loops inside `body` run on the thread they are in. Runs on the calling thread alone when the work
/// is smaller than two grains or ``Parallelism/threads`` is 1.
public func parallelFor(_ count: Int, grain: Int = 1, _ body: (Range<Int>) -> Void) {
  guard count > 0 else { return }
  let grain = max(1, grain)
  let threads = min(Parallelism.threads, (count + grain - 1) / grain)
  guard threads > 1 else { return body(0..<count) }
  // About four turns a thread even out unequal ranges and a busy neighbour.
  let step = max(grain, (count + threads * 4 - 1) / (threads * 4))
  let next = Atomic<Int>(0)
  // Shared by the threads below, all of which end before this function returns; what `body` writes is its own range.
  nonisolated(unsafe) let body = body
  @Sendable func takeTurns() {
    var start = next.wrappingAdd(step, ordering: .relaxed).oldValue
    guard start < count else { return }
    Parallelism.limited(to: 1) {
      while start < count {
        body(start..<min(start + step, count))
        start = next.wrappingAdd(step, ordering: .relaxed).oldValue
      }
    }
  }
  if ThreadPool.shared.run(helpers: threads - 1, takeTurns) { return }
  // The pool is at another loop, as when pictures are computed side by side.
  DispatchQueue.concurrentPerform(iterations: threads) { _ in takeTurns() }
}
