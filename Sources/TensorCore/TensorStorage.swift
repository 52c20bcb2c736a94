import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The memory behind a ``Tensor``: floats of its own, 64-byte aligned; floats lent by someone else (a mapped file); or
/// floats that are made when they are first asked for.
///
/// - Important: `@unchecked Sendable` holds because the floats change only through
///   ``Tensor/withUnsafeMutableScalars(_:)``, which first makes sure that one tensor alone refers to this storage;
///   deferred floats are made under a lock.
@usableFromInline
package final class TensorStorage: @unchecked Sendable {
  @usableFromInline package let count: Int
  /// Keeps lent memory alive; `nil` when the memory is this object's own.
  package let lender: (any AnyObject & Sendable)?

  // The address of the floats, 0 as long as deferred ones have not been made.
  private let address: Atomic<UInt>
  private let maker: Mutex<(@Sendable (UnsafeMutableBufferPointer<Float>) -> Void)?>

  /// The first float; makes deferred ones.
  @usableFromInline package var base: UnsafeMutablePointer<Float> {
    if let base = UnsafeMutablePointer<Float>(bitPattern: address.load(ordering: .acquiring)) { return base }
    return maker.withLock { maker in
      if let made = UnsafeMutablePointer<Float>(bitPattern: address.load(ordering: .acquiring)) {
        return made
      }
      let floats = Self.room(for: count)
      maker?(UnsafeMutableBufferPointer(start: floats, count: count))
      maker = nil
      address.store(UInt(bitPattern: floats), ordering: .releasing)
      return floats
    }
  }

  /// Room for `count` floats, not yet set.
  package init(uninitialized count: Int) {
    address = Atomic(UInt(bitPattern: Self.room(for: count)))
    maker = Mutex(nil)
    self.count = count
    lender = nil
  }

  /// Room for `count` floats that is taken, and that `fill` sets, when a float is first asked for.
  package init(
    deferring count: Int, fill: @escaping @Sendable (UnsafeMutableBufferPointer<Float>) -> Void
  ) {
    address = Atomic(0)
    maker = Mutex(fill)
    self.count = count
    lender = nil
  }

  /// A read-only view of floats that `lender` keeps alive and never changes.
  package init(borrowing floats: UnsafeBufferPointer<Float>, from lender: any AnyObject & Sendable) {
    precondition(floats.count > 0 && floats.baseAddress != nil, "nothing to borrow")
    guard let base = floats.baseAddress else { preconditionFailure("nothing to borrow") }
    address = Atomic(UInt(bitPattern: base))
    maker = Mutex(nil)
    count = floats.count
    self.lender = lender
  }

  /// Bytes of a page of which the processor looks up few.
  package static let largePage = 2 << 20

  /// So many floats or some more, so that all lie on large pages.
  package static func wholeLargePages(_ count: Int) -> Int {
    let page = largePage / MemoryLayout<Float>.stride
    return max(2, (count + page - 1) / page) * page
  }

  private static func room(for count: Int) -> UnsafeMutablePointer<Float> {
    var raw: UnsafeMutableRawPointer?
    let bytes = max(count, 1) * MemoryLayout<Float>.stride
    // Weights that are read once a pass spend as long looking up small pages as being read.
    let status = posix_memalign(&raw, bytes >= 2 * largePage ? largePage : 64, bytes)
    guard status == 0, let raw else { preconditionFailure("out of memory: \(count) floats") }
    #if os(Linux)
      if bytes >= 2 * largePage { madvise(raw, bytes, MADV_HUGEPAGE) }
    #endif
    return raw.bindMemory(to: Float.self, capacity: max(count, 1))
  }

  deinit {
    if lender == nil { free(UnsafeMutableRawPointer(bitPattern: address.load(ordering: .acquiring))) }
  }
}
