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

  /// Calls `body` with one block after another, which together are the output rows `range` of the picture at `source`.
  static func withBlocks(
    of range: Range<Int>, border: PlaneBorder, constantRow: UnsafePointer<Float>,
    source: UnsafePointer<Float>,
    target: UnsafeMutablePointer<Float>, _ body: (BorderedBlock) -> Void
  ) {
    let frame = border.frame
    let height = height(frame)
    let needed = range.count + frame.kernel.height - 1
    withUnsafeTemporaryAllocation(of: UnsafePointer<Float>.self, capacity: needed) { table in
      for index in 0..<needed {
        let row = border.boundary.source(of: range.lowerBound - frame.top + index, count: frame.input.height)
        table.initializeElement(at: index, to: row.map { source + $0 * frame.inputStride } ?? constantRow)
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

  /// The floats of the output.
  var outputCount: Int { outputRows * border.frame.outputStride }

  /// The same block with its output elsewhere.
  func redirected(to output: UnsafeMutablePointer<Float>) -> BorderedBlock {
    BorderedBlock(border: border, rows: rows, outputRows: outputRows, output: output)
  }

  /// The direct method: every tap.
  func correlate(_ taps: [Float]) {
    let inner = border.inner
    let frame = border.frame
    taps.withUnsafeBufferPointer { taps in
      guard let rows = rows.baseAddress, let taps = taps.baseAddress else { return }
      if !inner.isEmpty {
        planeKernels.correlate(
          rows, (inner.lowerBound - frame.left) * frame.channels, output + inner.lowerBound * frame.channels,
          frame.outputStride, outputRows, inner.count * frame.channels, taps, frame.kernel.height,
          frame.kernel.width, frame.channels, 0)
      }
      correlateOuter(0..<inner.lowerBound, taps)
      correlateOuter(inner.upperBound..<frame.output.width, taps)
    }
  }

  /// The direct method on output columns that need the border left or right.
  private func correlateOuter(_ columns: Range<Int>, _ taps: UnsafePointer<Float>) {
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
        planeKernels.correlate(
          table, 0, output + columns.lowerBound * frame.channels, frame.outputStride, outputRows,
          columns.count * frame.channels, taps, frame.kernel.height, frame.kernel.width, frame.channels, 0)
      }
    }
  }

  /// The separable method: the column of taps over the picture's own columns, then the border, which the columns of
  /// sums continue as the picture does, then the row of taps.
  func correlate(_ factors: Kernel.Factors) {
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
          frame.channels, 0)
      }
    }
  }
}
