/// Random numbers that a seed fixes on every machine: xoshiro256** of Blackman and Vigna (2018), seeded by splitmix64.
///
/// ```swift
/// var generator = SeededGenerator(seed: 7)
/// let noise = Tensor(normal: [32, 32, 3], using: &generator)
/// ```
public struct SeededGenerator: RandomNumberGenerator, Sendable, Equatable {
  package var state: (UInt64, UInt64, UInt64, UInt64)

  public init(seed: UInt64) {
    var mixed = seed
    func splitmix64() -> UInt64 {
      mixed &+= 0x9E37_79B9_7F4A_7C15
      var z = mixed
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
    state = (splitmix64(), splitmix64(), splitmix64(), splitmix64())
  }

  public mutating func next() -> UInt64 {
    func rotated(_ x: UInt64, _ k: UInt64) -> UInt64 { (x << k) | (x >> (64 - k)) }
    let result = rotated(state.1 &* 5, 7) &* 9
    let shifted = state.1 << 17
    state.2 ^= state.0
    state.3 ^= state.1
    state.1 ^= state.2
    state.0 ^= state.3
    state.2 ^= shifted
    state.3 = rotated(state.3, 45)
    return result
  }

  /// A number in 0..<1, one of 2^24 equally spaced ones.
  public mutating func uniform() -> Float { Float(next() >> 40) * 0x1p-24 }

  public static func == (left: SeededGenerator, right: SeededGenerator) -> Bool { left.state == right.state }
}

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension Tensor {
  /// Independent numbers, equally likely anywhere in `range`.
  public init(uniform shape: Shape, in range: Range<Float> = 0..<1, using generator: inout SeededGenerator) {
    self.init(shape: shape) { buffer in
      for index in buffer.indices {
        buffer[index] = range.lowerBound + (range.upperBound - range.lowerBound) * generator.uniform()
      }
    }
  }

  /// Independent normal numbers (Box and Muller 1958).
  public init(
    normal shape: Shape, mean: Float = 0, deviation: Float = 1, using generator: inout SeededGenerator
  ) {
    self.init(shape: shape) { buffer in
      for index in buffer.indices {
        let radius = (-2 * log(1 - Double(generator.uniform()))).squareRoot()
        let angle = 2 * Double.pi * Double(generator.uniform())
        buffer[index] = mean + deviation * Float(radius * cos(angle))
      }
    }
  }
}
