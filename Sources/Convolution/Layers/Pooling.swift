import TensorCore

/// The maximum of every window, channels innermost; rows are shared out over the threads.
///
/// `positions`, where given, receives for each value where it lies: `row * width + column` in the input's plane.
package func poolMaximum(
  _ g: PoolingGeometry, input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>,
  positions: UnsafeMutablePointer<UInt32>? = nil, epilogue: Epilogue? = nil
) {
  let channels = g.channels
  parallelFor(g.batch * g.rows.output, grain: 2) { range in
    for line in range {
      let (sample, oy) = (line / g.rows.output, line % g.rows.output)
      let plane = input + sample * g.rows.input * g.columns.input * channels
      for ox in 0..<g.columns.output {
        let target = (line * g.columns.output + ox) * channels
        let best = output + target
        best.update(repeating: -.infinity, count: channels)
        (positions.map { $0 + target })?.update(repeating: 0, count: channels)
        for ky in g.rows.taps(at: oy) {
          for kx in g.columns.taps(at: ox) {
            let place = (g.rows.start(of: oy) + ky) * g.columns.input + g.columns.start(of: ox) + kx
            let values = plane + place * channels
            if let positions {
              for c in 0..<channels where values[c] > best[c] {
                best[c] = values[c]
                positions[target + c] = UInt32(truncatingIfNeeded: place)
              }
            } else {
              for c in 0..<channels { best[c] = values[c] > best[c] ? values[c] : best[c] }
            }
          }
        }
      }
      epilogue?(output + line * g.columns.output * channels, g.columns.output)
    }
  }
}

/// The mean of every window, over the pixels inside or with `countsPadding` over those of the padding too.
package func poolAverage(
  _ g: PoolingGeometry, countsPadding: Bool, input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>,
  epilogue: Epilogue? = nil
) {
  let channels = g.channels
  parallelFor(g.batch * g.rows.output, grain: 2) { range in
    for line in range {
      let (sample, oy) = (line / g.rows.output, line % g.rows.output)
      let plane = input + sample * g.rows.input * g.columns.input * channels
      for ox in 0..<g.columns.output {
        let sums = output + (line * g.columns.output + ox) * channels
        sums.update(repeating: 0, count: channels)
        for ky in g.rows.taps(at: oy) {
          for kx in g.columns.taps(at: ox) {
            let place = (g.rows.start(of: oy) + ky) * g.columns.input + g.columns.start(of: ox) + kx
            let values = plane + place * channels
            for c in 0..<channels { sums[c] += values[c] }
          }
        }
        let divisor = Float(max(1, g.divisor(oy, ox, countsPadding: countsPadding)))
        for c in 0..<channels { sums[c] /= divisor }
      }
      epilogue?(output + line * g.columns.output * channels, g.columns.output)
    }
  }
}

/// Averages over `size` nearly equal windows (PyTorch's adaptive pooling); size 1x1 is the average over all pixels.
///
/// Sums run along rows first and then over rows, which keeps large planes exact to rounding.
package func poolAdaptiveAverage(
  batch: Int, height: Int, width: Int, channels: Int, to size: Extent, input: UnsafePointer<Float>,
  output: UnsafeMutablePointer<Float>
) {
  parallelFor(batch * size.height * size.width) { range in
    let rowSums = UnsafeMutablePointer<Float>.allocate(capacity: max(1, channels))
    defer { rowSums.deallocate() }
    for window in range {
      let rows = adaptiveWindow(window / size.width % size.height, of: size.height, over: height)
      let columns = adaptiveWindow(window % size.width, of: size.width, over: width)
      let sample = window / (size.width * size.height)
      let sums = output + window * channels
      sums.update(repeating: 0, count: channels)
      for y in rows {
        rowSums.update(repeating: 0, count: channels)
        for x in columns {
          let values = input + ((sample * height + y) * width + x) * channels
          for c in 0..<channels { rowSums[c] += values[c] }
        }
        for c in 0..<channels { sums[c] += rowSums[c] }
      }
      let divisor = Float(rows.count * columns.count)
      for c in 0..<channels { sums[c] /= divisor }
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
