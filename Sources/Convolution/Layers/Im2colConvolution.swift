import TensorCore

/// Convolution as matrix products over blocks of gathered windows.
///
/// This is "im2col" (Chellapilla, Puri and Simard 2006).
///
/// A block holds the windows of some hundreds of output pixels, one a row, so that it stays in the cache between being
/// gathered and being multiplied by the kernel, a `[depth, filters]` matrix as it lies in memory. Blocks are shared out
/// over the threads; each has its own windows.
package func convolveIm2col(
  _ geometry: ConvolutionGeometry, input: UnsafePointer<Float>, kernel: UnsafePointer<Float>,
  bias: UnsafePointer<Float>?, output: UnsafeMutablePointer<Float>, epilogue: Epilogue? = nil
) {
  let pixels = geometry.outputPixels
  guard pixels > 0 else { return }
  let depth = geometry.depth
  let (filters, perGroup) = (geometry.outputChannels, geometry.filtersPerGroup)
  let share = (pixels + Parallelism.threads - 1) / Parallelism.threads
  let block = min(share, max(256, 512 * 1024 / depth))
  parallelFor((pixels + block - 1) / block) { blocks in
    let windows = UnsafeMutablePointer<Float>.allocate(capacity: block * depth)
    defer { windows.deallocate() }
    for index in blocks {
      let range = index * block..<min((index + 1) * block, pixels)
      let target = output + range.lowerBound * filters
      fill(target, pixels: range.count, channels: filters, bias: bias)
      for group in 0..<geometry.groups {
        gatherWindows(geometry, of: range, group: group, from: input, into: windows)
        matrixProduct(
          rows: range.count, columns: perGroup, inner: depth, windows, leadingA: depth,
          kernel + group * perGroup, leadingB: filters, beta: 1, target + group * perGroup, leadingC: filters)
      }
      epilogue?(target, range.count)
    }
  }
}

/// Writes the windows of output pixels, `[pixel, kernel row, kernel column, channel of the group]`, zeros for padding.
private func gatherWindows(
  _ geometry: ConvolutionGeometry, of pixels: Range<Int>, group: Int,
  from input: UnsafePointer<Float>, into windows: UnsafeMutablePointer<Float>
) {
  let (rows, columns) = (geometry.rows, geometry.columns)
  let (channels, allChannels) = (geometry.channelsPerGroup, geometry.inputChannels)
  let kernelRow = columns.kernel * channels
  // Neighbouring taps of all channels lie side by side in memory and are copied in one go.
  let copiesRuns = columns.dilation == 1 && geometry.groups == 1
  var target = windows
  for pixel in pixels {
    let ox = pixel % columns.output
    let oy = pixel / columns.output % rows.output
    let sample = pixel / (columns.output * rows.output)
    let taps = columns.taps(at: ox)
    let firstColumn = columns.start(of: ox)
    for ky in 0..<rows.kernel {
      let iy = rows.start(of: oy) + ky * rows.dilation
      if iy < 0 || iy >= rows.input || taps.isEmpty {
        target.update(repeating: 0, count: kernelRow)
        target += kernelRow
        continue
      }
      let row = input + (sample * rows.input + iy) * columns.input * allChannels + group * channels
      target.update(repeating: 0, count: taps.lowerBound * channels)
      if copiesRuns {
        (target + taps.lowerBound * channels).update(
          from: row + (firstColumn + taps.lowerBound) * channels, count: taps.count * channels)
      } else {
        for kx in taps {
          (target + kx * channels).update(
            from: row + (firstColumn + kx * columns.dilation) * allChannels, count: channels)
        }
      }
      (target + taps.upperBound * channels).update(
        repeating: 0, count: (columns.kernel - taps.upperBound) * channels)
      target += kernelRow
    }
  }
}
