import CKernels

/// What the methods cost: nanoseconds per pixel on one thread.
///
/// The constants are fitted to `fovea-bench --methods`, which forces each method on a 1536x1536 plane: AMD EPYC (Zen 4),
/// AVX-512. On other processors all of them are longer by about the same factor, and only their ratios matter.
enum MethodCost {
  /// Every tap is a product; reading and writing the plane costs what it costs.
  static func direct(_ kernel: Extent) -> Double {
    let taps = Double(kernel.height) * Double(kernel.width)
    return 0.35 + 0.0195 * taps
  }

  /// A pass down the columns, a pass along the rows, and the sums kept between them; for every term.
  static func separable(_ kernel: Extent, terms: Int) -> Double {
    0.3 + Double(terms) * (0.35 + 0.02 * Double(kernel.height) + 0.02 * Double(kernel.width))
  }

  /// Three additions down, one or two for each binary digit of the width along; the first window of a thread's rows is
  /// summed in full.
  static func box(_ kernel: Extent, output: Extent?) -> Double {
    let digits = Int.bitWidth - kernel.width.leadingZeroBitCount
    let start = Double(kernel.height) / Double(output?.height ?? 4096)
    return 0.7 + 0.06 * Double(digits) + 0.1 * start
  }

  /// A transform there and back, for each pixel of a tile. It is worth its coarser rounding when it is well ahead,
  /// hence the half on top.
  static func transform(tile: Extent) -> Double {
    let digits = (tile.height * tile.width).trailingZeroBitCount
    let time = 0.3 + 0.06 * Double(digits) + (digits > 16 ? 0.3 * Double(digits - 16) : 0)
    return 1.5 * time
  }

  /// The most terms that can be cheaper than all taps: there is no need to look for more.
  static func mostTerms(_ kernel: Extent) -> Int {
    let single = separable(kernel, terms: 2) - separable(kernel, terms: 1)
    return max(1, min(8, Int(direct(kernel) / single)))
  }
}
