/// Medians of large windows by counting: what leaves and what enters the window changes counts, and the median moves from
/// where it was (Huang, Yang and Tang 1979).
///
/// Values are counted by their ranks among all values of a part of the region, so that any floats can be counted as bytes
/// are; bytes are their own ranks. The window goes back and forth, a row down at each end, and is never filled anew.
func medianByCounting(_ region: WindowRegion, window: Extent) {
  if window.canBeCounted, countedAsBytes(region, window: window) { return }
  let part = partExtent(of: region, window)
  for top in stride(from: 0, to: region.height, by: part.height) {
    for left in stride(from: 0, to: region.width, by: part.width) {
      let height = min(part.height, region.height - top)
      let width = min(part.width, region.width - left)
      for channel in 0..<region.channels {
        countMedians(
          WindowRegion(
            input: region.input + top * region.inputStride + left * region.channels + channel,
            inputStride: region.inputStride,
            output: region.output + top * region.outputStride + left * region.channels + channel,
            outputStride: region.outputStride, height: height, width: width, channels: region.channels),
          window)
      }
    }
  }
}

/// Counts a region whose values are all bytes by columns; false where they are not.
private func countedAsBytes(_ region: WindowRegion, window: Extent) -> Bool {
  let rows = region.height + window.height - 1
  let stride = (region.width + window.width - 1) * region.channels
  let outputStride = region.width * region.channels
  var areBytes = true
  withScratch(of: UInt8.self, rows * stride + region.height * outputStride) { bytes in
    withScratch(of: Float.self, stride) { again in
      for row in 0..<rows where areBytes {
        let (line, target) = (region.input + row * region.inputStride, bytes + row * stride)
        planeKernels.bytes_of_floats(line, target, stride)
        planeKernels.floats_of_bytes(target, again, stride)
        areBytes = (0..<stride).allSatisfy { again[$0] == line[$0] }
      }
    }
    guard areBytes else { return }
    let output = bytes + rows * stride
    withScratch(of: UnsafePointer<UInt8>.self, rows) { table in
      for row in 0..<rows { (table + row).initialize(to: UnsafePointer(bytes + row * stride)) }
      mediansByCounting(
        table, output, outputStride, region.height, region.width, region.channels, window: window)
    }
    for row in 0..<region.height {
      planeKernels.floats_of_bytes(
        output + row * outputStride, region.output + row * region.outputStride, outputStride)
    }
  }
  return areBytes
}

/// The medians of interleaved bytes, channel by channel.
func mediansByCounting(
  _ rows: UnsafePointer<UnsafePointer<UInt8>>, _ output: UnsafeMutablePointer<UInt8>, _ outputStride: Int,
  _ height: Int, _ width: Int, _ channels: Int, window: Extent
) {
  withScratch(of: Float.self, planeKernels.median_counts_scratch(width, window.width)) { scratch in
    for channel in 0..<channels {
      planeKernels.median_counts(
        rows, channel, output + channel, outputStride, height, width, window.height, window.width, channels,
        scratch)
    }
  }
}

extension Extent {
  /// Whether the values of a window of this size, were they all equal, could be counted in 16 bits.
  var canBeCounted: Bool { height * width <= Int(UInt16.max) }
}

/// A part whose values, margins included, are few enough to sort in the cache.
private func partExtent(of region: WindowRegion, _ window: Extent) -> Extent {
  let height = min(region.height, max(48, 2 * window.height))
  let width = max(2 * window.width, 49_152 / (height + window.height - 1) - window.width + 1)
  return Extent(height: height, width: min(region.width, width))
}

/// Values of one channel by their ranks, and the values of the ranks.
private struct RankedValues {
  var ranks: [UInt32]
  /// `nil` where a rank is a value.
  var values: [Float]?
  /// One more than the greatest rank.
  var count: Int

  init(_ region: WindowRegion, height: Int, width: Int) {
    var ranks = [UInt32](repeating: 0, count: height * width)
    var areBytes = true
    for row in 0..<height {
      let line = region.input + row * region.inputStride
      for column in 0..<width {
        let value = line[column * region.channels]
        let byte = UInt32(value >= 0 && value <= 255 ? value : 0)
        if Float(byte) != value { areBytes = false }
        ranks[row * width + column] = byte
      }
    }
    self.ranks = ranks
    count = 256
    if !areBytes { sort(region, width) }
  }

