import CVips
import TensorCore

/// What a filter reads for the pixels it makes: where each row and column comes from, margins included.
///
/// Output pixel `(y, x)` of a page is made from the rows `rows[y ..< y + kernelHeight]` and the columns
/// `columns[x ..< x + kernelWidth]` of the same page, so the result has `rows.count - kernelHeight + 1` rows.
package struct RegionWindow: Sendable {
  package var kernelHeight: Int
  package var kernelWidth: Int
  /// The row of the page that stands at each row of the extended page; -1 is outside.
  package var rows: [Int32]
  /// The column of the page that stands at each column of the extended page; -1 is outside.
  package var columns: [Int32]
  /// What outside pixels hold, a value a channel, in the picture's own range.
  package var outside: [Float]

  package init(
    kernelHeight: Int, kernelWidth: Int, rows: [Int32], columns: [Int32], outside: [Float]
  ) {
    self.kernelHeight = kernelHeight
    self.kernelWidth = kernelWidth
    self.rows = rows
    self.columns = columns
    self.outside = outside
  }

  var outputHeight: Int { rows.count - kernelHeight + 1 }
  var outputWidth: Int { columns.count - kernelWidth + 1 }

  /// Whether two neighbours of an extended axis lie far apart in the picture, so that it must be readable anywhere.
  var jumpsRows: Bool {
    zip(rows, rows.dropFirst()).contains { $0 >= 0 && $1 >= 0 && abs($0 - $1) > 1 }
  }
}

/// One region to filter: interleaved floats in the picture's own range.
///
/// Output pixel `(0, 0)` reads `kernelHeight` rows and `kernelWidth` columns from `input` on. Both buffers are the
/// callee's to change until it returns.
package struct RegionBuffers {
  /// The region with its margins.
  package let input: UnsafeMutablePointer<Float>
  /// Floats from one input row to the next.
  package let inputStride: Int
  package let inputHeight: Int
  package let inputWidth: Int
  package let output: UnsafeMutablePointer<Float>
  /// Floats from one output row to the next.
  package let outputStride: Int
  package let height: Int
  package let width: Int
  package let channels: Int
}

extension Image {
  /// The picture that `body` makes, region by region, inside the libvips pipeline: decoding, filtering and encoding
  /// overlap, and no more than the rows in use are in memory.
  ///
  /// `body` runs on several threads at once, each with buffers of its own. What it puts out is rounded half away from
  /// zero and clipped to `type`. Pages are extended and filtered one by one.
  package func filteringRegions(
    through window: RegionWindow, as type: PixelType, _ body: @escaping @Sendable (RegionBuffers) -> Void
  ) throws(ImagingError) -> Image {
    guard window.outputHeight > 0, window.outputWidth > 0 else {
      throw .invalidSize(width: window.outputWidth, height: window.outputHeight)
    }
    let pages = pageCount
    let comesFromDecoder = origin != nil && !isInMemory
    return try adding(randomAccess: window.jumpsRows) { (picture) throws(ImagingError) in
      let known = try picture.inKnownType()
      // Two rows of the sink's buffers of up to 128-row tiles, and the margins.
      let source = comesFromDecoder ? try known.holdingRows(window.kernelHeight + 5 * 128) : known
      let shape = GeneratedShape(
        width: window.outputWidth, height: window.outputHeight * pages,
        pageHeight: pages > 1 ? window.outputHeight : nil, format: type.format,
        hint: VIPS_DEMAND_STYLE_SMALLTILE)
      return try source.generating(shape) { FilterMaker($0, window: window, pages: pages, body: body) }
    }
  }
}

/// Collects input regions with their margins and has them filtered.
private final class FilterMaker: RegionMaker {
  private let window: RegionWindow
  private let pages: Int
  private let body: @Sendable (RegionBuffers) -> Void
  private let source: SourceRegion
  private let channels: Int
  private let inputPageHeight: Int
  private var input = ScratchFloats()
  private var turned = ScratchFloats()
  private var output = ScratchFloats()

