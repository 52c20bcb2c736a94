internal import Synchronization
internal import TensorCore

/// Memory for the length of one computation, kept for the next: mapped pages are several times faster than fresh ones.
enum Scratch {
  private static let idle = Mutex<[TensorStorage]>([])

  /// Lends `count` floats, not set, to `body`; nested and parallel calls get memory of their own.
  static func withFloats<Result>(_ count: Int, _ body: (UnsafeMutablePointer<Float>) -> Result) -> Result {
    // The smallest that is large enough; where none is, the largest makes room for one.
    let kept = idle.withLock { idle -> TensorStorage? in
      let fitting = idle.indices.filter { idle[$0].count >= count }.min { idle[$0].count < idle[$1].count }
      if let fitting { return idle.remove(at: fitting) }
      if let largest = idle.indices.max(by: { idle[$0].count < idle[$1].count }) { idle.remove(at: largest) }
      return nil
    }
    let storage = kept ?? TensorStorage(uninitialized: count)
    defer { idle.withLock { $0.append(storage) } }
    return body(storage.base)
  }
}
