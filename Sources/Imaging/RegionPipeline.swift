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
    let comesFromFile = origin != nil
    return try adding(randomAccess: window.jumpsRows) { (picture) throws(ImagingError) in
      let known = PixelType(picture.format) != .other
      let source =
        known ? picture : try picture.applying("cast", ["format": .choice(VIPS_FORMAT_FLOAT)])
      let rows = comesFromFile ? try source.holdingRows(window.kernelHeight) : source
      return try RegionState(input: rows, window: window, pages: pages, body: body).picture(as: type)
    }
  }
}

extension Picture {
  /// Keeps the rows that neighbouring regions share: a file read from top to bottom cannot go back for them.
  fileprivate func holdingRows(_ kernelHeight: Int) throws(ImagingError) -> Picture {
    let tileHeight = 16
    // Two rows of sink buffers of up to 128-row tiles, and the margins.
    let rows = kernelHeight + 5 * 128
    return try applying(
      "tilecache",
      [
        "tile-width": .int(width), "tile-height": .int(tileHeight),
        "max-tiles": .int(rows / tileHeight + 2), "access": .choice(VIPS_ACCESS_SEQUENTIAL),
        "threaded": .bool(true),
      ])
  }
}

/// What libvips' threads share while they make one filtered picture; it lives as long as that picture.
private final class RegionState: Sendable {
  let input: Picture
  let window: RegionWindow
  let pages: Int
  let body: @Sendable (RegionBuffers) -> Void

  init(input: Picture, window: RegionWindow, pages: Int, body: @escaping @Sendable (RegionBuffers) -> Void) {
    self.input = input
    self.window = window
    self.pages = pages
    self.body = body
  }

  func picture(as type: PixelType) throws(ImagingError) -> Picture {
    let operation = "filtering regions"
    guard let image = vips_image_new() else {
      throw .failed(operation: operation, reason: Libvips.takeError())
    }
    let picture = Picture(owning: image)
    var inputs: [UnsafeMutablePointer<VipsImage>?] = [input.image, nil]
    guard vips_image_pipeline_array(image, VIPS_DEMAND_STYLE_SMALLTILE, &inputs) == 0 else {
      throw .failed(operation: operation, reason: Libvips.takeError())
    }
    image.pointee.Xsize = Int32(window.outputWidth)
    image.pointee.Ysize = Int32(window.outputHeight * pages)
    image.pointee.BandFmt =
      switch type {
      case .uint8: VIPS_FORMAT_UCHAR
      case .uint16: VIPS_FORMAT_USHORT
      case .float32, .other: VIPS_FORMAT_FLOAT
      }
    if pages > 1 { vips_image_set_int(image, "page-height", Int32(window.outputHeight)) }
    let shared = Unmanaged.passUnretained(self).toOpaque()
    let status = vips_image_generate(
      image,
      { _, state, _ in
        guard let state else { return nil }
        let shared = Unmanaged<RegionState>.fromOpaque(state).takeUnretainedValue()
        return RegionSequence(shared).map { Unmanaged.passRetained($0).toOpaque() }
      },
      { region, sequence, _, _, _ in
        guard let region, let sequence else { return -1 }
        return Unmanaged<RegionSequence>.fromOpaque(sequence).takeUnretainedValue().make(region) ? 0 : -1
      },
      { sequence, _, _ in
        if let sequence { Unmanaged<RegionSequence>.fromOpaque(sequence).release() }
        return 0
      }, shared, nil)
    guard status == 0 else { throw .failed(operation: operation, reason: Libvips.takeError()) }
    picture.keepAlive(self, as: "fovea-filter")
    return picture
  }
}

/// What one thread at a time uses to make regions: libvips hands it from call to call, never to two at once.
private final class RegionSequence {
  private let state: RegionState
  private let region: UnsafeMutablePointer<VipsRegion>
  private var input = ScratchFloats()
  private var output = ScratchFloats()

  init?(_ state: RegionState) {
    guard let region = vips_region_new(state.input.image) else { return nil }
    self.state = state
    self.region = region
  }

  deinit { fovea_unref(region) }

  /// Makes the pixels of `target`, page by page; false when the source fails, whose reason is then in libvips' buffer.
  func make(_ target: UnsafeMutablePointer<VipsRegion>) -> Bool {
    let valid = target.pointee.valid
    let (left, width) = (Int(valid.left), Int(valid.width))
    let bottom = Int(valid.top) + Int(valid.height)
    var top = Int(valid.top)
    while top < bottom {
      let page = top / state.window.outputHeight
      let end = min(bottom, (page + 1) * state.window.outputHeight)
      guard makePart(target, page: page, rows: top..<end, columns: left..<(left + width)) else { return false }
      top = end
    }
    return true
  }

  private func makePart(
    _ target: UnsafeMutablePointer<VipsRegion>, page: Int, rows: Range<Int>, columns: Range<Int>
  ) -> Bool {
    let window = state.window
    let channels = state.input.bands
    let top = rows.lowerBound - page * window.outputHeight
    let inputRows = top..<(top + rows.count + window.kernelHeight - 1)
    let inputColumns = columns.lowerBound..<(columns.upperBound + window.kernelWidth - 1)
    let stride = inputColumns.count * channels
    let source = input.room(for: inputRows.count * stride)
    guard fill(source, page: page, rows: inputRows, columns: inputColumns, channels: channels) else { return false }
    let outputStride = columns.count * channels
    let result = output.room(for: rows.count * outputStride)
    // libvips' threads already keep the processors busy; loops in here stay on theirs.
    Parallelism.limited(to: 1) {
      state.body(
        RegionBuffers(
          input: source, inputStride: stride, inputHeight: inputRows.count, inputWidth: inputColumns.count,
          output: result, outputStride: outputStride, height: rows.count, width: columns.count,
          channels: channels))
    }
    for row in 0..<rows.count {
      guard
        let line = fovea_region_address(target, Int32(columns.lowerBound), Int32(rows.lowerBound + row))
      else { return false }
      store(result + row * outputStride, outputStride, into: line, target.pointee.im.pointee.BandFmt)
    }
    return true
  }