  init?(
    _ picture: Picture, window: RegionWindow, pages: Int, body: @escaping @Sendable (RegionBuffers) -> Void
  ) {
    guard let source = SourceRegion(of: picture) else { return nil }
    self.source = source
    self.window = window
    self.pages = pages
    self.body = body
    channels = picture.bands
    inputPageHeight = picture.height / pages
  }

  /// Makes the pixels of `target`, page by page.
  func make(_ target: UnsafeMutablePointer<VipsRegion>) -> Bool {
    let valid = target.pointee.valid
    let (left, width) = (Int(valid.left), Int(valid.width))
    let bottom = Int(valid.top) + Int(valid.height)
    var top = Int(valid.top)
    while top < bottom {
      let page = top / window.outputHeight
      let end = min(bottom, (page + 1) * window.outputHeight)
      guard makePart(target, page: page, rows: top..<end, columns: left..<(left + width)) else {
        return false
      }
      top = end
    }
    return true
  }

  private func makePart(
    _ target: UnsafeMutablePointer<VipsRegion>, page: Int, rows: Range<Int>, columns: Range<Int>
  ) -> Bool {
    let top = rows.lowerBound - page * window.outputHeight
    let inputRows = top..<(top + rows.count + window.kernelHeight - 1)
    let inputColumns = columns.lowerBound..<(columns.upperBound + window.kernelWidth - 1)
    let stride = inputColumns.count * channels
    let region = input.room(for: inputRows.count * stride)
    guard fill(region, page: page, rows: inputRows, columns: inputColumns) else {
      return false
    }
    let outputStride = columns.count * channels
    let result = output.room(for: rows.count * outputStride)
    // libvips' threads already keep the processors busy; loops in here stay on theirs.
    let buffers = RegionBuffers(
      input: region, inputStride: stride, inputHeight: inputRows.count, inputWidth: inputColumns.count,
      output: result, outputStride: outputStride, height: rows.count, width: columns.count,
      channels: channels)
    Parallelism.limited(to: 1) { DecoderWatch.besides { body(buffers) } }
    for row in 0..<rows.count {
      guard
        let line = fovea_region_address(target, Int32(columns.lowerBound), Int32(rows.lowerBound + row))
      else { return false }
      store(result + row * outputStride, outputStride, into: line, as: target.pointee.im.pointee.BandFmt)
    }
    return true
  }

  /// Collects the input region with its margins from wherever the window says its rows and columns lie.
  private func fill(
    _ target: UnsafeMutablePointer<Float>, page: Int, rows: Range<Int>, columns: Range<Int>
  ) -> Bool {
    let stride = columns.count * channels
    let pageTop = page * inputPageHeight
    let columnRuns = runs(of: window.columns, in: columns)
    for rowRun in runs(of: window.rows, in: rows) {
      for columnRun in columnRuns {
        let corner =
          target + (rowRun.places.lowerBound - rows.lowerBound) * stride
          + (columnRun.places.lowerBound - columns.lowerBound) * channels
        guard let sourceRows = rowRun.sources, let sourceColumns = columnRun.sources else {
          for row in 0..<rowRun.places.count {
            for column in 0..<columnRun.places.count {
              let pixel = corner + row * stride + column * channels
              for channel in 0..<channels { pixel[channel] = window.outside[channel] }
            }
          }
          continue
        }
        guard
          source.prepare(
            rows: (pageTop + sourceRows.lowerBound)...(pageTop + sourceRows.upperBound),
            columns: sourceColumns)
        else { return false }
        let isStraight = columnRun.places.count == sourceColumns.count && columnRun.ascends
        for place in rowRun.places {
          let y = pageTop + Int(window.rows[place])
          let line = corner + (place - rowRun.places.lowerBound) * stride
          if isStraight {
            source.load(
              row: y, column: sourceColumns.lowerBound, pixels: columnRun.places.count, into: line)
            continue
          }
          // A border's columns: what they show lies in the row already where that reaches so far in.
          if let straight = columnRun.straight {
            let start = line + (straight.lowerBound - columnRun.places.lowerBound) * channels
            let first = Int(window.columns[straight.lowerBound])
            source.load(row: y, column: first, pixels: straight.count, into: start)
            copyColumns(columnRun.places.lowerBound..<straight.lowerBound, of: columnRun, line, start, first)
            copyColumns(straight.upperBound..<columnRun.places.upperBound, of: columnRun, line, start, first)
            continue
          }
          // Else read in the picture's order, all at once, then put where they belong.
          let own = turned.room(for: sourceColumns.count * channels)
          source.load(row: y, column: sourceColumns.lowerBound, pixels: sourceColumns.count, into: own)
          copyColumns(columnRun.places, of: columnRun, line, own, sourceColumns.lowerBound)
        }
      }
    }
    return true
  }

