internal import TensorCore

/// Convolution of a few channels, as in first layers: the picture is copied once with its padding, where it has any, then a
/// whole kernel row is one run of `width x channels` numbers, long enough for the product's inner loop.
extension PreparedConvolution {
  func applyKernelRows(_ input: Pixels, _ output: MutablePixels, _ finish: Finish) {
    let g = geometry
    let (rows, columns, channels) = (g.rows, g.columns, g.inputChannels)
    let height = (rows.output - 1) * rows.stride + (rows.kernel - 1) * rows.dilation + 1
    let width = (columns.output - 1) * columns.stride + columns.kernel
    if rows.before == 0, columns.before == 0, height <= rows.input, width <= columns.input,
      input.stride == channels
    {
      return multiplyKernelRows(
        input.start, height: rows.input, line: columns.input * channels, output, finish)
    }
    let line = width * channels
    Scratch.withFloats(g.batch * height * line) { padded in
      parallelFor(g.batch * height, grain: max(1, 16_384 / line)) { range in
        for index in range {
          let y = index % height - rows.before
          let target = padded + index * line
          guard y >= 0, y < rows.input else {
            target.update(repeating: 0, count: line)
            continue
          }
          let source = input.start + (index / height * rows.input + y) * columns.input * input.stride
          let first = min(columns.before, width)
          let end = max(first, min(width, columns.before + columns.input))
          target.update(repeating: 0, count: first * channels)
          if input.stride == channels {
            (target + first * channels).update(from: source, count: (end - first) * channels)
          } else {
            for x in first..<end {
              (target + x * channels).update(from: source + (x - first) * input.stride, count: channels)
            }
          }
          (target + end * channels).update(repeating: 0, count: (width - end) * channels)
        }
      }
      multiplyKernelRows(UnsafePointer(padded), height: height, line: line, output, finish)
    }
  }

  /// Pictures of `height` lines of `line` floats, their padding among them.
  private func multiplyKernelRows(
    _ padded: UnsafePointer<Float>, height: Int, line: Int, _ output: MutablePixels, _ finish: Finish
  ) {
    let (rows, columns, channels) = (geometry.rows, geometry.columns, geometry.inputChannels)
    shareOut(pixels: geometry.outputPixels) { range, filters in
      withUnsafeTemporaryAllocation(
        of: UnsafePointer<Float>?.self, capacity: rows.kernel * range.count
      ) { table in
        guard let table = table.baseAddress else { return }
        eachRun(of: range) { index, run, x, y, sample in
          for ky in 0..<rows.kernel {
            let place = table + (ky * range.count + index)
            let first =
              padded + (sample * height + y * rows.stride + ky * rows.dilation) * line
              + x * columns.stride * channels
            for step in 0..<run { place[step] = first + step * columns.stride * channels }
          }
        }
        multiply(
          table, taps: rows.kernel, depth: columns.kernel * channels, range, filters, output, finish)
      }
    }
  }
}
