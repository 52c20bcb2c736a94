import CKernels
import Convolution
import TensorCore
import TestSupport
import Testing

/// Every method of finding medians beside the definition.
@Suite struct MedianTests {
  static let windows = [
    Extent(3), Extent(5), Extent(7), Extent(height: 4, width: 6), Extent(height: 1, width: 31),
  ]
  static let shapes: [Shape] = [[1, 1, 1], [3, 2, 1], [40, 150, 1], [33, 41, 3], [7, 9, 19]]

  private func picture(_ shape: Shape, _ kind: String) -> Tensor {
    var generator = SeededGenerator(seed: 41)
    let x = Tensor(uniform: shape, in: -300..<300, using: &generator)
    switch kind {
    case "bytes": return Tensor(x.scalars.map { ($0 / 600 * 255 + 127.5).rounded() }, shape: shape)
    case "zeros and ones": return Tensor(x.scalars.map { $0 > 0 ? 1 : 0 }, shape: shape)
    case "gaps":
      return Tensor(
        x.scalars.map { $0 > 250 ? Float.nan : $0 < -270 ? -.infinity : $0 > 200 ? -.nan : $0 }, shape: shape)
    default: return x
    }
  }

  @Test(arguments: ["floats", "bytes", "zeros and ones", "gaps"], shapes)
  func everyMethodAgreesWithTheDefinition(kind: String, shape: Shape) {
    let x = picture(shape, kind)
    for window in Self.windows {
      let expected = overByDefinition(x, window, .reflect)
      func expectSame(_ actual: Tensor, _ what: String) {
        let differing = zip(actual.scalars, expected.scalars).filter { $0 != $1 && !($0.isNaN && $1.isNaN) }
        #expect(actual.shape == expected.shape && differing.isEmpty, "\(what) \(window)")
      }
      expectSame(overByDefinition(x, window, .reflect, by: .counting), "counting")
      if MedianMethod.choice(for: window) == .network {
        expectSame(overByDefinition(x, window, .reflect, by: .network), "network")
      }
      let whole = median(x, height: window.height, width: window.width, boundary: .reflect)
      expectSame(whole, "whole pictures")
      var again = Tensor(repeating: 5, shape: shape)
      median(x, height: window.height, width: window.width, boundary: .reflect, into: &again)
      expectSame(again, "into")
    }
  }

  @Test(arguments: [fovea_portable, fovea_avx2, fovea_avx512, fovea_neon].map(\.rawValue), [3, 5])
  func everyInstructionSetFindsTheSame(set: UInt32, side: Int) throws {
    guard let kernels = fovea_plane_kernels_for(fovea_instruction_set(set))?.pointee else { return }
    for (height, width, step) in [(1, 1, 1), (4, 15, 1), (9, 64, 3), (6, 700, 2), (3, 2100, 1)] {
      let columns = width + (side - 1) * step
      var generator = SeededGenerator(seed: 42)
      let x = Tensor(uniform: [height + side - 1, columns], in: 0..<256, using: &generator)
      let bytes = x.scalars.map { UInt8($0) }
      var expected = [UInt8](repeating: 0, count: height * width)
      for row in 0..<height {
        for column in 0..<width {
          let window = (0..<side * side).map {
            bytes[(row + $0 / side) * columns + column + $0 % side * step]
          }
          expected[row * width + column] = window.sorted()[side * side / 2]
        }
      }
      var scratch = [Float](repeating: 0, count: kernels.median_scratch(step))
      var found = [UInt8](repeating: 0, count: height * width)
      bytes.withUnsafeBufferPointer { bytes in
        guard let base = bytes.baseAddress else { return }
        let rows = (0..<height + side - 1).map { base + $0 * columns }
        kernels.median_bytes(rows, 0, &found, width, height, width, Int32(side), step, &scratch)
      }
      #expect(found == expected, "bytes \(height)x\(width)")
      for spoiled in [false, true] {
        var values = bytes.map(Float.init)
        if spoiled { values[values.count / 2] = .nan }
        var medians = [Float](repeating: 0, count: height * width)
        values.withUnsafeBufferPointer { values in
          guard let base = values.baseAddress else { return }
          let rows = (0..<height + side - 1).map { base + $0 * columns }
          kernels.median(rows, 0, &medians, width, height, width, Int32(side), step, &scratch)
        }
        // One NaN among the greatest moves a median by one place at most, and only near it.
        let differing = zip(medians, expected).filter { $0 != Float($1) }
        #expect(
          differing.count <= (spoiled ? side * side : 0), "floats \(height)x\(width) spoiled: \(spoiled)")
      }
    }
  }

  @Test(
    "bytes counted by columns, on every instruction set",
    arguments: [fovea_portable, fovea_avx2, fovea_avx512, fovea_neon].map(\.rawValue))
  func countedColumns(set: UInt32) throws {
    guard let kernels = fovea_plane_kernels_for(fovea_instruction_set(set))?.pointee else { return }
    let cases = [
      (Extent(height: 1, width: 1), Extent(height: 7, width: 9), 1),
      (Extent(height: 5, width: 40), Extent(height: 8, width: 6), 3),
      (Extent(height: 3, width: 600), Extent(height: 2, width: 61), 1),
      (Extent(height: 20, width: 9), Extent(height: 31, width: 1), 2),
    ]
    for (output, window, step) in cases {
      let columns = (output.width + window.width - 1) * step
      var generator = SeededGenerator(seed: 43)
      // Few values side by side, as in pictures, and some far away.
      let bytes = (0..<(output.height + window.height - 1) * columns).map { index in
        index % 11 == 0 ? UInt8.random(in: 0...255, using: &generator) : UInt8(100 + index % 37)
      }
      var expected = [UInt8](repeating: 0, count: output.height * output.width * step)
      for index in expected.indices {
        let (row, column) = (index / (output.width * step), index % (output.width * step))
        let values = (0..<window.height * window.width).map {
          bytes[(row + $0 / window.width) * columns + column + $0 % window.width * step]
        }
        expected[index] = values.sorted()[values.count / 2]
      }
      var scratch = [Float](repeating: 0, count: kernels.median_counts_scratch(output.width, window.width))
      var found = [UInt8](repeating: 0, count: expected.count)
      bytes.withUnsafeBufferPointer { bytes in
        found.withUnsafeMutableBufferPointer { found in
          guard let base = bytes.baseAddress, let target = found.baseAddress else { return }
          let rows = (0..<output.height + window.height - 1).map { base + $0 * columns }
          for channel in 0..<step {
            kernels.median_counts(
              rows, channel, target + channel, output.width * step, output.height, output.width,
              window.height, window.width, step, &scratch)
          }
        }
      }
      #expect(found == expected, "\(window) on \(output), \(step) apart")
    }
  }

  /// The network's proof: all ways to fill five sorted columns with zeros and ones.
  @Test func theNetworkIsRightForAllZerosAndOnes() {
    let patterns = 7776
    var x = Tensor(repeating: 0, shape: [5, patterns * 5, 1])
    for pattern in 0..<patterns {
      var rest = pattern
      for column in 0..<5 {
        for row in 0..<rest % 6 { x[row, pattern * 5 + column, 0] = 1 }
        rest /= 6
      }
    }
    let medians = median(x, height: 5, width: 5, output: .valid)
    for pattern in 0..<patterns {
      var (rest, ones) = (pattern, 0)
      for _ in 0..<5 {
        ones += rest % 6
        rest /= 6
      }
      #expect(medians[0, pattern * 5, 0] == (ones > 12 ? 1 : 0), "pattern \(pattern)")
    }
  }
}
