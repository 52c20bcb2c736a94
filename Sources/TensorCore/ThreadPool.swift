internal import CKernels
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Threads that help a loop: one pool for the process, a thread less than there are processors.
///
/// Between two loops a thread looks out for the next one for some ten microseconds before it sleeps: the layers of a network
/// follow each other faster than a sleeping thread wakes. A loop does not wait for a helper that has not come by the time
/// the work is done, and one loop has the pool at a time.
final class ThreadPool: @unchecked Sendable {
  // Sendable because `work` is written only by the loop that holds `isTaken`, before it opens `state`, and read only
  // by helpers that have entered through `state`, all of which leave before the loop gives the pool back.

  static let shared = ThreadPool(helpers: Parallelism.processors - 1)

  private let isTaken = Atomic<Bool>(false)
  /// The number of the loop, times `oneLoop`; `closed`, when no helper may enter; how many helpers are inside.
  private let state = Atomic<Int>(ThreadPool.closed)
  private var work: ((_ isHelper: Bool) -> Void)?
  private let sleepers = Atomic<Int>(0)
  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let bell = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let helpers: Int

  private static let oneLoop = 1 << 16
  private static let closed = 1 << 15
  private static let inside = closed - 1
  /// Looks at `state` before a thread sleeps.
  private static let patience = 4_000

  private init(helpers: Int) {
    self.helpers = max(0, helpers)
    pthread_mutex_init(lock, nil)
    pthread_cond_init(bell, nil)
    // A thread that cannot be had is not missed: no loop waits for it.
    for _ in 0..<self.helpers {
      let pool = Unmanaged.passUnretained(self).toOpaque()
      #if canImport(Darwin)
        var thread: pthread_t?
        let status = pthread_create(&thread, nil, { ThreadPool.help($0) }, pool)
        if status == 0, let thread { pthread_detach(thread) }
      #else
        var thread = pthread_t()
        let status = pthread_create(&thread, nil, { $0.flatMap(ThreadPool.help) }, pool)
        if status == 0 { pthread_detach(thread) }
      #endif
    }
  }

  /// Runs `body` here and on up to `helpers` threads of the pool at once, and returns when all have ended.
  ///
  /// False, and nothing done, when the pool is at another loop. `body` must take its work from a counter: helpers may
  /// come late or not at all.
  func run(helpers wanted: Int, _ body: (_ isHelper: Bool) -> Void) -> Bool {
    guard helpers > 0, wanted > 0,
      isTaken.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged
    else { return false }
    defer { isTaken.store(false, ordering: .releasing) }
    withoutActuallyEscaping(body) { body in
      work = body
      let number = state.load(ordering: .relaxed) / Self.oneLoop &+ 1
      // Room is made for as many helpers as are wanted: the others find the count full.
      state.store(
        number % (1 << 40) * Self.oneLoop + max(0, helpers - wanted), ordering: .sequentiallyConsistent)
      if sleepers.load(ordering: .sequentiallyConsistent) > 0 {
        pthread_mutex_lock(lock)
        pthread_cond_broadcast(bell)
        pthread_mutex_unlock(lock)
      }
      body(false)
      _ = state.bitwiseOr(Self.closed, ordering: .acquiringAndReleasing)
      var looks = 0
      while state.load(ordering: .acquiring) & Self.inside > max(0, helpers - wanted) {
        looks += 1
        if looks % 1024 == 0 { sched_yield() } else { fovea_pause() }
      }
      work = nil
    }
    return true
  }

  /// What a thread of the pool does for ever.
  private static func help(_ pool: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
    Unmanaged<ThreadPool>.fromOpaque(pool).takeUnretainedValue().help()
    return nil
  }

  private func help() {
    var last = 0
    while true {
      let loop = next(after: last)
      last = loop / Self.oneLoop
      guard loop & Self.inside < helpers,
        state.compareExchange(expected: loop, desired: loop + 1, ordering: .acquiringAndReleasing).exchanged
      else {
        // Another came in between, or the loop is over.
        if state.load(ordering: .relaxed) / Self.oneLoop == last,
          state.load(ordering: .relaxed) & Self.closed == 0,
          state.load(ordering: .relaxed) & Self.inside < helpers
        {
          last -= 1
        }
        continue
      }
      work?(true)
      _ = state.subtract(1, ordering: .acquiringAndReleasing)
    }
  }

  /// The state of an open loop that is not the one numbered `last`.
  private func next(after last: Int) -> Int {
    func open() -> Int? {
      let now = state.load(ordering: .sequentiallyConsistent)
      return now & Self.closed == 0 && now / Self.oneLoop != last ? now : nil
    }
    for _ in 0..<Self.patience {
      if let now = open() { return now }
      fovea_pause()
    }
    pthread_mutex_lock(lock)
    _ = sleepers.add(1, ordering: .sequentiallyConsistent)
    defer {
      _ = sleepers.subtract(1, ordering: .sequentiallyConsistent)
      pthread_mutex_unlock(lock)
    }
    while true {
      if let now = open() { return now }
      pthread_cond_wait(bell, lock)
    }
  }
}
