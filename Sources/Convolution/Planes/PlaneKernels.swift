import CKernels

/// The micro-kernels for this processor.
let planeKernels = fovea_plane_kernels_best().pointee

/// What the micro-kernels use here: `AVX2+FMA`, `AVX-512`, `NEON` or `portable`.
package let planeInstructionSet = String(cString: planeKernels.name)

/// Lends memory for `count` elements, not yet set, for the length of `body`; of a trivial type only.
func withScratch<Element: BitwiseCopyable>(
  of type: Element.Type, _ count: Int, _ body: (UnsafeMutablePointer<Element>) -> Void
) {
  withUnsafeTemporaryAllocation(of: type, capacity: max(1, count)) { buffer in
    guard let base = buffer.baseAddress else { return }
    body(base)
  }
}
