import TensorCore

/// The windows of a convolution as a matrix, one row an output pixel: what turns it into matrix products (im2col).
///
/// `[pixels, kernel rows * kernel columns * channels]` of one group, as in Chellapilla, Puri and Simard (2006).
///
/// A block is a few samples, as many as keep the matrix in the cache; taps on padding are zeros.
struct WindowMatrix {
  let geometry: ConvolutionGeometry

  /// Floats of one sample's matrix.
  var floatsPerSample: Int { geometry.rows.output * geometry.columns.output * geometry.depth }

  /// The samples of a block: about 128 Ki floats, one sample at least.
  var samplesPerBlock: Int { max(1, min(geometry.batch, (128 << 10) / max(1, floatsPerSample))) }

  /// Copies the windows of `samples` in `group` from the picture into `matrix`.
  func gather(
    _ samples: Range<Int>, group: Int, from input: UnsafePointer<Float>,
    to matrix: UnsafeMutablePointer<Float>
  ) {
    var row = matrix
    forEachWindow(samples, group) { plane, oy, ox in
      let taps = geometry.columns.taps(at: ox)
      let rows = geometry.rows.taps(at: oy)
      if taps.count < geometry.columns.kernel || rows.count < geometry.rows.kernel {
        row.update(repeating: 0, count: geometry.depth)
      }
      forEachRun(plane, oy, ox, rows, taps) { offset, place, count in
        (row + offset).update(from: input + place, count: count)
      }
      row += geometry.depth
    }
  }

  /// Adds the rows of `matrix` onto the picture's pixels that they were gathered from (col2im).
  func scatter(
    _ samples: Range<Int>, group: Int, from matrix: UnsafePointer<Float>,
    addingTo input: UnsafeMutablePointer<Float>
  ) {
    var row = matrix
    forEachWindow(samples, group) { plane, oy, ox in
      forEachRun(plane, oy, ox, geometry.rows.taps(at: oy), geometry.columns.taps(at: ox)) {
        offset, place, count in
        let (source, target) = (row + offset, input + place)
        for index in 0..<count { target[index] += source[index] }
      }
      row += geometry.depth
    }
  }

  /// Every output pixel of the samples, with the offset of its sample's first value of the group.
  private func forEachWindow(_ samples: Range<Int>, _ group: Int, _ body: (Int, Int, Int) -> Void) {
    let g = geometry
    for sample in samples {
      let plane =
        sample * g.rows.input * g.columns.input * g.inputChannels + group * g.channelsPerGroup
      for oy in 0..<g.rows.output {
        for ox in 0..<g.columns.output { body(plane, oy, ox) }
      }
    }
  }

  /// The runs of values that lie side by side both in the picture and in the window: whole kernel rows where they do.
  private func forEachRun(
    _ plane: Int, _ oy: Int, _ ox: Int, _ rows: Range<Int>, _ taps: Range<Int>,
    _ body: (Int, Int, Int) -> Void
  ) {
    let g = geometry
    let channels = g.channelsPerGroup
    guard !taps.isEmpty else { return }
    for ky in rows {
      let line = plane + (g.rows.start(of: oy) + ky * g.rows.dilation) * g.columns.input * g.inputChannels
      let offset = ky * g.columns.kernel * channels
      if g.columns.dilation == 1, g.groups == 1 {
        let first = g.columns.start(of: ox) + taps.lowerBound
        body(offset + taps.lowerBound * channels, line + first * channels, taps.count * channels)
      } else {
        for kx in taps {
          let place = g.columns.start(of: ox) + kx * g.columns.dilation
          body(offset + kx * channels, line + place * g.inputChannels, channels)
        }
      }
    }
  }
}
