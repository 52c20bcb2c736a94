import CKernels

/// Some rows of the output of one picture, with the input rows that they need.
///
/// Above and below the picture a border costs nothing: the table of row pointers names a row of the picture again, or a
/// row of the constant. Left and right of it the few columns concerned are copied together with their border; the
/// picture itself is never copied.
struct BorderedBlock {
  private let border: PlaneBorder
  /// The input rows of the block: its output rows and the kernel's height less one.
  private let rows: UnsafeBufferPointer<UnsafePointer<Float>>
  private let outputRows: Int
  /// The first float of the output rows, which follow one another without a gap.
  let output: UnsafeMutablePointer<Float>

  /// The most output rows of a block: enough that the rows it shares with its neighbours matter little, few enough that
  /// what it keeps aside stays in the cache.
  private static func height(_ frame: SlideFrame) -> Int {
    let budget = 96 * 1024 / max(1, (frame.output.width + frame.kernel.width - 1) * frame.channels)
    return min(max(budget / 12 * 12, 12), 120)
  }

  /// Calls `body` with one block after another, which together are the output rows `range` of the picture at `source`;
  /// with a single one when they are not to be `cut`.
  static func withBlocks(
    of range: Range<Int>, border: PlaneBorder, constantRow: UnsafePointer<Float>,
    source: UnsafePointer<Float>,
    target: UnsafeMutablePointer<Float>, cut: Bool, _ body: (BorderedBlock) -> Void
  ) {
    let frame = border.frame
    let height = cut ? height(frame) : range.count
    let needed = range.count + frame.kernel.height - 1
    withUnsafeTemporaryAllocation(of: UnsafePointer<Float>.self, capacity: needed) { table in
      for index in 0..<needed {
        table.initializeElement(
          at: index, to: border.row(range.lowerBound + index, of: source, constantRow: constantRow))
      }
      for start in stride(from: range.lowerBound, to: range.upperBound, by: height) {
        let count = min(height, range.upperBound - start)
        let first = start - range.lowerBound
        body(
          BorderedBlock(
            border: border,
            rows: UnsafeBufferPointer(rebasing: table[first..<first + count + frame.kernel.height - 1]),
            outputRows: count, output: target + start * frame.outputStride))
      }
    }
  }

  /// What a method does with input rows, the float of each that the first output pixel reads, output rows, and how many
  /// floats of them.
  private typealias Slide = (
    _ rows: UnsafePointer<UnsafePointer<Float>>, _ first: Int, _ output: UnsafeMutablePointer<Float>,
    _ width: Int
  ) -> Void

  /// The direct method: every tap.
  func correlate(_ taps: UnsafePointer<Float>) {
    let frame = border.frame
    slide { rows, first, output, width in
      planeKernels.correlate(
        rows, first, output, frame.outputStride, outputRows, width, taps, frame.kernel.height,
        frame.kernel.width, frame.channels, 0)
    }
  }

  /// The box method: every tap is `tap`.
  func sum(tap: Float) {
    let frame = border.frame
    let (height, width) = (frame.kernel.height, frame.kernel.width)
    let count = planeKernels.box_scratch(frame.outputStride, height, width, frame.channels)
    withScratch(of: Float.self, count) { scratch in
      // Neighbouring columns share their sums: a picture that is mostly border is best copied whole.
      slide(least: 6 * width) { rows, first, output, count in
        planeKernels.box(
          rows, first, output, frame.outputStride, outputRows, count, height, width, frame.channels, tap,
          scratch)
      }
    }
  }

  /// The magnitude of a gradient of 3x3 taps, whose smoothing is `edge centre edge`.
  func gradientMagnitude(edge: Float, centre: Float) {
    let frame = border.frame
    slide { rows, first, output, width in
      planeKernels.gradient(
        rows, first, output, frame.outputStride, outputRows, width, frame.channels, edge, centre)
    }
  }

  /// The medians of the kernel's window, 3x3 or 5x5.
  func median() {
    let frame = border.frame
    withScratch(of: Float.self, planeKernels.median_scratch(frame.channels)) { scratch in
      slide { rows, first, output, width in
        planeKernels.median(
          rows, first, output, frame.outputStride, outputRows, width, Int32(frame.kernel.height),
          frame.channels, scratch)
      }
    }
  }

  /// Runs `method` on the columns where the kernel lies inside the picture, and on copies of those that need the border;
  /// on a copy of all when fewer than `least` lie inside.
  private func slide(least: Int = 1, _ method: Slide) {
    guard let rows = rows.baseAddress else { return }
    let inner = border.inner.count < least ? 0..<0 : border.inner
    let frame = border.frame
    if !inner.isEmpty {
      method(
        rows, (inner.lowerBound - frame.left) * frame.channels, output + inner.lowerBound * frame.channels,
        inner.count * frame.channels)
    }
    slideOuter(0..<inner.lowerBound, method)
    slideOuter(inner.upperBound..<frame.output.width, method)
  }

  private func slideOuter(_ columns: Range<Int>, _ method: Slide) {
    guard !columns.isEmpty else { return }
    let frame = border.frame
    let read = columns.lowerBound..<columns.upperBound + frame.kernel.width - 1
    let stride = read.count * frame.channels
    withScratch(of: Float.self, rows.count * stride) { copies in
      withScratch(of: UnsafePointer<Float>.self, rows.count) { table in
        for (index, row) in rows.enumerated() {
          let copy = copies + index * stride
          border.copy(read, of: row, to: copy)
          (table + index).initialize(to: UnsafePointer(copy))
        }
        method(table, 0, output + columns.lowerBound * frame.channels, columns.count * frame.channels)
      }
    }
  }

  /// The separable method: the column of taps over the picture's own columns, then the border, which the columns of
  /// sums continue as the picture does, then the row of taps.
  ///
  /// - Parameter adding: whether the result is added to what the output holds.
  func correlate(_ factors: Kernel.Factors, adding: Bool) {
    guard let rows = rows.baseAddress else { return }
    let frame = border.frame
    let stride = border.columns.count * frame.channels
    let own = frame.left * frame.channels
    let constant = Float(factors.column.reduce(0) { $0 + Double($1) } * Double(border.constant))
    withScratch(of: Float.self, outputRows * stride) { sums in
      withScratch(of: UnsafePointer<Float>.self, outputRows) { table in
        planeKernels.correlate(
          rows, 0, sums + own, stride, outputRows, frame.inputStride, factors.column, factors.column.count, 1,
          1, 0)
        for row in 0..<outputRows {
          let start = sums + row * stride
          let picture = UnsafePointer(start + own)
          border.copy(0..<frame.left, of: picture, to: start, constant: constant)
          let end = frame.left + frame.input.width
          if end < border.columns.count {
            border.copy(
              end..<border.columns.count, of: picture, to: start + end * frame.channels, constant: constant)
          }
          (table + row).initialize(to: UnsafePointer(start))
        }
        planeKernels.correlate(
          table, 0, output, frame.outputStride, outputRows, frame.outputStride, factors.row, 1,
          factors.row.count,
          frame.channels, adding ? 1 : 0)
      }
    }
  }
}
