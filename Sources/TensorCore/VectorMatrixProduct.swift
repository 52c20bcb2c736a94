private import COpenBLAS

/// `y += x A` for a row-major `inner x columns` matrix whose rows lie `leading` floats apart, on the calling thread (BLAS `sgemv`).
package func addVectorMatrixProduct(
  inner: Int, columns: Int, _ x: UnsafePointer<Float>, _ a: UnsafePointer<Float>, leading: Int,
  _ y: UnsafeMutablePointer<Float>
) {
  _ = openBLASIsSingleThreaded
  cblas_sgemv(
    CblasRowMajor, CblasTrans, Int32(inner), Int32(columns), 1, a, Int32(leading), x, 1, 1, y, 1)
}
