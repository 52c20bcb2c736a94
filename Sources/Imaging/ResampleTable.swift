#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The weighted sum that each new pixel of one axis is of the old ones.
///
/// New pixel `i` is centred at `(i + 0.5) * extent / count` of the old axis; the kernel is widened by the step when the
/// axis shrinks, cut at the ends, and normalised: Pillow's definition.
struct ResampleTable: Sendable {
  /// For each new pixel, its first old one.
  let starts: [Int32]
  /// How many old pixels each new one is made of, at most; the rest of its weights are 0.
  let taps: Int
  /// `taps` weights for each new pixel.
  let weights: [Float]

  /// - Parameters:
  ///   - old: pixels of the old axis.
  ///   - extent: how much of them the new axis covers, a little less than all after a first reduction.
  init(from old: Int, extent: Double, to count: Int, _ resampling: Resampling) {
    let step = extent / Double(count)
    guard let (kernel, radius) = resampling.kernel else {
      starts = (0..<count).map { Int32(min(old - 1, Int((Double($0) + 0.5) * step))) }
      taps = 1
      weights = [Float](repeating: 1, count: count)
      return
    }
    let width = max(step, 1)
    let support = radius * width
    let taps = min(old, Int(support.rounded(.up)) * 2 + 1)
    var starts: [Int32] = []
    var weights = [Float](repeating: 0, count: count * taps)
    for index in 0..<count {
      let centre = (Double(index) + 0.5) * step
      let first = max(0, Int(centre - support + 0.5))
      let end = min(old, min(first + taps, Int(centre + support + 0.5)))
      let values = (first..<max(end, first)).map { kernel((Double($0) + 0.5 - centre) / width) }
      let sum = values.reduce(0, +)
      let start = min(first, old - taps)
      for (offset, value) in values.enumerated() where sum != 0 {
        weights[index * taps + first - start + offset] = Float(value / sum)
      }
      starts.append(Int32(start))
    }
    self.starts = starts
    self.taps = taps
    self.weights = weights
  }

  /// The old pixels that these new ones are made of.
  func span(of pixels: Range<Int>) -> ClosedRange<Int> {
    Int(starts[pixels.lowerBound])...Int(starts[pixels.upperBound - 1]) + taps - 1
  }
}

extension Resampling {
  /// The kernel as a function of the distance in pixels, and how far it reaches; `nil` for the nearest pixel.
  fileprivate var kernel: (function: (Double) -> Double, radius: Double)? {
    switch self {
    case .nearest: nil
    case .linear: ({ max(0, 1 - abs($0)) }, 1)
    case .cubic: (catmullRom, 2)
    case .lanczos3: ({ abs($0) < 3 ? sinc($0) * sinc($0 / 3) : 0 }, 3)
    }
  }
}

/// Keys' cubic with a = -0.5.
private func catmullRom(_ distance: Double) -> Double {
  let x = abs(distance)
  if x < 1 { return (1.5 * x - 2.5) * x * x + 1 }
  return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0
}

private func sinc(_ x: Double) -> Double { x == 0 ? 1 : sin(.pi * x) / (.pi * x) }
