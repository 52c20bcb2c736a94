#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Lets any number of threads through together, or one alone; who waits to be alone is not overtaken.
///
/// - Important: `@unchecked Sendable` holds because both locks are made once, are never moved, and may be used by any
///   thread. A thread that is through must not ask again.
final class Gate: @unchecked Sendable {
  private let door = UnsafeMutablePointer<pthread_rwlock_t>.allocate(capacity: 1)
  /// Everybody passes here before the door, and who wants to be alone stays in it until then.
  private let queue = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)

  init() {
    pthread_rwlock_init(door, nil)
    pthread_mutex_init(queue, nil)
  }

  deinit {
    pthread_rwlock_destroy(door)
    pthread_mutex_destroy(queue)
    door.deallocate()
    queue.deallocate()
  }

  func together<Result>(_ body: () -> Result) -> Result {
    pthread_mutex_lock(queue)
    pthread_rwlock_rdlock(door)
    pthread_mutex_unlock(queue)
    defer { pthread_rwlock_unlock(door) }
    return body()
  }

  func alone<Result>(_ body: () -> Result) -> Result {
    pthread_mutex_lock(queue)
    pthread_rwlock_wrlock(door)
    pthread_mutex_unlock(queue)
    defer { pthread_rwlock_unlock(door) }
    return body()
  }
}