  /// Collects the input region with its margins from wherever the window says its rows and columns lie.
  private func fill(
    _ target: UnsafeMutablePointer<Float>, page: Int, rows: Range<Int>, columns: Range<Int>, channels: Int
  ) -> Bool {
    let window = state.window
    let stride = columns.count * channels
    let pageTop = page * (state.input.height / state.pages)
    let columnRuns = runs(of: window.columns, in: columns)
    for rowRun in runs(of: window.rows, in: rows) {
      for columnRun in columnRuns {
        let corner = target + (rowRun.places.lowerBound - rows.lowerBound) * stride
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
        var rect = VipsRect(
          left: Int32(sourceColumns.lowerBound), top: Int32(pageTop + sourceRows.lowerBound),
          width: Int32(sourceColumns.count), height: Int32(sourceRows.count))
        guard vips_region_prepare(region, &rect) == 0 else { return false }
        let isStraight = columnRun.places.count == sourceColumns.count && columnRun.ascends
        for place in rowRun.places {
          let y = Int32(pageTop) + window.rows[place]
          let line = corner + (place - rowRun.places.lowerBound) * stride
          if isStraight {
            guard let from = fovea_region_address(region, rect.left, y) else { return false }
            load(from, columnRun.places.count * channels, into: line)
            continue
          }
          for column in columnRun.places {
            guard let from = fovea_region_address(region, window.columns[column], y) else { return false }
            load(from, channels, into: line + (column - columnRun.places.lowerBound) * channels)
          }
        }
      }
    }
    return true
  }

  private func load(_ source: UnsafeMutableRawPointer, _ count: Int, into target: UnsafeMutablePointer<Float>) {
    switch state.input.format {
    case VIPS_FORMAT_UCHAR:
      let values = source.assumingMemoryBound(to: UInt8.self)
      for index in 0..<count { target[index] = Float(values[index]) }
    case VIPS_FORMAT_USHORT:
      let values = source.assumingMemoryBound(to: UInt16.self)
      for index in 0..<count { target[index] = Float(values[index]) }
    default:
      target.update(from: source.assumingMemoryBound(to: Float.self), count: count)
    }
  }

  private func store(
    _ values: UnsafeMutablePointer<Float>, _ count: Int, into target: UnsafeMutableRawPointer,
    _ format: VipsBandFormat
  ) {
    // max and min in this order turn NaN into 0. After the clip the values are not negative: adding a half and
    // cutting off rounds half away from zero.
    switch format {
    case VIPS_FORMAT_UCHAR:
      let bytes = target.assumingMemoryBound(to: UInt8.self)
      for index in 0..<count { bytes[index] = UInt8(Int32(clipped(values[index], 255) + 0.5)) }
    case VIPS_FORMAT_USHORT:
      let words = target.assumingMemoryBound(to: UInt16.self)
      for index in 0..<count { words[index] = UInt16(Int32(clipped(values[index], 65535) + 0.5)) }
    default:
      target.assumingMemoryBound(to: Float.self).update(from: values, count: count)
    }
  }
}

/// `value` in `0...limit`; NaN is 0.
@inline(__always) private func clipped(_ value: Float, _ limit: Float) -> Float {
  let positive = value > 0 ? value : 0
  return positive < limit ? positive : limit
}

/// Neighbouring places of an extended axis whose sources lie side by side too, or are all outside.
private struct Run {
  var places: Range<Int>
  /// The sources of all places, from the least to the greatest; `nil` outside.
  var sources: ClosedRange<Int>?
  /// Whether each place's source is one after the place's before it.
  var ascends: Bool
}

private func runs(of sources: [Int32], in range: Range<Int>) -> [Run] {
  var runs: [Run] = []
  var start = range.lowerBound
  while start < range.upperBound {
    var end = start + 1
    var ascends = true
    let isInside = sources[start] >= 0
    var (least, greatest) = (sources[start], sources[start])
    while end < range.upperBound, (sources[end] >= 0) == isInside, abs(sources[end] - sources[end - 1]) <= 1 {
      if sources[end] != sources[end - 1] + 1 { ascends = false }
      least = min(least, sources[end])
      greatest = max(greatest, sources[end])
      end += 1
    }
    runs.append(
      Run(places: start..<end, sources: isInside ? Int(least)...Int(greatest) : nil, ascends: ascends))
    start = end
  }
  return runs
}

/// Memory for floats that grows when it must and is used again.
private struct ScratchFloats: ~Copyable {
  private var memory: UnsafeMutableBufferPointer<Float> = .init(start: nil, count: 0)

  mutating func room(for count: Int) -> UnsafeMutablePointer<Float> {
    if let base = memory.baseAddress, memory.count >= count { return base }
    memory.deallocate()
    let base = UnsafeMutablePointer<Float>.allocate(capacity: max(1, count))
    memory = UnsafeMutableBufferPointer(start: base, count: max(1, count))
    return base
  }

  deinit { memory.deallocate() }
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
      let table = try colours.pipeline().applying("stats")
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
