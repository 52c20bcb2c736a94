internal import CKernels
internal import TensorCore

// Loops of training over numbers in a row, on the calling thread.

/// `output = values > 0 ? gradient : 0`: the gradient of a relu, told from what it said; `output` may be `gradient`.
package func keepWherePositive(
  _ count: Int, _ values: UnsafePointer<Float>, _ gradient: UnsafePointer<Float>,
  to output: UnsafeMutablePointer<Float>
) {
  LayerKernels.best.table.training.pointee.keep_positive(count, values, gradient, output)
}

/// `s = rho s + (1 - rho) g^2`, `w -= rate g / sqrt(s + epsilon)`.
package func stepRMSprop(
  _ count: Int, _ weights: UnsafeMutablePointer<Float>, _ gradients: UnsafePointer<Float>,
  squares: UnsafeMutablePointer<Float>, rate: Float, rho: Float, epsilon: Float
) {
  LayerKernels.best.table.training.pointee.rmsprop(count, weights, gradients, squares, rate, rho, epsilon)
}

/// `m += (g - m)(1 - beta1)`, `v += (g^2 - v)(1 - beta2)`, `w -= w shrink + rate m / (sqrt(v) + epsilon)`.
package func stepAdam(
  _ count: Int, _ weights: UnsafeMutablePointer<Float>, _ gradients: UnsafePointer<Float>,
  means: UnsafeMutablePointer<Float>, squares: UnsafeMutablePointer<Float>, rate: Float, beta1: Float,
  beta2: Float, epsilon: Float, shrink: Float
) {
  LayerKernels.best.table.training.pointee.adam(
    count, weights, gradients, means, squares, rate, beta1, beta2, epsilon, shrink)
}

/// Whether none of the values is a NaN or an infinity.
package func allFinite(_ count: Int, _ values: UnsafePointer<Float>) -> Bool {
  LayerKernels.best.table.training.pointee.all_finite(count, values) != 0
}