  /// Puts pixels of a row, which begins with column `first` of the picture, into the places of a run that starts at `line`.
  private func copyColumns(
    _ places: Range<Int>, of run: Run, _ line: UnsafeMutablePointer<Float>,
    _ row: UnsafePointer<Float>, _ first: Int
  ) {
    var target = line + (places.lowerBound - run.places.lowerBound) * channels
    for place in places {
      let pixel = row + (Int(window.columns[place]) - first) * channels
      for channel in 0..<channels { target[channel] = pixel[channel] }
      target += channels
    }
  }
}

/// Neighbouring places of an extended axis whose sources lie side by side too, or are all outside.
private struct Run {
  var places: Range<Int>
  /// The sources of all places, from the least to the greatest; `nil` outside.
  var sources: ClosedRange<Int>?
  /// Whether each place's source is one after the place's before it.
  var ascends: Bool
  /// The places whose sources are all of the run's, each once and in order, if any.
  var straight: Range<Int>?
}

private func runs(of sources: [Int32], in range: Range<Int>) -> [Run] {
  var runs: [Run] = []
  var start = range.lowerBound
  while start < range.upperBound {
    var end = start + 1
    var ascends = true
    let isInside = sources[start] >= 0
    var (least, greatest) = (sources[start], sources[start])
    // Where the ascent began that the place before belongs to; the longest there has been.
    var ascent = start
    var straight = start..<start
    while end < range.upperBound, (sources[end] >= 0) == isInside, abs(sources[end] - sources[end - 1]) <= 1 {
      if sources[end] != sources[end - 1] + 1 {
        ascends = false
        ascent = end
      }
      least = min(least, sources[end])
      greatest = max(greatest, sources[end])
      end += 1
      if end - ascent > straight.count { straight = ascent..<end }
    }
    let hasAll = isInside && straight.count == Int(greatest - least) + 1
    runs.append(
      Run(
        places: start..<end, sources: isInside ? Int(least)...Int(greatest) : nil, ascends: ascends,
        straight: hasAll ? straight : nil))
    start = end
  }
  return runs
}

extension Image {
  /// A picture that `make` decides on when its pixels are asked for, from what it then measures; it must have the size
  /// and type of `outline`.
  package func deferring(
    like outline: Image, _ make: @escaping @Sendable () throws(ImagingError) -> Image
  ) -> Image {
    Image(
      header: outline.header,
      recipe: { (access) throws(ImagingError) in try make().recipe(access) },
      needsRandomAccess: outline.needsRandomAccess, origin: origin, arrayRank: arrayRank)
  }

  /// The least and the greatest colour value over all pages, alpha left out; reads the picture once, streamed.
  package func extremes() throws(ImagingError) -> ClosedRange<Float> {
    try namingOrigin { () throws(ImagingError) in
      let colours = try withoutAlpha()
      let table = try colours.pipeline().consumed { (picture) throws(ImagingError) in
        try picture.applying("stats")
      }
      // Row 0 of the table is about all bands; its columns begin with the minimum and the maximum.
      var numbers: UnsafeMutablePointer<Double>?
      var count: Int32 = 0
      var ends: [Double] = []
      for column in 0..<2 {
        guard fovea_getpoint(table.image, &numbers, &count, Int32(column)) == 0, let numbers else {
          throw .failed(operation: "measuring", reason: Libvips.takeError())
        }
        ends.append(numbers[0])
        g_free(numbers)
      }
      return Float(ends[0])...max(Float(ends[0]), Float(ends[1]))
    }
  }
}
