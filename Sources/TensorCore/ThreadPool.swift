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
/// Between two loops a thread looks out for the next one for some hundred microseconds before it sleeps: the layers of a
/// network follow each other faster than a sleeping thread wakes. So does the caller for the last helper to end. Both give
/// way to whoever else wants their processor. A loop does not wait for a helper that has not come by the time the work is
/// done, and one loop has the pool at a time.
final class ThreadPool: @unchecked Sendable {
  // Sendable because `work` is written only by the loop that holds `isTaken`, before it opens `state`, and read only
  // by helpers that have entered through `state`, all of which leave before the loop gives the pool back. `threads` is
  // written by the initialiser and read by such loops.

  static let shared = ThreadPool(helpers: Parallelism.processors - 1)

  private let isTaken = Atomic<Bool>(false)
  /// The number of the loop, times `oneLoop`; `closed`, when no helper may enter; how many helpers are inside.
  private let state = Atomic<Int>(ThreadPool.closed)
  private var work: ((_ isHelper: Bool) -> Void)?
  private let sleepers = Atomic<Int>(0)
  /// Whether the caller sleeps until the last helper has left.
  private let isAwaited = Atomic<Bool>(false)
  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  /// Rings when a loop opens.
  private let bell = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  /// Rings when a helper leaves a caller that sleeps.
  private let end = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let helpers: Int
  private var threads: [pthread_t] = []
  /// The processor that the caller runs on.
  private let caller = Atomic<Int32>(-1)

  private static let oneLoop = 1 << 16
  private static let closed = 1 << 15
  private static let inside = closed - 1
  /// Looks at `state` before a helper sleeps, and before a caller does.
  private static let patience = 8_000
  private static let callersPatience = 16_000

  private init(helpers: Int) {
    self.helpers = max(0, helpers)
    pthread_mutex_init(lock, nil)
    pthread_cond_init(bell, nil)
    pthread_cond_init(end, nil)
    // A thread that cannot be had is not missed: no loop waits for it.
    for _ in 0..<self.helpers {
      let pool = Unmanaged.passUnretained(self).toOpaque()
      #if canImport(Darwin)
        var thread: pthread_t?
        let status = pthread_create(&thread, nil, { ThreadPool.help($0) }, pool)
        if status == 0, let thread { threads.append(thread) }
      #else
        var thread = pthread_t()
        let status = pthread_create(&thread, nil, { $0.flatMap(ThreadPool.help) }, pool)
        if status == 0 { threads.append(thread) }
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
      caller.store(fovea_current_processor(), ordering: .relaxed)
      // Room is made for as many helpers as are wanted: the others find the count full.
      let nobody = max(0, helpers - wanted)
      state.store(number % (1 << 40) * Self.oneLoop + nobody, ordering: .sequentiallyConsistent)
      if sleepers.load(ordering: .sequentiallyConsistent) > 0 { wakeHelpers() }
      body(false)
      _ = state.bitwiseOr(Self.closed, ordering: .sequentiallyConsistent)
      awaitHelpers { self.state.load(ordering: .sequentiallyConsistent) & Self.inside <= nobody }
      work = nil
    }
    return true
  }

  private func wakeHelpers() {
    // Where processors are many the kernel finds an idle one.
    if threads.count < 8 {
      for thread in threads { fovea_keep_away(thread, caller.load(ordering: .relaxed)) }
    }
    // Whoever is about to sleep sleeps, or has seen the open loop.
    pthread_mutex_lock(lock)
    pthread_mutex_unlock(lock)
    pthread_cond_broadcast(bell)
  }

  private func awaitHelpers(_ haveLeft: () -> Bool) {
    if Self.look(Self.callersPatience, for: { haveLeft() ? () : nil }) != nil { return }
    pthread_mutex_lock(lock)
    isAwaited.store(true, ordering: .sequentiallyConsistent)
    while !haveLeft() { pthread_cond_wait(end, lock) }
    isAwaited.store(false, ordering: .relaxed)
    pthread_mutex_unlock(lock)
  }

  /// Looks so many times for what another thread will do.
  @inline(__always)
  private static func look<Found>(_ times: Int, for found: () -> Found?) -> Found? {
    for turn in 1...times {
      if let found = found() { return found }
      if turn % 512 == 0 { sched_yield() } else { fovea_pause() }
    }
    return nil
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
      moveFromCaller()
      work?(true)
      _ = state.subtract(1, ordering: .sequentiallyConsistent)
      if isAwaited.load(ordering: .sequentiallyConsistent) {
        pthread_mutex_lock(lock)
        pthread_cond_signal(end)
        pthread_mutex_unlock(lock)
      }
    }
  }

  /// The kernel may have moved the caller to where this helper runs.
  private func moveFromCaller() {
    let here = fovea_current_processor()
    guard here >= 0, here == caller.load(ordering: .relaxed) else { return }
    fovea_keep_away(pthread_self(), here)
    fovea_allow_everywhere(pthread_self())
  }

  /// The state of an open loop that is not the one numbered `last`.
  private func next(after last: Int) -> Int {
    func open() -> Int? {
      let now = state.load(ordering: .sequentiallyConsistent)
      return now & Self.closed == 0 && now / Self.oneLoop != last ? now : nil
    }
    if let now = Self.look(Self.patience, for: open) { return now }
    pthread_mutex_lock(lock)
    _ = sleepers.add(1, ordering: .sequentiallyConsistent)
    defer {
      _ = sleepers.subtract(1, ordering: .sequentiallyConsistent)
      pthread_mutex_unlock(lock)
      fovea_allow_everywhere(pthread_self())
    }
    while true {
      if let now = open() { return now }
      pthread_cond_wait(bell, lock)
    }
  }
}
