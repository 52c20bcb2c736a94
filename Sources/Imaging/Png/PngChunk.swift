private import CDeflate

/// One chunk of a PNG in memory.
struct PngChunk {
  enum Kind {
    case header, data, end
    /// Text or a time, which mean nothing to pixels.
    case words
    /// Something else that a decoder of pixels may leave alone.
    case ancillary
    /// A transparent colour, a palette, or something without which the pixels cannot be understood.
    case critical
  }

  let kind: Kind
  /// Where its content lies.
  let content: Range<Int>
  /// Whether its checksum is right.
  let isIntact: Bool

  /// Where the next one begins.
  var end: Int { content.upperBound + 4 }

  /// `nil` when the file ends before the chunk does.
  init?(_ file: UnsafeRawBufferPointer, at position: Int) {
    guard position >= 0, position <= file.count - 12 else { return nil }
    let length = Int(file.bigEndian(at: position))
    guard length <= file.count - position - 12 else { return nil }
    content = position + 8..<position + 8 + length
    let sum = libdeflate_crc32(0, file.baseAddress.map { $0 + position + 4 }, length + 4)
    isIntact = sum == file.bigEndian(at: content.upperBound)
    switch String(decoding: file[position + 4..<position + 8], as: Unicode.ASCII.self) {
    case "IHDR": kind = .header
    case "IDAT": kind = .data
    case "IEND": kind = .end
    case "tEXt", "tIME": kind = .words
    case "tRNS": kind = .critical
    default: kind = file[position + 4] & 0x20 == 0 ? .critical : .ancillary
    }
  }
}

/// The first chunk's content.
struct PngHeader: Equatable {
  let width: Int
  let height: Int
  let channels: Int
  let bytesPerValue: Int

  /// Bytes of a pixel.
  var step: Int { channels * bytesPerValue }
  /// Bytes of a row.
  var stride: Int { width * step }

  /// `nil` for other than 8 or 16 bits, for palettes and for interlaced rows.
  init?(_ content: UnsafeRawBufferPointer) {
    guard content.count == 13, content[8] == 8 || content[8] == 16, content[10] == 0, content[11] == 0,
      content[12] == 0, let channels = [0: 1, 2: 3, 4: 2, 6: 4][content[9]]
    else { return nil }
    width = Int(content.bigEndian(at: 0))
    height = Int(content.bigEndian(at: 4))
    self.channels = channels
    bytesPerValue = Int(content[8]) / 8
    guard (1...Int(Int32.max)).contains(width), (1...Int(Int32.max)).contains(height) else { return nil }
  }
}

extension UnsafeRawBufferPointer {
  fileprivate func bigEndian(at position: Int) -> UInt32 {
    UInt32(bigEndian: loadUnaligned(fromByteOffset: position, as: UInt32.self))
  }
}
