internal import CKernels
import TensorCore

/// The maximum of every window, channels innermost; rows are shared out over the threads.
///
/// A window with nothing in it has -infinity, and NaN is never a maximum.
package func poolMaximum(_ g: PoolingGeometry, input: Pixels, output: MutablePixels) {
  let kernels = LayerKernels.best.table
  eachWindow(of: g, input) { pixel, _, _, taps, addresses in
    kernels.pool_maximum(taps, addresses, g.channels, output.start + pixel * output.stride)
  }
}

/// The mean of every window, over the pixels inside or with `countsPadding` over those of the padding too.
package func poolAverage(
  _ g: PoolingGeometry, countsPadding: Bool, input: Pixels, output: MutablePixels
) {
  let kernels = LayerKernels.best.table
  eachWindow(of: g, input) { pixel, oy, ox, taps, addresses in
    let divisor = Float(max(1, g.divisor(oy, ox, countsPadding: countsPadding)))
    kernels.pool_sum(taps, addresses, g.channels, 1 / divisor, output.start + pixel * output.stride)
  }
}

/// Calls `body` with every output pixel, its row and column, and the addresses of the input pixels of its window.
private func eachWindow(
  of g: PoolingGeometry, _ input: Pixels,
  _ body: (Int, Int, Int, Int, UnsafePointer<UnsafePointer<Float>?>) -> Void
) {
  let work = g.columns.output * g.channels * g.rows.kernel * g.columns.kernel
  parallelFor(g.batch * g.rows.output, grain: max(1, 32 * 1024 / max(1, work))) { range in
    withUnsafeTemporaryAllocation(
      of: UnsafePointer<Float>?.self, capacity: g.rows.kernel * g.columns.kernel
    ) { addresses in
      guard let addresses = addresses.baseAddress else { return }
      for line in range {
        let (sample, oy) = (line / g.rows.output, line % g.rows.output)
        let top = g.rows.start(of: oy)
        let lines = g.rows.taps(at: oy)
        for ox in 0..<g.columns.output {
          let left = g.columns.start(of: ox)
          var taps = 0
          for ky in lines {
            let y = top + ky * g.rows.dilation
            let row = input.start + (sample * g.rows.input + y) * g.columns.input * input.stride
            for kx in g.columns.taps(at: ox) {
              addresses[taps] = row + (left + kx * g.columns.dilation) * input.stride
              taps += 1
            }
          }
          body(line * g.columns.output + ox, oy, ox, taps, addresses)
        }
      }
    }
  }
}

/// The same as ``poolMaximum(_:input:output:)`` of pixels side by side, and where each maximum lies:
/// `row * width + column` in the input's plane.
package func poolMaximum(
  _ g: PoolingGeometry, input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>,
  positions: UnsafeMutablePointer<UInt32>
) {
  let training = LayerKernels.best.table.training.pointee
  let (plane, start) = (g.rows.input * g.columns.input * g.channels, UInt(bitPattern: input))
  eachWindow(of: g, Pixels(input, stride: g.channels)) { pixel, _, _, taps, addresses in
    let sample = pixel / (g.rows.output * g.columns.output)
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: max(1, taps)) { places in
      guard let places = places.baseAddress else { return }
      for tap in 0..<taps {
        let floats = Int(UInt(bitPattern: addresses[tap]) - start) / MemoryLayout<Float>.stride
        places[tap] = UInt32(truncatingIfNeeded: (floats - sample * plane) / g.channels)
      }
      let target = pixel * g.channels
      training.pool_maximum_places(
        taps, addresses, places, g.channels, output + target, positions + target)
    }
  }
}

/// Averages over `size` nearly equal windows (PyTorch's adaptive pooling); size 1x1 is the average over all pixels.
///
/// Sums run along rows first and then over rows, which keeps large planes exact to rounding.
package func poolAdaptiveAverage(
  batch: Int, height: Int, width: Int, channels: Int, to size: Extent, input: Pixels,
  output: UnsafeMutablePointer<Float>
) {
  let kernels = LayerKernels.best.table
  // Threads share the windows, and where those are few the channels too.
  let windows = batch * size.height * size.width
  let parts = windows >= 8 ? 1 : max(1, min(4, channels / 64))
  let work = channels / parts * height * width / max(1, size.height * size.width)
  parallelFor(windows * parts, grain: max(1, 32 * 1024 / max(1, work))) { range in
    withUnsafeTemporaryAllocation(of: UnsafePointer<Float>?.self, capacity: max(1, width, height)) {
      addresses in
      guard let addresses = addresses.baseAddress else { return }
      for item in range {
        let (window, part) = (item / parts, item % parts)
        let first = channels * part / parts
        let count = channels * (part + 1) / parts - first
        let rows = adaptiveWindow(window / size.width % size.height, of: size.height, over: height)
        let columns = adaptiveWindow(window % size.width, of: size.width, over: width)
        let sample = window / (size.width * size.height)
        Scratch.withFloats(rows.count * count) { sums in
          for (index, y) in rows.enumerated() {
            for (place, x) in columns.enumerated() {
              addresses[place] = input.start + ((sample * height + y) * width + x) * input.stride + first
            }
            kernels.pool_sum(columns.count, addresses, count, 1, sums + index * count)
          }
          for index in 0..<rows.count { addresses[index] = UnsafePointer(sums + index * count) }
          kernels.pool_sum(
            rows.count, addresses, count, 1 / Float(rows.count * columns.count),
            output + window * channels + first)
        }
      }
    }
  }
}

/// The maximum over all pixels of each sample, per channel.
package func poolGlobalMaximum(
  batch: Int, pixels: Int, channels: Int, input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>
) {
  parallelFor(batch) { range in
    for sample in range {
      let best = output + sample * channels
      best.update(repeating: -.infinity, count: channels)
      for pixel in 0..<pixels {
        let values = input + (sample * pixels + pixel) * channels
        for c in 0..<channels { best[c] = values[c] > best[c] ? values[c] : best[c] }
      }
    }
  }
}

/// Writes each value where its maximum was found, zeros elsewhere; of two values for one place the later stays.
package func unpoolMaximum(
  batch: Int, inputPixels: Int, outputPixels: Int, channels: Int, input: UnsafePointer<Float>,
  positions: UnsafePointer<UInt32>, output: UnsafeMutablePointer<Float>
) {
  parallelFor(batch) { range in
    for sample in range {
      let target = output + sample * outputPixels * channels
      target.update(repeating: 0, count: outputPixels * channels)
      for index in 0..<inputPixels * channels {
        let source = sample * inputPixels * channels + index
        target[Int(positions[source]) * channels + index % channels] = input[source]
      }
    }
  }
}
