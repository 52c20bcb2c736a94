internal import CKernels

private let byteKernels = fovea_plane_kernels_best().pointee

/// Bytes as floats.
package func convert(_ bytes: UnsafePointer<UInt8>, to result: UnsafeMutablePointer<Float>, count: Int) {
  byteKernels.floats_of_bytes(bytes, result, count)
}

/// Floats as bytes: rounded half away from zero, clipped to 0...255, NaN to 0.
package func convert(_ values: UnsafePointer<Float>, to result: UnsafeMutablePointer<UInt8>, count: Int) {
  byteKernels.bytes_of_floats(values, result, count)
}
