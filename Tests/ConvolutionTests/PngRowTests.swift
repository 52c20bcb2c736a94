import CKernels
import TensorCore
import Testing

/// The row filters of PNG undone by every instruction set, beside the definition.
@Suite struct PngRowTests {
  /// Row filter `filter` undone byte by byte (PNG, third edition, section 9.2).
  private func undone(_ filter: Int, _ row: [UInt8], above: [UInt8], step: Int) -> [UInt8] {
    var pixels = [UInt8](repeating: 0, count: row.count)
    for place in row.indices {
      let left = place < step ? 0 : Int(pixels[place - step])
      let up = Int(above[place])
      let corner = place < step ? 0 : Int(above[place - step])
      let estimate = left + up - corner
      let distances = [left, up, corner].map { abs(estimate - $0) }
      let guess =
        switch filter {
        case 1: left
        case 2: up
        case 3: (left + up) / 2
        case 4:
          distances[0] <= distances[1] && distances[0] <= distances[2]
            ? left : distances[1] <= distances[2] ? up : corner
        default: 0
        }
      pixels[place] = row[place] &+ UInt8(guess)
    }
    return pixels
  }

  /// The target lies a byte before the row, in the same memory, as when a picture is decoded.
  @Test(arguments: [fovea_portable, fovea_avx2, fovea_avx512, fovea_neon].map(\.rawValue), 0...4)
  func rowsAreThoseOfTheDefinition(set: UInt32, filter: Int) {
    guard let kernels = fovea_plane_kernels_for(fovea_instruction_set(set))?.pointee else { return }
    var generator = SeededGenerator(seed: 9)
    for step in [1, 2, 3, 4, 6, 8] {
      for width in Array(1...21) + [300] {
        let count = width * step
        let row = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
        let above = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
        let (guardByte, filterByte) = ([UInt8(77)], [UInt8(filter)])
        var memory = filterByte + row + guardByte
        let paddedAbove = above + guardByte
        memory.withUnsafeMutableBufferPointer { memory in
          guard let base = memory.baseAddress else { return }
          kernels.png_row(CInt(filter), base + 1, paddedAbove, base, count, step)
        }
        #expect(
          Array(memory[..<count]) == undone(filter, row, above: above, step: step),
          "filter \(filter), \(width) pixels of \(step)")
        #expect(memory[count + 1] == 77)
      }
    }
  }
}