  private mutating func sort(_ region: WindowRegion, _ width: Int) {
    // The key above its place: one sort of plain integers.
    var places = ranks.indices.map { index in
      let value = region.input[index / width * region.inputStride + index % width * region.channels]
      return Int64(orderedKey(value)) << 32 | Int64(index)
    }
    places.sort()
    var values: [Float] = []
    var last: Int64?
    for place in places {
      let key = place >> 32
      if key != last { values.append(valueOfKey(Int32(truncatingIfNeeded: key))) }
      last = key
      ranks[Int(place & 0xFFFF_FFFF)] = UInt32(values.count - 1)
    }
    count = values.count
    self.values = values
  }
}

/// How often each rank is in the window, and which rank is in the middle.
private struct RankCounts {
  /// By rank, and by blocks of 64 ranks, over which the median jumps.
  private let counts: UnsafeMutablePointer<Int32>
  private let blocks: UnsafeMutablePointer<Int32>
  private let middle: Int32
  private var median = 0
  /// How many values are less than the median's rank.
  private var less: Int32 = 0

  static let blockDigits = 6

  init(_ memory: UnsafeMutablePointer<Int32>, ranks: Int, windowCount: Int) {
    let room = RankCounts.room(ranks)
    memory.initialize(repeating: 0, count: room)
    counts = memory
    blocks = memory + (room - RankCounts.blockCount(ranks))
    middle = Int32(windowCount / 2)
  }

  static func blockCount(_ ranks: Int) -> Int { (ranks >> blockDigits) + 1 }
  static func room(_ ranks: Int) -> Int { (blockCount(ranks) << blockDigits) + blockCount(ranks) }

  /// Counts `count` ranks, `apart` from one another, as one more or one fewer each.
  mutating func add(_ change: Int32, _ ranks: UnsafePointer<UInt32>, apart: Int, count: Int) {
    let median = median
    var belowMedian: Int32 = 0
    for index in 0..<count {
      let rank = Int(ranks[index * apart])
      counts[rank] += change
      blocks[rank >> RankCounts.blockDigits] += change
      belowMedian += rank < median ? 1 : 0
    }
    less += belowMedian * change
  }

  /// The rank that stands in the middle of the window's values, the upper one of two.
  mutating func rankOfMedian() -> Int {
    let inBlock = 1 << RankCounts.blockDigits - 1
    while less > middle {
      if median & inBlock == 0, less - blocks[median >> RankCounts.blockDigits - 1] > middle {
        median -= inBlock + 1
        less -= blocks[median >> RankCounts.blockDigits]
      } else {
        median -= 1
        less -= counts[median]
      }
    }
    while less + counts[median] <= middle {
      if median & inBlock == 0, less + blocks[median >> RankCounts.blockDigits] <= middle {
        less += blocks[median >> RankCounts.blockDigits]
        median += inBlock + 1
      } else {
        less += counts[median]
        median += 1
      }
    }
    return median
  }
}

private func countMedians(_ region: WindowRegion, _ window: Extent) {
  let inputWidth = region.width + window.width - 1
  let ranked = RankedValues(region, height: region.height + window.height - 1, width: inputWidth)
  ranked.ranks.withUnsafeBufferPointer { ranks in
    guard let ranks = ranks.baseAddress else { return }
    withScratch(of: Int32.self, RankCounts.room(ranked.count)) { memory in
      var counts = RankCounts(memory, ranks: ranked.count, windowCount: window.height * window.width)
      for row in 0..<window.height { counts.add(1, ranks + row * inputWidth, apart: 1, count: window.width) }
      var column = 0
      for row in 0..<region.height {
        if row > 0 {
          let above = ranks + (row - 1) * inputWidth + column
          counts.add(-1, above, apart: 1, count: window.width)
          counts.add(1, above + window.height * inputWidth, apart: 1, count: window.width)
        }
        let goesRight = column == 0
        while true {
          let rank = counts.rankOfMedian()
          region.output[row * region.outputStride + column * region.channels] =
            ranked.values?[rank] ?? Float(rank)
          if goesRight {
            guard column < region.width - 1 else { break }
            let leaving = ranks + row * inputWidth + column
            counts.add(-1, leaving, apart: inputWidth, count: window.height)
            counts.add(1, leaving + window.width, apart: inputWidth, count: window.height)
            column += 1
          } else {
            guard column > 0 else { break }
            column -= 1
            let entering = ranks + row * inputWidth + column
            counts.add(-1, entering + window.width, apart: inputWidth, count: window.height)
            counts.add(1, entering, apart: inputWidth, count: window.height)
          }
        }
      }
    }
  }
}
