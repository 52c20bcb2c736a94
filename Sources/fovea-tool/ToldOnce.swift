import Synchronization

/// Something said for the first input it holds for, and not again for every one.
final class ToldOnce: Sendable {
  private let isTold = Mutex(false)

  func once(_ say: () -> Void) {
    let isFirst = isTold.withLock { told in
      defer { told = true }
      return !told
    }
    if isFirst { say() }
  }
}
