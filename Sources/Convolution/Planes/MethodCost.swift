import CKernels

/// What the methods cost: nanoseconds per pixel on one thread.
///
/// The constants are fitted to `fovea-bench --methods`, which forces each method on a 1536x1536 plane: AMD EPYC (Zen 4),
/// AVX-512. On other processors all of them are longer by about the same factor, and only their ratios matter.
enum MethodCost {
  /// Every tap is a product; reading and writing the plane costs what it costs.
  static func direct(_ kernel: Extent) -> Double {
    let taps = Double(kernel.height) * Double(kernel.width)
    return 0.3 + 0.018 * taps
  }

  /// A pass down the columns, a pass along the rows, and the sums kept between them; for every term.
  static func separable(_ kernel: Extent, terms: Int) -> Double {
    0.25 + Double(terms) * (0.1 + 0.0265 * Double(kernel.height + kernel.width))
  }

  /// Three additions down, one or two for each binary digit of the width along; each thread sums its first window in
  /// full, and rows and columns of the border are summed like the picture's own.
  static func box(_ kernel: Extent, output: Extent?) -> Double {
    let digits = Int.bitWidth - kernel.width.leadingZeroBitCount
    let border =
      output.map { Double(kernel.height) / Double($0.height) + Double(kernel.width) / Double($0.width) } ?? 0
    return (0.7 + 0.06 * Double(digits)) * (1 + 4 * border)
  }

  /// A transform there and back, and the copy of the tile, for each of its pixels.
  ///
  /// From tiles of 2 MB on the second-level cache is too small.
  static func transform(tile: Extent) -> Double {
    let digits = (tile.height * tile.width).trailingZeroBitCount
    return 0.45 + 0.09 * Double(digits) + (digits > 16 ? 0.45 * Double(digits - 16) : 0)
  }

  /// The most terms that can be cheaper than all taps: there is no need to look for more.
  static func mostTerms(_ kernel: Extent) -> Int {
    let single = separable(kernel, terms: 2) - separable(kernel, terms: 1)
    return max(1, min(8, Int(direct(kernel) / single)))
  }
}
