import Synchronization
import TensorCore

/// The arenas of runs that are over, for the next ones: memory already mapped is several times faster than fresh pages.
final class ArenaPool: Sendable {
  private let idle = Mutex<[TensorStorage]>([])

  func take(_ count: Int) -> TensorStorage {
    let isLarge = count * MemoryLayout<Float>.stride >= TensorStorage.largePage
    return idle.withLock { $0.popLast() }
      ?? TensorStorage(uninitialized: isLarge ? TensorStorage.wholeLargePages(count) : count)
  }

  func give(_ arena: TensorStorage) {
    idle.withLock { $0.append(arena) }
  }
}
