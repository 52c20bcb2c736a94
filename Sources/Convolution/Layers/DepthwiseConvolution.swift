import TensorCore

/// Each channel with kernels of its own, summed directly, channels innermost; rows are shared out over the threads.
///
/// `geometry` has as many groups as input channels; the kernel is `[H, W, C, multiplier]`.
package func convolveDepthwise(
  _ geometry: ConvolutionGeometry, input: UnsafePointer<Float>, kernel: UnsafePointer<Float>,
  bias: UnsafePointer<Float>?, output: UnsafeMutablePointer<Float>, epilogue: Epilogue? = nil
) {
  let (rows, columns) = (geometry.rows, geometry.columns)
  let (channels, filters) = (geometry.inputChannels, geometry.outputChannels)
  let multiplier = geometry.filtersPerGroup
  parallelFor(geometry.batch * rows.output, grain: 2) { range in
    for line in range {
      let (sample, oy) = (line / rows.output, line % rows.output)
      let target = output + line * columns.output * filters
      fill(target, pixels: columns.output, channels: filters, bias: bias)
      for ky in rows.taps(at: oy) {
        let iy = rows.start(of: oy) + ky * rows.dilation
        let source = input + (sample * rows.input + iy) * columns.input * channels
        for ox in 0..<columns.output {
          let sums = target + ox * filters
          for kx in columns.taps(at: ox) {
            let values = source + (columns.start(of: ox) + kx * columns.dilation) * channels
            let weights = kernel + (ky * columns.kernel + kx) * filters
            if multiplier == 1 {
              accumulateProducts(sums, values, weights, channels)
            } else {
              for c in 0..<channels {
                let value = values[c]
                for m in c * multiplier..<(c + 1) * multiplier { sums[m] += value * weights[m] }
              }
            }
          }
        }
      }
      epilogue?(target, columns.output)
    }
  }
}

/// `sums[i] += a[i] * b[i]`, eight at a time.
@inline(__always)
private func accumulateProducts(
  _ sums: UnsafeMutablePointer<Float>, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ count: Int
) {
  let wide = count & ~7
  var index = 0
  while index < wide {
    let target = UnsafeMutableRawPointer(sums + index)
    let sum = target.loadUnaligned(as: SIMD8<Float>.self)
    let x = UnsafeRawPointer(a + index).loadUnaligned(as: SIMD8<Float>.self)
    let w = UnsafeRawPointer(b + index).loadUnaligned(as: SIMD8<Float>.self)
    target.storeBytes(of: sum + x * w, as: SIMD8<Float>.self)
    index += 8
  }
  while index < count {
    sums[index] += a[index] * b[index]
    index += 1
  }
}
