internal import CKernels
internal import TensorCore

/// Each channel with a kernel of its own, summed directly, a row of outputs at a time, or two where they read nearly the same
/// input rows; rows are shared out over the threads.
///
/// Rows come with the addresses of the input pixels they read, padding included, so the inner loop knows no borders.
extension PreparedConvolution {
  func applyDepthwise(_ input: Pixels, _ output: MutablePixels, _ finish: Finish) {
    let (rows, columns) = (geometry.rows, geometry.columns)
    let zeros = UnsafePointer(self.zeros.base)
    let width = (columns.output - 1) * columns.stride + (columns.kernel - 1) * columns.dilation + 1
    let most = rows.stride == 1 && columns.stride == 1 && rows.dilation == 1 ? 2 : 1
    let groups = (rows.output + most - 1) / most
    let work = most * columns.output * geometry.depth * geometry.inputChannels
    parallelFor(geometry.batch * groups, grain: max(1, 64 * 1024 / max(1, work))) { range in
      let capacity = (rows.kernel + most - 1) * width
      withUnsafeTemporaryAllocation(of: UnsafePointer<Float>?.self, capacity: capacity) { table in
        guard let table = table.baseAddress else { return }
        for group in range {
          let (sample, oy) = (group / groups, group % groups * most)
          let lines = min(most, rows.output - oy)
          for row in 0..<rows.kernel + lines - 1 {
            let y = rows.start(of: oy) + row * rows.dilation
            let source = input.start + (sample * rows.input + y) * columns.input * input.stride
            let place = table + row * width
            guard y >= 0, y < rows.input else {
              place.update(repeating: zeros, count: width)
              continue
            }
            for index in 0..<width {
              let x = index - columns.before
              place[index] = x >= 0 && x < columns.input ? source + x * input.stride : zeros
            }
          }
          let first = (sample * rows.output + oy) * columns.output
          var row = fovea_layer_depthwise(
            width: columns.output, lines: lines, channels: geometry.inputChannels, kernel_rows: rows.kernel,
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
