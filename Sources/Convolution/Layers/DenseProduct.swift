internal import CKernels
package import TensorCore

/// `x W + b` for `rows` vectors of `inputs` numbers, `W` `[inputs, units]` as it lies in memory, never repacked.
///
/// A few rows are bound by reading `W`: each thread reads its own columns once. A single row skips the weights that zeros
/// would meet, half and more of them behind a relu; so a zero times an infinite weight counts as 0 there.
/// Many rows are shared out over the threads.
package func denseProduct(
  rows: Int, inputs: Int, units: Int, input: UnsafePointer<Float>, kernel: UnsafePointer<Float>,
  bias: UnsafePointer<Float>?, output: UnsafeMutablePointer<Float>, epilogue: Epilogue? = nil
) {
  guard rows > 0, units > 0 else { return }
  let kernels = LayerKernels.best.table
  fill(output, pixels: rows, channels: units, bias: bias)
  func add(_ range: Range<Int>, _ columns: Range<Int>) {
    kernels.add_matrix_product(
      range.count, inputs, columns.count, input + range.lowerBound * inputs, inputs,
      kernel + columns.lowerBound, units, output + range.lowerBound * units + columns.lowerBound, units)
  }
  if rows >= 64 {
    parallelFor(rows, grain: 32) { range in
      add(range, 0..<units)
      epilogue?(output + range.lowerBound * units, range.count)
    }
    return
  }
  parallelFor(units, grain: max(16, 65536 / max(1, inputs))) { range in
    if rows == 1 {
      kernels.add_vector_matrix(
        inputs, range.count, input, kernel + range.lowerBound, units, output + range.lowerBound)
    } else {
      add(0..<rows, range)
    }
  }
  // The epilogue may need whole rows (softmax), so it waits for all columns.
  epilogue?(output, rows)
}

/// The same product as its definition reads.
package func referenceDense(_ x: Tensor, kernel: Tensor, bias: Tensor?) -> Tensor {
  let (inputs, units) = (kernel.shape[0], kernel.shape[1])
  let (values, w, b) = (x.scalars, kernel.scalars, bias?.scalars)
  var output: [Float] = []
  for row in 0..<(inputs == 0 ? 0 : values.count / inputs) {
    for unit in 0..<units {
      var sum = Double(b?[unit] ?? 0)
      for i in 0..<inputs { sum += Double(values[row * inputs + i]) * Double(w[i * units + unit]) }
      output.append(Float(sum))
    }
  }
  return Tensor(output, shape: Shape(x.shape.dimensions.dropLast() + [units]))
}
