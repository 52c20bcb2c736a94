import Foundation

/// TIFF files of few bytes that make much work.
enum OddTiff {
  /// So many grey pages of one pixel.
  ///
  /// A decoder that walks from the first page to every other one, as libtiff's does, takes seconds for some thousands of
  /// them and hours for a megabyte.
  static func manyPages(_ count: Int) -> Data {
    var file = Array("II*\0".utf8) + little(8, 4)
    for index in 1...count {
      file += fields([
        (256, 1, 1), (257, 1, 1), (258, 1, 8), (259, 1, 1), (262, 1, 1), (273, 1, 4), (277, 1, 1),
        (278, 1, 1),
        (279, 1, 1),
      ])
      file += little(index == count ? 0 : file.count + 4, 4)
    }
    return Data(file)
  }

  /// A grey picture whose strips of `rows` rows are all the same bytes of the file.
  static func repeating(height: Int, width: Int, rows: Int) -> Data {
    let strips = height / rows
    var file = Array("II*\0".utf8) + little(8, 4)
    let places = 8 + 2 + 9 * 12 + 4
    let pixels = places + 8 * strips
    file += fields([
      (256, 1, width), (257, 1, height), (258, 1, 8), (259, 1, 1), (262, 1, 1), (273, strips, places),
      (277, 1, 1),
      (278, 1, rows), (279, strips, places + 4 * strips),
    ])
    file += little(0, 4)
    for _ in 0..<strips { file += little(pixels, 4) }
    for _ in 0..<strips { file += little(width * rows, 4) }
    return Data(file + (0..<width * rows).map { UInt8(truncatingIfNeeded: $0) })
  }

  /// A directory's fields: tag, how many values, and the value or where they are; each value has four bytes.
  private static func fields(_ fields: [(tag: Int, count: Int, value: Int)]) -> [UInt8] {
    little(fields.count, 2)
      + fields.flatMap { little($0.tag, 2) + little(4, 2) + little($0.count, 4) + little($0.value, 4) }
  }

  private static func little(_ number: Int, _ bytes: Int) -> [UInt8] {
    (0..<bytes).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
  }
}
