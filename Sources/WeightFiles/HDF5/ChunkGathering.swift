import CZlib
import TensorCore

/// Puts a chunked dataset's boxes together: undoes each one's filters and copies it to its place, row by row.
struct ChunkGathering {
  /// zlib's deflate makes no more than so many bytes from one.
  static let greatestExpansion = 1032

  let shape: Shape
  let elementSize: Int
  let extents: [Int]
  let filters: [HDF5Filter]

  struct Problem: Error {
    let text: String
  }

  /// The dataset's bytes in row-major order; chunks that were never written are zero.
  func gather(_ chunks: [HDF5Chunk], from file: UnsafeRawBufferPointer) -> Result<[UInt8], Problem> {
    let (elements, tooMany) = extents.reduce((1, false)) { product, extent in
      let (next, overflow) = product.0.multipliedReportingOverflow(by: extent)
      return (next, product.1 || overflow)
    }
    let (chunkSize, tooLarge) = elements.multipliedReportingOverflow(by: elementSize)
    // A chunk at the border may reach past the dataset, but not by orders of magnitude.
    guard !tooMany, !tooLarge, chunkSize <= max(shape.count * elementSize, 1 << 20) * 256 else {
      return .failure(Problem(text: "has chunks of \(extents) elements, too large for its shape \(shape)"))
    }
    for filter in filters {
      if case .other(let number) = filter {
        return .failure(
          Problem(text: "is packed with filter \(number); only deflate, shuffle and fletcher32 are read"))
      }
    }
    var result = [UInt8](repeating: 0, count: shape.count * elementSize)
    for chunk in chunks {
      let stored = UnsafeRawBufferPointer(rebasing: file[chunk.offset..<(chunk.offset + chunk.size)])
      switch unpack(stored, skipping: chunk.skippedFilters, to: chunkSize) {
      case .failure(let problem): return .failure(problem)
      case .success(let bytes): place(bytes, at: chunk.start, in: &result)
      }
    }
    return .success(result)
  }

  private func unpack(_ stored: UnsafeRawBufferPointer, skipping mask: UInt32, to size: Int)
    -> Result<[UInt8], Problem>
  {
    guard size / Self.greatestExpansion <= stored.count else {
      return .failure(Problem(text: "has a chunk of \(stored.count) bytes that cannot unpack to \(size)"))
    }
    var bytes = Array(stored)
    for (index, filter) in filters.enumerated().reversed() where mask & (1 << UInt32(index)) == 0 {
      switch filter {
      case .deflate:
        // A checksum added before packing is packed too.
        let isChecked = filters[..<index].contains(.fletcher32)
        guard let inflated = inflated(bytes, to: size + (isChecked ? 4 : 0)) else {
          return .failure(Problem(text: "has a chunk that does not unpack: damaged"))
        }
        bytes = inflated
      case .shuffle(let elementSize): bytes = unshuffled(bytes, elementSize: elementSize)
      case .fletcher32:
        guard bytes.count >= 4 else { return .failure(Problem(text: "has a chunk that ends early")) }
        let expected = bytes.suffix(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        bytes.removeLast(4)
        guard fletcher32(bytes) == expected else {
          return .failure(Problem(text: "has a chunk whose checksum is wrong: damaged"))
        }
      case .other: break
      }
    }
    guard bytes.count == size else {
      return .failure(Problem(text: "has a chunk of \(bytes.count) bytes, expected \(size)"))
    }
    return .success(bytes)
  }

  /// The bytes that `packed` (zlib) holds; `nil` when they are damaged or not exactly `size`.
  private func inflated(_ packed: [UInt8], to size: Int) -> [UInt8]? {
    guard packed.count <= Int(UInt32.max), size <= Int(UInt32.max) else { return nil }
    var packed = packed
    return packed.withUnsafeMutableBufferPointer { source in
      var result = [UInt8](repeating: 0, count: size)
      let isWhole = result.withUnsafeMutableBufferPointer { target in
        var stream = z_stream()
        guard fovea_inflate_init(&stream, 15) == Z_OK else { return false }
        defer { inflateEnd(&stream) }
        stream.next_in = source.baseAddress
        stream.avail_in = UInt32(source.count)
        stream.next_out = target.baseAddress
        stream.avail_out = UInt32(target.count)
        return inflate(&stream, Z_FINISH) == Z_STREAM_END && stream.avail_out == 0
      }
      return isWhole ? result : nil
    }
  }

  /// Undoes HDF5's shuffle: first bytes of all elements, then second bytes, ...; what is left over stays at the end.
  private func unshuffled(_ bytes: [UInt8], elementSize: Int) -> [UInt8] {
    guard elementSize > 1 else { return bytes }
    let count = bytes.count / elementSize
    var result = bytes
    for byte in 0..<elementSize {
      for element in 0..<count { result[element * elementSize + byte] = bytes[byte * count + element] }
    }
    return result
  }

  /// HDF5's Fletcher checksum: over 16-bit words, most significant byte first, an odd byte at the end as a word's first.
  private func fletcher32(_ bytes: [UInt8]) -> UInt32 {
    var low: UInt32 = 0
    var high: UInt32 = 0
    var index = 0
    while index < bytes.count {
      let word = UInt32(bytes[index]) << 8 | (index + 1 < bytes.count ? UInt32(bytes[index + 1]) : 0)
      low = (low + word) % 65535
      high = (high + low) % 65535
      index += 2
    }
    // The library folds without ever reaching zero from something: 65535 and 0 are the same remainder.
    return high << 16 | low
  }

  private func place(_ chunk: [UInt8], at start: [Int], in result: inout [UInt8]) {
    let rank = shape.rank
    let counts = (0..<rank).map { max(0, min(extents[$0], shape[$0] - start[$0])) }
    guard !counts.contains(0) else { return }
    let strides = shape.strides
    let chunkStrides = Shape(extents).strides
    let run = counts[rank - 1] * elementSize
    var index = [Int](repeating: 0, count: rank)
    while true {
      var from = 0
      var to = 0
      for axis in 0..<rank {
        from += index[axis] * chunkStrides[axis]
        to += (start[axis] + index[axis]) * strides[axis]
      }
      let source = (from * elementSize)..<(from * elementSize + run)
      result.replaceSubrange((to * elementSize)..<(to * elementSize + run), with: chunk[source])
      var axis = rank - 2
      while axis >= 0 {
        index[axis] += 1
        if index[axis] < counts[axis] { break }
        index[axis] = 0
        axis -= 1
      }
      if axis < 0 { return }
    }
  }
}
