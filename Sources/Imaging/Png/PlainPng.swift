private import CDeflate
import CVips
import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A PNG of 8 or 16 bits a channel, not interlaced, without a palette or a transparent colour: most are like that.
///
/// Such a file's pixels are decoded at once, in half the time that libpng and zlib take row by row. Everything else in it is
/// libvips' to read, and so is a file with anything wrong in it: its error is what it always was.
struct PlainPng {
  let path: FilePath
  private let header: PngHeader

  /// Looks at the first bytes; `nil` for other files.
  init?(_ path: FilePath) {
    guard let start = try? path.firstBytes(33), start.starts(with: PlainPng.signature),
      let header = start.withUnsafeBytes(PlainPng.header)
    else { return nil }
    self.path = path
    self.header = header
  }

  private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  private static func header(_ file: UnsafeRawBufferPointer) -> PngHeader? {
    guard let chunk = PngChunk(file, at: signature.count), chunk.kind == .header else { return nil }
    return PngHeader(UnsafeRawBufferPointer(rebasing: file[chunk.content]))
  }

  /// The pixels row by row, 16 bits in the machine's order, if the file is without fault and has the size and type of
  /// `picture`.
  func pixels(like picture: Picture) -> PixelMemory? {
    guard header.width == picture.width, header.height == picture.height, header.channels == picture.bands,
      picture.format == (header.bytesPerValue == 2 ? VIPS_FORMAT_USHORT : VIPS_FORMAT_UCHAR),
      // Barely more than its pixels: the rest is text and profiles, which nobody needs in memory.
      var file = content(atMost: picture.byteCount * 2 + 1 << 16)
    else { return nil }
    return file.withUnsafeMutableBytes { file in compressedPixels(in: file).flatMap(inflated) }
  }

  /// All bytes of the file.
  private func content(atMost limit: Int) -> [UInt8]? {
    guard let file = try? FileDescriptor.open(path, .readOnly, options: [.nonBlocking, .closeOnExec]) else {
      return nil
    }
    defer { try? file.close() }
    guard let size = try? file.seek(offset: 0, from: .end), (1...Int64(limit)).contains(size) else {
      return nil
    }
    let bytes = [UInt8](unsafeUninitializedCapacity: Int(size)) { buffer, filled in
      let target = UnsafeMutableRawBufferPointer(buffer)
      while filled < target.count {
        let rest = UnsafeMutableRawBufferPointer(rebasing: target[filled...])
        guard let read = try? file.read(fromAbsoluteOffset: Int64(filled), into: rest), read > 0 else {
          return
        }
        filled += read
      }
    }
    return bytes.count == Int(size) ? bytes : nil
  }

  /// The compressed pixels, joined where the first of them lie; `nil` when the chunks are not what they should be.
  private func compressedPixels(in file: UnsafeMutableRawBufferPointer) -> UnsafeRawBufferPointer? {
    let bytes = UnsafeRawBufferPointer(file)
    guard let base = file.baseAddress, bytes.starts(with: PlainPng.signature),
      PlainPng.header(bytes) == header
    else { return nil }
    var position = PlainPng.signature.count
    var data = 0..<0
    var isAfterData = false
    while let chunk = PngChunk(bytes, at: position), chunk.isIntact {
      switch chunk.kind {
      case .header: guard position == PlainPng.signature.count else { return nil }
      case .data:
        guard !isAfterData else { return nil }
        if data.isEmpty {
          data = chunk.content
        } else {
          memmove(base + data.upperBound, base + chunk.content.lowerBound, chunk.content.count)
          data = data.lowerBound..<data.upperBound + chunk.content.count
        }
      case .end:
        guard chunk.content.isEmpty, chunk.end == file.count, !data.isEmpty else { return nil }
        return UnsafeRawBufferPointer(rebasing: bytes[data])
      case .words: isAfterData = !data.isEmpty
      case .ancillary: guard data.isEmpty else { return nil }
      case .critical: return nil
      }
      position = chunk.end
    }
    return nil
  }

  private func inflated(_ data: UnsafeRawBufferPointer) -> PixelMemory? {
    let count = header.height * (header.stride + 1)
    // How far back a repetition may reach, as the stream says: zlib refuses what goes beyond, libdeflate does not.
    guard data.count > 2, data[0] >> 4 == 7 || 256 << Int(data[0] >> 4) >= count,
      let unpacker = libdeflate_alloc_decompressor()
    else { return nil }
    defer { libdeflate_free_decompressor(unpacker) }
    let memory = PixelMemory(count: count + PlainPng.slack)
    var used = 0
    let result = libdeflate_zlib_decompress_ex(
      unpacker, data.baseAddress, data.count, memory.base, count, &used, nil)
    guard result == LIBDEFLATE_SUCCESS, used == data.count, undoFilters(memory.base) else { return nil }
    return memory
  }

  /// What may be read or written beyond the last row.
  private static let slack = 8

  /// Makes pixels of filtered rows, which move up, for before each stands the number of its filter.
  private func undoFilters(_ base: UnsafeMutableRawPointer) -> Bool {
    let rows = base.assumingMemoryBound(to: UInt8.self)
    let (stride, step) = (header.stride, header.step)
    let undo = pixelKernels.png_row
    let zeros = [UInt8](repeating: 0, count: stride + PlainPng.slack)
    let isDone = zeros.withUnsafeBufferPointer { zeros in
      guard var above = zeros.baseAddress else { return false }
      for row in 0..<header.height {
        let filtered = rows + row * (stride + 1)
        guard filtered[0] <= 4 else { return false }
        undo(CInt(filtered[0]), filtered + 1, above, rows + row * stride, stride, step)
        above = UnsafePointer(rows + row * stride)
      }
      return true
    }
    guard isDone, header.bytesPerValue == 2 else { return isDone }
    let count = header.height * header.width * header.channels
    base.withMemoryRebound(to: UInt16.self, capacity: count) { values in
      for index in 0..<count { values[index] = UInt16(bigEndian: values[index]) }
    }
    return true
  }
}
