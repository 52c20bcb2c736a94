import CVips

extension Picture {
  /// The picture at another size, made strip by strip as its rows come.
  ///
  /// libvips' own resampling knows 64 positions between two pixels and another edge; networks are sensitive to both.
  func resampled(
    height: Int, width: Int, _ resampling: Resampling, holdsRows: Bool
  ) throws(ImagingError) -> Picture {
    guard height != self.height || width != self.width else { return self }
    let known = try inKnownType()
    // A great reduction begins with means over whole blocks, at least eight of which remain for each new pixel.
    let rows = resampling == .nearest ? 1 : max(1, self.height / height / 8)
    let columns = resampling == .nearest ? 1 : max(1, self.width / width / 8)
    var source = known
    if rows > 1 || columns > 1 {
      source = known.hasAlpha ? try known.applying("premultiply") : known
      source = try source.applying(
        "shrink",
        ["hshrink": .double(Double(columns)), "vshrink": .double(Double(rows)), "ceil": .bool(true)])
    }
    let isPremultiplied = known.hasAlpha && (rows > 1 || columns > 1)
    let vertical = ResampleTable(
      from: source.height, extent: Double(self.height) / Double(rows), to: height, resampling)
    let horizontal = ResampleTable(
      from: source.width, extent: Double(self.width) / Double(columns), to: width, resampling)
    if holdsRows {
      let step = source.height / height + 1
      source = try source.holdingRows(vertical.taps + 5 * 16 * step)
    }
    let format = known.format
    let weighting = AlphaWeighting(known, isPremultiplied: isPremultiplied, resampling)
    let shape = GeneratedShape(
      width: width, height: height, pageHeight: nil, format: format, hint: VIPS_DEMAND_STYLE_FATSTRIP)
    let made = try source.generating(shape) {
      ResampleMaker($0, vertical: vertical, horizontal: horizontal, weighting: weighting)
    }
    // Who reads on may ask for squares of up to 128 rows, one beside the other. Here they become strips over the whole
    // width, each made once and in order, so that the rows held of the source are enough.
    return holdsRows ? try made.holdingRows(5 * 128) : made
  }
}

/// How colours are weighted by the alpha beside them while they are mixed.
private struct AlphaWeighting: Sendable {
  /// The value of full opacity; `nil` when there is no alpha or no mixing.
  let full: Float?
  let isPremultiplied: Bool

  init(_ picture: Picture, isPremultiplied: Bool, _ resampling: Resampling) {
    full =
      picture.hasAlpha && resampling != .nearest ? (picture.format == VIPS_FORMAT_USHORT ? 65535 : 255) : nil
    self.isPremultiplied = isPremultiplied
  }
}

/// Resamples regions for one thread: each old row is resampled along its columns once and added to the new rows it
/// is part of, so that memory does not grow with the reduction.
///
/// ``referenceResampling(_:height:width:_:as:hasAlpha:)`` says plainly what comes of it, to the last bit.
private final class ResampleMaker: RegionMaker {
  private let source: SourceRegion
  private let vertical: ResampleTable
  private let horizontal: ResampleTable
  private let weighting: AlphaWeighting
  private let channels: Int
  /// Whether values become 8 bits between the axes too, as in Pillow: an overshoot beside an edge is clipped twice.
  private let rounds: Bool
  private var lines = ScratchFloats()
  private var resampledLines = ScratchFloats()
  private var transposed = ScratchFloats()
  private var sums = ScratchFloats()

  /// Old rows that are resampled together: a whole number of vectors of any instruction set.
  private static let rowsAtOnce = 16

  init?(_ picture: Picture, vertical: ResampleTable, horizontal: ResampleTable, weighting: AlphaWeighting) {
    guard let source = SourceRegion(of: picture) else { return nil }
    self.source = source
    self.vertical = vertical
    self.horizontal = horizontal
    self.weighting = weighting
    channels = picture.bands
    rounds = picture.format == VIPS_FORMAT_UCHAR && weighting.full == nil
  }

