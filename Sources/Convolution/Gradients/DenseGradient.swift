internal import CKernels
import TensorCore

// The dense layer in training, its matrix packed anew at every step. All are cut into the same parts whatever the number
// of threads, and none needs a sum over parts.

/// `output = x W + b`; `x` `[rows, inputs]`, `W` `[inputs, units]`.
package func denseByParts(
  rows: Int, inputs: Int, units: Int, input: UnsafePointer<Float>, kernel: UnsafePointer<Float>,
  bias: UnsafePointer<Float>?, output: UnsafeMutablePointer<Float>
) {
  multiplyByPanels(rows: rows, depth: inputs, columns: units, input, to: output) { range, panels in
    LayerKernels.best.table.pack(
      inputs, range.count, kernel + range.lowerBound, units, bias.map { $0 + range.lowerBound }, panels)
  }
}

/// `dJ/dW = x^T dJ/dZ`, overwritten.
package func denseKernelGradient(
  rows: Int, inputs: Int, units: Int, input: UnsafePointer<Float>, outputGradient: UnsafePointer<Float>,
  result: UnsafeMutablePointer<Float>
) {
  let training = LayerKernels.best.table.training.pointee
  forEachPart(of: inputs) { range in
    let sums = result + range.lowerBound * units
    sums.update(repeating: 0, count: range.count * units)
    var product = fovea_outer_product(
      lines: 1, width: rows, run: range.count, columns: units, input: input + range.lowerBound,
      input_line: 0, input_pixel: inputs, gradient: outputGradient, gradient_line: 0, gradient_pixel: units,
      sums: sums, sums_stride: units)
    training.add_outer_products(&product)
  }
}

/// `dJ/dx = dJ/dZ W^T`, overwritten.
package func denseInputGradient(
  rows: Int, inputs: Int, units: Int, outputGradient: UnsafePointer<Float>, kernel: UnsafePointer<Float>,
  result: UnsafeMutablePointer<Float>
) {
  let training = LayerKernels.best.table.training.pointee
  multiplyByPanels(rows: rows, depth: units, columns: inputs, outputGradient, to: result) { range, panels in
    training.pack_turned(units, range.count, kernel + range.lowerBound * units, units, panels)
  }
}

/// `output = x M` for `x` `[rows, depth]` and a matrix `[depth, columns]` of which `pack` packs the columns it is asked for.
private func multiplyByPanels(
  rows: Int, depth: Int, columns: Int, _ x: UnsafePointer<Float>, to output: UnsafeMutablePointer<Float>,
  _ pack: (_ columns: Range<Int>, _ panels: UnsafeMutablePointer<Float>) -> Void
) {
  let table = LayerKernels.best.table
  forEachPart(of: (columns + table.panel - 1) / table.panel) { panels in
    let range = panels.lowerBound * table.panel..<min(columns, panels.upperBound * table.panel)
    Scratch.withFloats(table.packed_count(depth, range.count)) { packed in
      pack(range, packed)
      withUnsafeTemporaryAllocation(of: UnsafePointer<Float>?.self, capacity: rows) { addresses in
        guard let addresses = addresses.baseAddress else { return }
        for row in 0..<rows { addresses[row] = x + row * depth }
        var product = fovea_layer_product(
          pixels: rows, taps: 1, depth: depth, columns: range.count, inputs: addresses, inputs_stride: rows,
          offset: 0, panels: packed, output: output + range.lowerBound, output_stride: columns)
        var store = Finish.none.store(from: 0)
        table.product(&product, &store)
      }
    }
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
