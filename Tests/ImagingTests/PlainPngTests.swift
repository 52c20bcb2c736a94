import Imaging
import SystemPackage
import TensorCore
import TestSupport
import Testing

/// PNG decoded at once and by libvips, which reads a file that has a byte too many at its end.
@Suite struct PlainPngTests {
  private let folder = TemporaryFolder()

  /// A PNG whose rows have filters in turn; the bytes after a filter are noise, so every one of them makes pixels.
  private func png(
    width: Int, height: Int, colourType: UInt8, depth: UInt8, dataChunks: Int = 1,
    endingWith extra: [UInt8] = []
  ) -> [UInt8] {
    let channels = [0: 1, 2: 3, 4: 2, 6: 4][Int(colourType)] ?? 0
    var generator = SeededGenerator(seed: UInt64(width) &* 31 &+ UInt64(colourType))
    var rows: [UInt8] = []
    for row in 0..<height {
      rows.append(UInt8(row % 5))
      rows += (0..<width * channels * Int(depth) / 8).map { _ in UInt8.random(in: 0...255, using: &generator)
      }
    }
    let stream = zlibStream(rows)
    let part = (stream.count + dataChunks - 1) / dataChunks
    let parts = stride(from: 0, to: stream.count, by: part).map { stream[$0..<min($0 + part, stream.count)] }
    return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
      + chunk("IHDR", bigEndian(width) + bigEndian(height) + [depth, colourType, 0, 0, 0])
      + parts.flatMap { chunk("IDAT", Array($0)) } + extra + chunk("IEND", [])
  }

  private func pixels(_ bytes: [UInt8], _ name: String = "a.png") throws -> Tensor {
    try Image(contentsOf: try folder.file(name, holding: bytes)).tensor()
  }

  @Test(
    "all types, several widths, one chunk and many", arguments: [0, 2, 4, 6] as [UInt8], [8, 16] as [UInt8])
  func agreesWithLibvips(colourType: UInt8, depth: UInt8) throws {
    for (width, height, chunks) in [(1, 1, 1), (3, 17, 2), (40, 23, 7), (257, 11, 3)] {
      let file = png(width: width, height: height, colourType: colourType, depth: depth, dataChunks: chunks)
      #expect(try pixels(file) == pixels(file + [0]), "\(width)x\(height)")
    }
  }

  @Test func textAfterThePixelsIsNoFault() throws {
    let file = png(
      width: 20, height: 9, colourType: 2, depth: 8, endingWith: chunk("tEXt", Array("Title\0A hill".utf8)))
    #expect(try pixels(file) == pixels(file + [0]))
  }

  /// Whatever byte is another one: the same pixels, or the same error.
  @Test func damageIsJudgedAsByLibvips() throws {
    let whole = png(
      width: 7, height: 6, colourType: 2, depth: 8, dataChunks: 3,
      endingWith: chunk("tEXt", Array("Title\0A hill".utf8)))
    func outcome(_ bytes: [UInt8]) -> String {
      do { return "\(try pixels(bytes).scalars)" } catch { return "\(error)" }
    }
    for place in whole.indices {
      for mask in [0x01, 0x20, 0xFF] as [UInt8] {
        var bytes = whole
        bytes[place] ^= mask
        #expect(outcome(bytes) == outcome(bytes + [0]), "byte \(place) with \(mask)")
      }
    }
  }

  @Test func everyCutIsAnError() throws {
    let whole = png(width: 7, height: 6, colourType: 6, depth: 8, dataChunks: 2)
    for length in 1..<whole.count - 12 {
      #expect(throws: ImagingError.self) { try pixels(Array(whole[..<length])) }
    }
  }

  @Test func pixelsMayBeAskedForInAnyOrder() throws {
    let path = try folder.file("a.png", holding: png(width: 30, height: 20, colourType: 2, depth: 8))
    let image = try Image(contentsOf: path)
    let all = try image.tensor()
    let lower = try image.cropped(top: 11, left: 4, height: 9, width: 20).tensor()
    for row in 0..<9 {
      #expect(
        Array(lower.scalars[(row * 20 * 3)..<((row + 1) * 20 * 3)])
          == Array(all.scalars[(((row + 11) * 30 + 4) * 3)..<(((row + 11) * 30 + 24) * 3)]))
    }
  }
}

private func bigEndian(_ number: Int) -> [UInt8] {
  [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
}

/// A chunk with its checksum, by the definition (PNG, third edition, annex D).
private func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
  let named = Array(name.utf8) + content
  var sum: UInt32 = .max
  for byte in named {
    sum ^= UInt32(byte)
    for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
  }
  return bigEndian(content.count) + named + bigEndian(Int(~sum))
}

/// Bytes in blocks that are not compressed (RFC 1950, RFC 1951).
private func zlibStream(_ bytes: [UInt8]) -> [UInt8] {
  var stream: [UInt8] = [0x78, 0x01]
  let size = 60_000
  for start in stride(from: 0, to: bytes.count, by: size) {
    let block = bytes[start..<min(start + size, bytes.count)]
    stream.append(start + size >= bytes.count ? 1 : 0)
    for length in [block.count, ~block.count] {
      stream += [UInt8(truncatingIfNeeded: length), UInt8(truncatingIfNeeded: length >> 8)]
    }
    stream += block
  }
  var (low, high) = (1, 0)
  for byte in bytes {
    low = (low + Int(byte)) % 65521
    high = (high + low) % 65521
  }
  return stream + bigEndian(high << 16 | low)
}
