package import TensorCore

/// The maximum of every window as its definition reads, and where it lies: `row * width + column` in the input's plane.
package func referenceMaximumPooling(_ x: Tensor, _ g: PoolingGeometry) -> (values: Tensor, positions: [Int])
{
  let scalars = x.scalars
  var values: [Float] = []
  var positions: [Int] = []
  forEachWindow(g) { n, oy, ox, c in
    var best = -Float.infinity
    var position = 0
    for iy in g.rows.taps(at: oy).map({ g.rows.place(of: $0, at: oy) }) {
      for ix in g.columns.taps(at: ox).map({ g.columns.place(of: $0, at: ox) }) {
        let value = scalars[((n * g.rows.input + iy) * g.columns.input + ix) * g.channels + c]
        if value > best { (best, position) = (value, iy * g.columns.input + ix) }
      }
    }
    values.append(best)
    positions.append(position)
  }
  return (Tensor(values, shape: Shape(g.outputDimensions)), positions)
}

/// The mean of every window as its definition reads; 0 for a window wholly in the padding.
package func referenceAveragePooling(_ x: Tensor, _ g: PoolingGeometry, countsPadding: Bool) -> Tensor {
  let scalars = x.scalars
  var values: [Float] = []
  forEachWindow(g) { n, oy, ox, c in
    var sum = 0.0
    for iy in g.rows.taps(at: oy).map({ g.rows.place(of: $0, at: oy) }) {
      for ix in g.columns.taps(at: ox).map({ g.columns.place(of: $0, at: ox) }) {
        sum += Double(scalars[((n * g.rows.input + iy) * g.columns.input + ix) * g.channels + c])
      }
    }
    values.append(Float(sum / Double(max(1, g.divisor(oy, ox, countsPadding: countsPadding)))))
  }
  return Tensor(values, shape: Shape(g.outputDimensions))
}

private func forEachWindow(_ g: PoolingGeometry, _ body: (Int, Int, Int, Int) -> Void) {
  for n in 0..<g.batch {
    for oy in 0..<g.rows.output {
      for ox in 0..<g.columns.output {
        for c in 0..<g.channels { body(n, oy, ox, c) }
      }
    }
  }
}

/// Averages over `size` nearly equal windows, window `i` from `floor(i n / size)` to `ceil((i + 1) n / size)` (PyTorch).
package func referenceAdaptiveAveragePooling(_ x: Tensor, to size: Extent) -> Tensor {
  let (batch, height, width, channels) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3])
  let scalars = x.scalars
  var values: [Float] = []
  for n in 0..<batch {
    for oy in 0..<size.height {
      let rows = adaptiveWindow(oy, of: size.height, over: height)
      for ox in 0..<size.width {
        let columns = adaptiveWindow(ox, of: size.width, over: width)
        for c in 0..<channels {
          var sum = 0.0
          for y in rows {
            for x in columns { sum += Double(scalars[((n * height + y) * width + x) * channels + c]) }
          }
          values.append(Float(sum / Double(rows.count * columns.count)))
        }
      }
    }
  }
  return Tensor(values, shape: [batch, size.height, size.width, channels])
}

/// The input pixels of one adaptive window.
package func adaptiveWindow(_ index: Int, of count: Int, over input: Int) -> Range<Int> {
  index * input / count..<((index + 1) * input + count - 1) / count
}
