import TensorCore

extension ZipArchive {
  /// Where the bytes of entries lie that are stored uncompressed, by name (APPNOTE.TXT of PKWARE, 4.3 and 4.5).
  ///
  /// libzip does not tell; the central directory does, and every offset in it is checked.
  func storedRanges() throws(WeightFileError) -> [String: Range<Int>] {
    let path = file.path.string
    guard let ranges = file.withBytes(ZipDirectory.storedRanges) else {
      throw .damaged(file: path, part: "", problem: "the zip archive's list of entries is damaged")
    }
    return ranges
  }
}

private enum ZipDirectory {
  static func storedRanges(_ bytes: UnsafeRawBufferPointer) -> [String: Range<Int>]? {
    guard let (start, count) = directory(bytes) else { return nil }
    var ranges: [String: Range<Int>] = [:]
    var position = start
    for _ in 0..<count {
      guard word(bytes, position) == 0x0201_4B50, let method = half(bytes, position + 10),
        let packed = word(bytes, position + 20), let size = word(bytes, position + 24),
        let nameLength = half(bytes, position + 28), let extraLength = half(bytes, position + 30),
        let commentLength = half(bytes, position + 32), let offset = word(bytes, position + 42),
        position + 46 + nameLength + extraLength + commentLength <= bytes.count
      else { return nil }
      let name = String(decoding: bytes[(position + 46)..<(position + 46 + nameLength)], as: UTF8.self)
      let extra = (position + 46 + nameLength)..<(position + 46 + nameLength + extraLength)
      guard let fields = long(bytes, extra, [size, packed, offset]) else { return nil }
      position = extra.upperBound + commentLength
      guard method == 0 else { continue }
      let (length, header) = (fields[0], fields[2])
      guard fields[1] == length, header <= bytes.count - 30, word(bytes, header) == 0x0403_4B50,
        let localName = half(bytes, header + 26), let localExtra = half(bytes, header + 28)
      else { return nil }
      let data = header + 30 + localName + localExtra
      guard data <= bytes.count, length <= bytes.count - data else { return nil }
      ranges[name] = data..<(data + length)
    }
    return ranges
  }

  /// Where the central directory begins and how many entries it has.
  private static func directory(_ bytes: UnsafeRawBufferPointer) -> (start: Int, count: Int)? {
    // The end record is 22 bytes and a comment of at most 65,535.
    var end = bytes.count - 22
    while end >= max(0, bytes.count - 22 - 65_535), word(bytes, end) != 0x0605_4B50 { end -= 1 }
    guard end >= 0, word(bytes, end) == 0x0605_4B50, let count = half(bytes, end + 10),
      let start = word(bytes, end + 16)
    else { return nil }
    guard count == 0xFFFF || start == 0xFFFF_FFFF else { return start <= bytes.count ? (start, count) : nil }
    guard end >= 20, word(bytes, end - 20) == 0x0706_4B50, let record = double(bytes, end - 12),
      record <= bytes.count - 56, word(bytes, record) == 0x0606_4B50,
      let longCount = double(bytes, record + 32), let longStart = double(bytes, record + 48),
      longStart <= bytes.count, longCount <= bytes.count / 46
    else { return nil }
    return (longStart, longCount)
  }

  /// The size, packed size and offset, those that are 2^32 - 1 taken from the zip64 field among the extra ones.
  private static func long(_ bytes: UnsafeRawBufferPointer, _ extra: Range<Int>, _ fields: [Int]) -> [Int]? {
    guard fields.contains(0xFFFF_FFFF) else { return fields }
    var position = extra.lowerBound
    while position + 4 <= extra.upperBound {
      guard let tag = half(bytes, position), let length = half(bytes, position + 2),
        position + 4 + length <= extra.upperBound
      else { return nil }
      guard tag == 1 else {
        position += 4 + length
        continue
      }
      var result = fields
      var at = position + 4
      for index in fields.indices where fields[index] == 0xFFFF_FFFF {
        guard at + 8 <= position + 4 + length, let value = double(bytes, at) else { return nil }
        result[index] = value
        at += 8
      }
      return result
    }
    return nil
  }

  private static func half(_ bytes: UnsafeRawBufferPointer, _ at: Int) -> Int? {
    guard at >= 0, at <= bytes.count - 2 else { return nil }
    return Int(UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt16.self)))
  }

  private static func word(_ bytes: UnsafeRawBufferPointer, _ at: Int) -> Int? {
    guard at >= 0, at <= bytes.count - 4 else { return nil }
    return Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt32.self)))
  }

  private static func double(_ bytes: UnsafeRawBufferPointer, _ at: Int) -> Int? {
    guard at >= 0, at <= bytes.count - 8 else { return nil }
    return Int(exactly: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self)))
  }
}
