private import COpenBLAS

/// OpenBLAS computes on the thread that calls it; the parallel loops of this package own the cores.
private let openBLASIsSingleThreaded: Void = openblas_set_num_threads(1)

/// `C = alpha * op(A) * op(B) + beta * C` over row-major matrices, on the calling thread (BLAS `sgemm`).
///
/// `op(A)` is `rows x inner`, `op(B)` is `inner x columns`, `C` is `rows x columns`; a leading dimension is the distance
/// between two rows as stored. Traps on nothing: the caller owns the bounds.
package func matrixProduct(
  rows: Int, columns: Int, inner: Int, alpha: Float = 1,
  _ a: UnsafePointer<Float>, leadingA: Int, transposeA: Bool = false,
  _ b: UnsafePointer<Float>, leadingB: Int, transposeB: Bool = false,
  beta: Float = 0, _ c: UnsafeMutablePointer<Float>, leadingC: Int
) {
  _ = openBLASIsSingleThreaded
  cblas_sgemm(
    CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans, transposeB ? CblasTrans : CblasNoTrans,
    Int32(rows), Int32(columns), Int32(inner), alpha, a, Int32(leadingA), b, Int32(leadingB), beta, c,
    Int32(leadingC))
}

/// The product of a `[M, K]` and a `[K, N]` tensor, `[M, N]`; rows are shared out over the threads.
public func matrixProduct(_ a: Tensor, _ b: Tensor) -> Tensor {
  precondition(a.shape.rank == 2 && b.shape.rank == 2 && a.shape[1] == b.shape[0], "\(a.shape) x \(b.shape)")
  let (rows, inner, columns) = (a.shape[0], a.shape[1], b.shape[1])
  guard rows * columns > 0, inner > 0 else { return Tensor(repeating: 0, shape: [rows, columns]) }
  return Tensor(shape: [rows, columns]) { c in
    a.withUnsafeScalars { a in
      b.withUnsafeScalars { b in
        guard let a = a.baseAddress, let b = b.baseAddress, let c = c.baseAddress else { return }
        parallelFor(rows, grain: 16) { range in
          matrixProduct(
            rows: range.count, columns: columns, inner: inner,
            a + range.lowerBound * inner, leadingA: inner, b, leadingB: columns,
            c + range.lowerBound * columns, leadingC: columns)
        }
      }
    }
  }
}
