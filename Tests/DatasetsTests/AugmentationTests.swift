import Datasets
import TensorCore
import Testing

/// Random changes of pictures, against what they are to do.
@Suite struct AugmentationTests {
  private func changed(_ augmentation: Augmentation, _ pixels: [UInt8], height: Int, width: Int, seed: UInt64)
    -> [Float]
  {
    var generator = SeededGenerator(seed: seed)
    var result = [Float](repeating: -1, count: pixels.count)
    result.withUnsafeMutableBufferPointer { target in
      pixels.withUnsafeBufferPointer { source in
        guard let target = target.baseAddress, let source = source.baseAddress else { return }
        augmentation.apply(
          height: height, width: width, channels: 1, from: source, to: target, using: &generator)
      }
    }
    return result
  }

  @Test("without any change the picture stays, flips mirror it, and a seed decides")
  func flips() {
    let pixels: [UInt8] = [1, 2, 3, 4, 5, 6]
    #expect(changed(Augmentation(flips: false), pixels, height: 2, width: 3, seed: 1) == [1, 2, 3, 4, 5, 6])
    let seen = Set((0..<20).map { changed(Augmentation(), pixels, height: 2, width: 3, seed: $0) })
    #expect(seen == [[1, 2, 3, 4, 5, 6], [3, 2, 1, 6, 5, 4]])
  }

  @Test(
    "crops move the picture by whole pixels and fill as scipy does",
    arguments: [
      (Augmentation.Fill.nearest, [1, 1, 1, 2] as [Float]), (.constant, [0, 0, 1, 2]),
      (.reflect, [2, 1, 1, 2]),
      (.wrap, [3, 4, 1, 2]),
    ])
  func fills(fill: Augmentation.Fill, expected: [Float]) {
    let seen = (0..<300).map {
      changed(Augmentation(flips: false, crop: 2, fill: fill), [1, 2, 3, 4], height: 1, width: 4, seed: $0)
    }
    // Of a single row other rows are as the mode makes them; those that stay in place show the columns.
    #expect(seen.contains(expected))
    #expect(seen.contains([1, 2, 3, 4]))
  }

  @Test("a turn by less than a degree and a scale near 1 change little, a constant picture not at all")
  func small() {
    let ramp = (0..<64).map { UInt8($0 * 3) }
    for seed in 0..<10 as Range<UInt64> {
      let seen = changed(
        Augmentation(flips: false, rotation: 1, zoom: 0.01), ramp, height: 8, width: 8, seed: seed)
      #expect(zip(seen, ramp).allSatisfy { abs($0 - Float($1)) < 5 })
      let flat = changed(
        Augmentation(rotation: 40, shift: 0.3, zoom: 0.3, crop: 2, fill: .reflect),
        [UInt8](repeating: 77, count: 64),
        height: 8, width: 8, seed: seed)
      #expect(flat.allSatisfy { abs($0 - 77) < 1e-3 })
    }
  }
}
