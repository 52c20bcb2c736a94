internal import CKernels
internal import TensorCore

/// Each channel with a kernel of its own, summed directly, a row of outputs at a time; rows are shared out over the threads.
///
/// A row comes with the addresses of the input pixels of its kernel rows, padding included, so the inner loop knows no borders.
extension PreparedConvolution {
  func applyDepthwise(_ input: Pixels, _ output: MutablePixels, _ finish: Finish) {
    let (rows, columns) = (geometry.rows, geometry.columns)
    let zeros = UnsafePointer(self.zeros.base)
    let width = (columns.output - 1) * columns.stride + (columns.kernel - 1) * columns.dilation + 1
    let work = columns.output * geometry.depth * geometry.inputChannels
    parallelFor(geometry.batch * rows.output, grain: max(1, 64 * 1024 / max(1, work))) { range in
      withUnsafeTemporaryAllocation(of: UnsafePointer<Float>?.self, capacity: rows.kernel * width) { table in
        guard let table = table.baseAddress else { return }
        for line in range {
          let (sample, oy) = (line / rows.output, line % rows.output)
          for ky in 0..<rows.kernel {
            let y = rows.start(of: oy) + ky * rows.dilation
            let source = input.start + (sample * rows.input + y) * columns.input * input.stride
            for index in 0..<width {
              let x = index - columns.before
              let isInside = y >= 0 && y < rows.input && x >= 0 && x < columns.input
              table[ky * width + index] = isInside ? source + x * input.stride : zeros
            }
          }
          let first = line * columns.output
          var row = fovea_layer_depthwise(
            width: columns.output, channels: geometry.inputChannels, kernel_rows: rows.kernel,
            kernel_columns: columns.kernel, stride: columns.stride, dilation: columns.dilation, inputs: table,
            inputs_stride: width, weights: weights.base, bias: bias.map { UnsafePointer($0.base) },
            output: output.start + first * output.stride, output_stride: output.stride)
          var store = finish.store(from: first)
          kernels.table.depthwise(&row, &store)
        }
      }
    }
  }
}
