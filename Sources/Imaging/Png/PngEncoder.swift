private import CZlib
package import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Writes pixels that lie in memory as a PNG, on the caller's thread: RGB, 8 bits a colour.
///
/// libvips hands every few rows from one thread to a second and a third; where each processor has a picture of its own to
/// draw, that costs more than it gains. A row equal to the one above it, as in what is enlarged, is written as the
/// difference (filter "up"), which is all zeros: smaller, and done sooner. Rows of photographs are written as differences
/// to their neighbours where those are smaller. Equal pixels and text give equal bytes.
package struct PngEncoder {
  /// How hard to compress, 0...9.
  package var compression: Int
  /// Text chunks, in this order: Latin letters as `tEXt`, others in UTF-8 as `iTXt`.
  package var text: [WriteOptions.TextEntry]

  /// Whether neighbouring pixels are alike, so that differences are smaller than values: true of photographs, and not of
  /// the colours of a map.
  package var isPhotographic: Bool

  package init(compression: Int, text: [WriteOptions.TextEntry] = [], isPhotographic: Bool = false) {
    self.compression = compression
    self.text = text
    self.isPhotographic = isPhotographic
  }

  /// Writes `pixels`, row-major, to `path`, whole or not at all.
  ///
  /// Throws ``ImagingError/cannotWrite(_:reason:)``.
  package func write(
    rgb pixels: [UInt8], width: Int, height: Int, to path: FilePath
  ) throws(ImagingError) {
    precondition(pixels.count == width * height * 3, "\(pixels.count) bytes for \(width) x \(height) in RGB")
    guard width > 0, height > 0, Int32(exactly: width) != nil, Int32(exactly: height) != nil else {
      throw .invalidSize(width: width, height: height)
    }
    try AtomicFile.write(path) { (descriptor) throws(ImagingError) in
      do {
        let file = FileDescriptor(rawValue: descriptor)
        try file.writeAll([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] as [UInt8])
        try file.write(
          chunk: "IHDR", bytes(of: UInt32(width)) + bytes(of: UInt32(height)) + [8, 2, 0, 0, 0])
        for entry in text { try write(entry, to: file) }
        try writeRows(pixels, stride: width * 3, to: file)
        try file.write(chunk: "IEND", [])
      } catch {
        throw .cannotWrite(path, reason: (error as? Errno)?.description ?? "\(error)")
      }
    }
  }

  private func write(_ entry: WriteOptions.TextEntry, to file: FileDescriptor) throws {
    if entry.value.utf8.allSatisfy({ $0 < 0x80 }) {
      try file.write(chunk: "tEXt", Array(entry.key.utf8) + [0] + Array(entry.value.utf8))
    } else {
      // Not compressed, no language, no translated key.
      try file.write(chunk: "iTXt", Array(entry.key.utf8) + [0, 0, 0, 0, 0] + Array(entry.value.utf8))
    }
  }

  private func writeRows(_ pixels: [UInt8], stride: Int, to file: FileDescriptor) throws {
    // zlib remembers where its stream lies: it must not move.
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    stream.initialize(to: z_stream())
    defer { stream.deallocate() }
    guard fovea_deflate_init(stream, Int32(min(max(compression, 0), 9))) == Z_OK else {
      throw Errno.noMemory
    }
    defer { deflateEnd(stream) }
    var row = [UInt8](repeating: 0, count: stride + 1)
    var packed = [UInt8](repeating: 0, count: 1 << 16)
    var used = 0
    /// Compresses what `row` holds, or what is left when that is all.
    func deflateRow(_ flush: CInt) throws {
      try row.withUnsafeMutableBufferPointer { row in
        stream.pointee.next_in = row.baseAddress
        stream.pointee.avail_in = flush == Z_FINISH ? 0 : UInt32(row.count)
        while true {
          let status = packed.withUnsafeMutableBufferPointer { packed in
            stream.pointee.next_out = packed.baseAddress.map { $0 + used }
            stream.pointee.avail_out = UInt32(packed.count - used)
            let status = deflate(stream, flush)
            used = packed.count - Int(stream.pointee.avail_out)
            return status
          }
          let isOver = flush == Z_FINISH ? status == Z_STREAM_END : stream.pointee.avail_in == 0
          if used == packed.count || isOver && flush == Z_FINISH {
            try file.write(chunk: "IDAT", packed[..<used])
            used = 0
          }
          if isOver { return }
        }
      }
    }
    for start in Swift.stride(from: 0, to: pixels.count, by: stride) {
      pixels.withUnsafeBytes { pixels in
        let own = UnsafeRawBufferPointer(rebasing: pixels[start..<start + stride])
        let above = start > 0 ? UnsafeRawBufferPointer(rebasing: pixels[start - stride..<start]) : nil
        row.withUnsafeMutableBytes { fill($0, from: own, above: above) }
      }
      try deflateRow(Z_NO_FLUSH)
    }
    try deflateRow(Z_FINISH)
  }
}

extension PngEncoder {
  /// The filters of PNG that are used here.
  private enum Filter: UInt8 { case none, left, up }

  /// Puts a row's filter and its filtered bytes into `target`.
  private func fill(
    _ target: UnsafeMutableRawBufferPointer, from row: UnsafeRawBufferPointer, above: UnsafeRawBufferPointer?
  ) {
    let filter = filter(of: row, above: above)
    target[0] = filter.rawValue
    switch (filter, above) {
    case (.left, _):
      for place in 0..<row.count { target[place + 1] = row[place] &- (place < 3 ? 0 : row[place - 3]) }
    case (.up, let above?): for place in 0..<row.count { target[place + 1] = row[place] &- above[place] }
    default: UnsafeMutableRawBufferPointer(rebasing: target[1...]).copyMemory(from: row)
    }
  }

  /// `up` for a row that is repeated; in a photograph the filter with the least sum of absolute differences, taken as signed
  /// bytes (as libpng does).
  private func filter(of row: UnsafeRawBufferPointer, above: UnsafeRawBufferPointer?) -> Filter {
    guard let above, let first = row.baseAddress, let second = above.baseAddress else { return .none }
    if memcmp(first, second, row.count) == 0 { return .up }
    guard isPhotographic else { return .none }
    var (none, left, up) = (0, 0, 0)
    for place in 0..<row.count {
      none += size(row[place])
      left += size(row[place] &- (place < 3 ? 0 : row[place - 3]))
      up += size(row[place] &- above[place])
    }
    return none <= min(left, up) ? .none : left <= up ? .left : .up
  }

  private func size(_ difference: UInt8) -> Int { Int(min(difference, 0 &- difference)) }
}

extension FileDescriptor {
  /// Writes a chunk: its length, its name, its bytes and their checksum.
  fileprivate func write(chunk name: String, _ content: some Collection<UInt8>) throws {
    let named = Array(name.utf8) + content
    let checksum = named.withUnsafeBufferPointer { crc32(0, $0.baseAddress, UInt32($0.count)) }
    try writeAll(bytes(of: UInt32(content.count)) + named + bytes(of: UInt32(truncatingIfNeeded: checksum)))
  }
}

/// The four bytes of a number, the highest first.
private func bytes(of number: UInt32) -> [UInt8] {
  [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
}
