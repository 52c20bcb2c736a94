import TensorCore

// The dense layer in training. All are cut into the same parts whatever the number of threads, and none needs a sum over parts.

/// `output = x W + b`; `x` `[rows, inputs]`, `W` `[inputs, units]`.
package func denseByParts(
  rows: Int, inputs: Int, units: Int, input: UnsafePointer<Float>, kernel: UnsafePointer<Float>,
  bias: UnsafePointer<Float>?, output: UnsafeMutablePointer<Float>
) {
  fill(output, pixels: rows, channels: units, bias: bias)
  forEachPart(of: units) { columns in
    matrixProduct(
      rows: rows, columns: columns.count, inner: inputs, input, leadingA: inputs, kernel + columns.lowerBound,
      leadingB: units, beta: 1, output + columns.lowerBound, leadingC: units)
  }
}

/// `dJ/dW = x^T dJ/dZ`, overwritten.
package func denseKernelGradient(
  rows: Int, inputs: Int, units: Int, input: UnsafePointer<Float>, outputGradient: UnsafePointer<Float>,
  result: UnsafeMutablePointer<Float>
) {
  forEachPart(of: inputs) { range in
    matrixProduct(
      rows: range.count, columns: units, inner: rows, input + range.lowerBound, leadingA: inputs,
      transposeA: true, outputGradient, leadingB: units, result + range.lowerBound * units, leadingC: units)
  }
}

/// `dJ/dx = dJ/dZ W^T`, overwritten.
package func denseInputGradient(
  rows: Int, inputs: Int, units: Int, outputGradient: UnsafePointer<Float>, kernel: UnsafePointer<Float>,
  result: UnsafeMutablePointer<Float>
) {
  forEachPart(of: inputs) { range in
    matrixProduct(
      rows: rows, columns: range.count, inner: units, outputGradient, leadingA: units,
      kernel + range.lowerBound * units, leadingB: units, transposeB: true, result + range.lowerBound,
      leadingC: inputs)
  }
}

private func forEachPart(of count: Int, _ body: (Range<Int>) -> Void) {
  parallelFor(gradientParts) { parts in
    for part in parts {
      let range = gradientPart(part, of: count)
      if !range.isEmpty { body(range) }
    }
  }
}
