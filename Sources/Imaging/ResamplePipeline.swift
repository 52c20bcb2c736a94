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
private final class ResampleMaker: RegionMaker {
  private let source: SourceRegion
  private let vertical: ResampleTable
  private let horizontal: ResampleTable
  private let weighting: AlphaWeighting
  private let channels: Int
  /// Whether values become 8 bits between the axes too, as in Pillow: an overshoot beside an edge is clipped twice.
  private let rounds: Bool
  private var line = ScratchFloats()
  private var resampledLine = ScratchFloats()
  private var sums = ScratchFloats()

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
    let firstColumn = Int(horizontal.starts[columns.lowerBound])
    let lastColumn = Int(horizontal.starts[columns.upperBound - 1]) + horizontal.taps - 1
    let firstRow = Int(vertical.starts[rows.lowerBound])
    let lastRow = Int(vertical.starts[rows.upperBound - 1]) + vertical.taps - 1
    let pixels = lastColumn - firstColumn + 1
    let line = line.room(for: pixels * channels)
    let across = resampledLine.room(for: count)
    var batch = firstRow
    while batch <= lastRow {
      let end = min(lastRow, batch + 15)
      guard source.prepare(rows: batch...end, columns: firstColumn...lastColumn) else { return false }
      for row in batch...end {
        source.load(row: row, column: firstColumn, pixels: pixels, into: line)
        if let full = weighting.full, !weighting.isPremultiplied { premultiply(line, pixels, full) }
        resample(line, from: firstColumn, columns, into: across)
        if rounds { for index in 0..<count { across[index] = rounded(across[index]) } }
        for y in rows {
          let tap = row - Int(vertical.starts[y])
          guard tap >= 0, tap < vertical.taps else { continue }
          let weight = vertical.weights[y * vertical.taps + tap]
          guard weight != 0 else { continue }
          let sum = sums + (y - rows.lowerBound) * count
          for index in 0..<count { sum[index] += weight * across[index] }
        }
      }
      batch = end + 1
    }
    if let full = weighting.full { unpremultiply(sums, rows.count * columns.count, full) }
    for y in rows {
      guard let address = fovea_region_address(target, valid.left, Int32(y)) else { return false }
      store(
        sums + (y - rows.lowerBound) * count, count, into: address, as: target.pointee.im.pointee.BandFmt)
    }
    return true
  }

  private func resample(
    _ line: UnsafeMutablePointer<Float>, from first: Int, _ columns: Range<Int>,
    into target: UnsafeMutablePointer<Float>
  ) {
    let (taps, channels) = (horizontal.taps, channels)
    horizontal.weights.withUnsafeBufferPointer { weights in
      var write = target
      for x in columns {
        let start = (Int(horizontal.starts[x]) - first) * channels
        for channel in 0..<channels {
          var sum: Float = 0
          for tap in 0..<taps { sum += weights[x * taps + tap] * line[start + tap * channels + channel] }
          write[channel] = sum
        }
        write += channels
      }
    }
  }

  private func premultiply(_ values: UnsafeMutablePointer<Float>, _ pixels: Int, _ full: Float) {
    for pixel in 0..<pixels {
      let share = values[pixel * channels + channels - 1] / full
      for channel in 0..<channels - 1 { values[pixel * channels + channel] *= share }
    }
  }

  private func unpremultiply(_ values: UnsafeMutablePointer<Float>, _ pixels: Int, _ full: Float) {
    for pixel in 0..<pixels {
      let alpha = values[pixel * channels + channels - 1]
      let gain = alpha > 0 ? full / alpha : 0
      for channel in 0..<channels - 1 { values[pixel * channels + channel] *= gain }
    }
  }
}

/// The nearest of 0...255.
@inline(__always) private func rounded(_ value: Float) -> Float {
  Float(Int32(min(max(value, 0), 255) + 0.5))
}
