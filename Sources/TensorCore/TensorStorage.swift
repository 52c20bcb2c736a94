#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The memory behind a ``Tensor``: floats of its own, 64-byte aligned, or floats lent by someone else (a mapped file).
///
/// - Important: `@unchecked Sendable` holds because the floats change only through
///   ``Tensor/withUnsafeMutableScalars(_:)``, which first makes sure that one tensor alone refers to this storage.
@usableFromInline
package final class TensorStorage: @unchecked Sendable {
  @usableFromInline package let base: UnsafeMutablePointer<Float>
  @usableFromInline package let count: Int
  /// Keeps lent memory alive; `nil` when the memory is this object's own.
  package let lender: (any AnyObject & Sendable)?

  /// Room for `count` floats, not yet set.
  package init(uninitialized count: Int) {
    var raw: UnsafeMutableRawPointer?
    let status = posix_memalign(&raw, 64, max(count, 1) * MemoryLayout<Float>.stride)
    guard status == 0, let raw else { preconditionFailure("out of memory: \(count) floats") }
    base = raw.bindMemory(to: Float.self, capacity: max(count, 1))
    self.count = count
    lender = nil
  }

  /// A read-only view of floats that `lender` keeps alive and never changes.
  package init(borrowing floats: UnsafeBufferPointer<Float>, from lender: any AnyObject & Sendable) {
    precondition(floats.count > 0 && floats.baseAddress != nil, "nothing to borrow")
    guard let address = floats.baseAddress else { preconditionFailure("nothing to borrow") }
    base = UnsafeMutablePointer(mutating: address)
    count = floats.count
    self.lender = lender
  }

  deinit {
    if lender == nil { free(base) }
  }
}
