import CKernels
import TensorCore

/// A picture of bytes cut into blocks that are filtered one by one, each with its border, while they are in the cache.
struct ByteBlocks {
  private let frame: SlideFrame
  private let border: PlaneBorder
  private let block: Extent

  /// - Parameters:
  ///   - convolving: whether an even window leans as a convolution's.
  ///   - unit: what the filter makes at once, where it does; blocks are multiples of it.
  ///   - carriesRows: whether the filter goes through a window's rows once before it makes the first output row, and
  ///     through one for each from then on: the taller a block, the better.
  init(
    _ x: BytePicture, window: Extent, convolving: Bool = false, output: OutputMode, boundary: Boundary,
    unit: Extent? = nil, carriesRows: Bool = false
  ) {
    frame = SlideFrame(
      shape: [x.height, x.width, x.channels], kernel: window, convolving: convolving, output: output)
    border = PlaneBorder(frame: frame, boundary: boundary)
    // Margins are read once more for each block: blocks are no smaller than they are. Two threads share a small picture.
    let unit = unit ?? Extent(height: 12, width: 64)
    let rows =
      carriesRows && window.height > 5
      ? min(max(48, 4 * window.height), max(12, (frame.output.height + 1) / 2))
      : min(max(48, window.height), max(12, (frame.output.height + 7) / 8))
    let columns = max(1024 / frame.channels, window.width)
    block = Extent(
      height: (rows + unit.height - 1) / unit.height * unit.height,
      width: (columns + unit.width - 1) / unit.width * unit.width)
  }

  /// Filters blocks as floats.
  func run(
    _ x: BytePicture, into result: UnsafeMutableBufferPointer<UInt8>, _ filter: (WindowRegion) -> Void
  ) {
    let channels = frame.channels
    let kernels = planeKernels
    eachBlock(of: x, into: result) { source, target, rows, columns in
      let (readRows, readColumns) = (
        rows.count + frame.kernel.height - 1, columns.count + frame.kernel.width - 1
      )
      let (inputStride, outputStride) = (readColumns * channels, columns.count * channels)
      withScratch(of: Float.self, readRows * inputStride) { input in
        withScratch(of: Float.self, rows.count * outputStride) { output in
          for row in 0..<readRows {
            border.copy(
              columns.lowerBound..<columns.lowerBound + readColumns, ofBytes: source,
              row: rows.lowerBound + row,
              to: input + row * inputStride, constant: border.constant, value: { Float($0) }
            ) { kernels.floats_of_bytes($0, $1, $2) }
          }
          filter(
            WindowRegion(
              input: input, inputStride: inputStride, output: output, outputStride: outputStride,
              height: rows.count, width: columns.count, channels: channels))
          for row in 0..<rows.count {
            kernels.bytes_of_floats(
              output + row * outputStride,
              target + (rows.lowerBound + row) * frame.outputStride + columns.lowerBound * channels,
              outputStride)
          }
        }
      }
    }
  }

  /// Filters blocks as the bytes they are.
  func runOnBytes(
    _ x: BytePicture, into result: UnsafeMutableBufferPointer<UInt8>,
    _ filter: (
      _ rows: UnsafePointer<UnsafePointer<UInt8>>, _ output: UnsafeMutablePointer<UInt8>, _ outputStride: Int,
      _ height: Int, _ width: Int, _ channels: Int
    ) -> Void
  ) {
    let channels = frame.channels
    let constant = UInt8(min(max(border.constant, 0), 255).rounded())
    eachBlock(of: x, into: result) { source, target, rows, columns in
      let (readRows, readColumns) = (
        rows.count + frame.kernel.height - 1, columns.count + frame.kernel.width - 1
      )
      let stride = readColumns * channels
      withScratch(of: UInt8.self, readRows * stride) { input in
        withScratch(of: UnsafePointer<UInt8>.self, readRows) { table in
          for row in 0..<readRows {
            border.copy(
              columns.lowerBound..<columns.lowerBound + readColumns, ofBytes: source,
              row: rows.lowerBound + row,
              to: input + row * stride, constant: constant, value: { $0 }
            ) { $1.update(from: $0, count: $2) }
            (table + row).initialize(to: UnsafePointer(input + row * stride))
          }
          filter(
            table, target + rows.lowerBound * frame.outputStride + columns.lowerBound * channels,
            frame.outputStride, rows.count, columns.count * channels, channels)
        }
      }
    }
  }

  private func eachBlock(
    of x: BytePicture, into result: UnsafeMutableBufferPointer<UInt8>,
    _ body: (
      _ source: UnsafePointer<UInt8>, _ target: UnsafeMutablePointer<UInt8>, _ rows: Range<Int>,
      _ columns: Range<Int>
    ) -> Void
  ) {
    precondition(result.count == frame.shape.count, "\(result.count) bytes for a result of \(frame.shape)")
    let down = (frame.output.height + block.height - 1) / block.height
    let across = (frame.output.width + block.width - 1) / block.width
    x.bytes.withUnsafeBufferPointer { source in
      guard let source = source.baseAddress, let target = result.baseAddress else { return }
      nonisolated(unsafe) let pointers = (source, target)
      parallelFor(down * across) { range in
        for index in range {
          let (top, left) = (index / across * block.height, index % across * block.width)
          body(
            pointers.0, pointers.1, top..<min(top + block.height, frame.output.height),
            left..<min(left + block.width, frame.output.width))
        }
      }
    }
  }
}

extension PlaneBorder {
  /// Copies the columns `range` of a row of a bordered picture of bytes: both count from where the kernel begins to
  /// read.
  ///
  /// `convert` copies what the picture itself has, `value` is one of its values.
  @inline(__always) fileprivate func copy<Element>(
    _ range: Range<Int>, ofBytes picture: UnsafePointer<UInt8>, row: Int,
    to target: UnsafeMutablePointer<Element>, constant: Element, value: (UInt8) -> Element,
    _ convert: (UnsafePointer<UInt8>, UnsafeMutablePointer<Element>, Int) -> Void
  ) {
    let channels = frame.channels
    guard let sourceRow = boundary.source(of: row - frame.top, count: frame.input.height) else {
      return target.update(repeating: constant, count: range.count * channels)
    }
    let line = picture + sourceRow * frame.inputStride
    let own = range.clamped(to: frame.left..<frame.left + frame.input.width)
    if !own.isEmpty {
      convert(
        line + (own.lowerBound - frame.left) * channels,
        target + (own.lowerBound - range.lowerBound) * channels, own.count * channels)
    }
    for column in range.lowerBound..<(own.isEmpty ? range.upperBound : own.lowerBound) {
      copyBorder(column, target + (column - range.lowerBound) * channels)
    }
    for column in (own.isEmpty ? range.upperBound : own.upperBound)..<range.upperBound {
      copyBorder(column, target + (column - range.lowerBound) * channels)
    }
    func copyBorder(_ column: Int, _ place: UnsafeMutablePointer<Element>) {
      let source = columns[column]
      guard source >= 0 else { return place.update(repeating: constant, count: channels) }
      for channel in 0..<channels {
        place[channel] = value(line[source * channels + channel])
      }
    }
  }
}

extension WindowRegion {
  /// Lends the region's input rows as a table, for windows of `height` rows.
  func withRows(of height: Int, _ body: (UnsafePointer<UnsafePointer<Float>>) -> Void) {
    let count = self.height + height - 1
    withScratch(of: UnsafePointer<Float>.self, count) { rows in
      for row in 0..<count { (rows + row).initialize(to: input + row * inputStride) }
      body(rows)
    }
  }
}