  func make(_ target: UnsafeMutablePointer<VipsRegion>) -> Bool {
    let valid = target.pointee.valid
    let rows = Int(valid.top)..<(Int(valid.top) + Int(valid.height))
    let columns = Int(valid.left)..<(Int(valid.left) + Int(valid.width))
    let count = columns.count * channels
    let sums = sums.room(for: rows.count * count)
    sums.update(repeating: 0, count: rows.count * count)
    let oldColumns = horizontal.span(of: columns)
    let oldRows = vertical.span(of: rows)
    let lines = lines.room(for: Self.rowsAtOnce * oldColumns.count * channels)
    let across = resampledLines.room(for: Self.rowsAtOnce * count)
    for first in stride(from: oldRows.lowerBound, through: oldRows.upperBound, by: Self.rowsAtOnce) {
      let batch = first...min(oldRows.upperBound, first + Self.rowsAtOnce - 1)
      guard source.prepare(rows: batch, columns: oldColumns) else { return false }
      for row in batch {
        let line = lines + (row - first) * oldColumns.count * channels
        source.load(row: row, column: oldColumns.lowerBound, pixels: oldColumns.count, into: line)
        if let full = weighting.full, !weighting.isPremultiplied {
          premultiply(line, oldColumns.count, channels, full)
        }
      }
      resample(lines, oldColumns.count * channels, batch.count, columns, into: across)
      for y in rows { add(across, count, rows: batch, to: y, sums + (y - rows.lowerBound) * count) }
    }
    if let full = weighting.full { unpremultiply(sums, rows.count * columns.count, channels, full) }
    for y in rows {
      guard let address = fovea_region_address(target, valid.left, Int32(y)) else { return false }
      store(
        sums + (y - rows.lowerBound) * count, count, into: address, as: target.pointee.im.pointee.BandFmt)
    }
    return true
  }

  /// Resamples old rows, which lie `stride` floats apart and begin with the first one that `columns` are made of.
  private func resample(
    _ lines: UnsafeMutablePointer<Float>, _ stride: Int, _ rows: Int, _ columns: Range<Int>,
    into target: UnsafeMutablePointer<Float>
  ) {
    let taps = horizontal.taps
    let scratch = transposed.room(for: pixelKernels.resample_scratch(channels, taps))
    let pointers = (0..<rows).map { UnsafePointer(lines + $0 * stride) }
    horizontal.starts.withUnsafeBufferPointer { starts in
      horizontal.weights.withUnsafeBufferPointer { weights in
        guard let starts = starts.baseAddress, let weights = weights.baseAddress else { return }
        pixelKernels.resample(
          pointers, rows, channels, starts + columns.lowerBound, columns.count, taps,
          weights + columns.lowerBound * taps, rounds ? 1 : 0, target, columns.count * channels, scratch)
      }
    }
  }

  /// Adds what these old rows, resampled along their columns, are of new row `y`.
  private func add(
    _ lines: UnsafePointer<Float>, _ count: Int, rows: ClosedRange<Int>, to y: Int,
    _ sum: UnsafeMutablePointer<Float>
  ) {
    let start = Int(vertical.starts[y])
    let first = max(rows.lowerBound, start)
    let end = min(rows.upperBound + 1, start + vertical.taps)
    guard first < end else { return }
    withUnsafeTemporaryAllocation(of: UnsafePointer<Float>.self, capacity: Self.rowsAtOnce) { pointers in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: Self.rowsAtOnce) { weights in
        guard let base = pointers.baseAddress, let shares = weights.baseAddress else { return }
        var found = 0
        for row in first..<end {
          let weight = vertical.weights[y * vertical.taps + row - start]
          guard weight != 0 else { continue }
          (base + found).initialize(to: lines + (row - rows.lowerBound) * count)
          (shares + found).initialize(to: weight)
          found += 1
        }
        if found > 0 { pixelKernels.add_rows(base, shares, found, sum, count) }
      }
    }
  }
}

/// Weighs the colours of pixels by the share of full opacity that their last channel is.
func premultiply(
  _ values: UnsafeMutablePointer<Float>, _ pixels: Int, _ channels: Int, _ full: Float
) {
  for pixel in 0..<pixels {
    let share = values[pixel * channels + channels - 1] / full
    for channel in 0..<channels - 1 { values[pixel * channels + channel] *= share }
  }
}

/// Undoes ``premultiply(_:_:_:_:)``; what is wholly transparent becomes 0.
func unpremultiply(
  _ values: UnsafeMutablePointer<Float>, _ pixels: Int, _ channels: Int, _ full: Float
) {
  for pixel in 0..<pixels {
    let alpha = values[pixel * channels + channels - 1]
    let gain = alpha > 0 ? full / alpha : 0
    for channel in 0..<channels - 1 { values[pixel * channels + channel] *= gain }
  }
}
