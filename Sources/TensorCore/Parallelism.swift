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
/// ```swift
/// let total = Atomic<Int>(0)
/// parallelFor(lines.count) { range in _ = total.add(lines[range].reduce(0, +), ordering: .relaxed) }
/// ```
///
/// Returns when all ranges are done. Which thread takes which range is not fixed, so `body` must write only what its
/// own range owns. It belongs to no actor, so it may be written in code of the main actor, top-level code among it.
/// Loops inside `body` run on the thread they are in. Runs on the calling thread alone when the work
/// is smaller than two grains or ``Parallelism/threads`` is 1.
@_disfavoredOverload
public func parallelFor(_ count: Int, grain: Int = 1, _ body: @Sendable (Range<Int>) -> Void) {
  parallelFor(count, grain: grain) { range in body(range) }
}

/// The same for bodies that write through pointers, taken wherever both are seen.
///
/// The compiler cannot know that each range has its own floats. Not for code of an actor, whose closures are the actor's and
/// trap on another thread.
package func parallelFor(_ count: Int, grain: Int = 1, _ body: (Range<Int>) -> Void) {
  guard count > 0 else { return }
  let grain = max(1, grain)
  let threads = min(Parallelism.threads, (count + grain - 1) / grain)
  guard threads > 1, count < Turns.limit else { return body(0..<count) }
  let turns = Turns(count, grain: grain, threads: threads)
  // Shared by the threads below, all of which end before this function returns; what `body` writes is its own range.
  nonisolated(unsafe) let body = body
  @Sendable func takeTurns(fromTheBack: Bool) {
    guard let first = turns.next(fromTheBack: fromTheBack) else { return }
    Parallelism.limited(to: 1) {
      body(first)
      while let range = turns.next(fromTheBack: fromTheBack) { body(range) }
    }
  }
  if ThreadPool.shared.run(helpers: threads - 1, takeTurns) { return }
  // The pool is at another loop, as when pictures are computed side by side.
  DispatchQueue.concurrentPerform(iterations: threads) { takeTurns(fromTheBack: $0 > 0) }
}

/// What is left of a loop.
///
/// One thread takes from the front, the others from the back, so that of two each mostly finds what it wrote itself in
/// the loop before. Turns get smaller towards the end, which evens out unequal ones.
private struct Turns: ~Copyable {
  static let limit = 1 << 31
  /// The first index left, and above its 32 bits the end.
  private let left: Atomic<Int>
  private let grain: Int
  private let parts: Int

  init(_ count: Int, grain: Int, threads: Int) {
    left = Atomic(count << 32)
    self.grain = grain
    // About half a thread's share.
    parts = threads * 2
  }

  func next(fromTheBack: Bool) -> Range<Int>? {
    var seen = left.load(ordering: .relaxed)
    while true {
      let (first, end) = (seen & (Self.limit - 1), seen >> 32)
      guard first < end else { return nil }
      let count = min(end - first, max(grain, (end - first) / parts))
      let taken = fromTheBack ? end - count..<end : first..<first + count
      let rest = fromTheBack ? taken.lowerBound << 32 | first : end << 32 | taken.upperBound
      let (isTaken, now) = left.weakCompareExchange(expected: seen, desired: rest, ordering: .relaxed)
      if isTaken { return taken }
      seen = now
    }
  }
}
