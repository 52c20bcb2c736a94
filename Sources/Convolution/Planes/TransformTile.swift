/// The size of the tiles that pictures are cut into for transforms, and what they cost.
struct TransformTile: Equatable {
  let extent: Extent
  /// Nanoseconds per output pixel.
  let cost: Double

  /// Powers of two; smaller ones lose too much to the overlap, larger ones leave the cache.
  private static let lengths = [32, 64, 128, 256, 512, 1024]

  /// The cheapest tile for a kernel; `nil` when the kernel is too large for any.
  ///
  /// - Parameter output: the size of the pictures that come out; `nil` for large ones.
  static func cheapest(for kernel: Extent, output: Extent?) -> TransformTile? {
    var best: TransformTile?
    for height in lengths where height >= kernel.height {
      for width in lengths where width >= kernel.width {
        let tile = Extent(height: height, width: width)
        let (rows, columns) = (height - kernel.height + 1, width - kernel.width + 1)
        let perTile = Double(height * width) * MethodCost.transform(tile: tile)
        let cost: Double
        if let output {
          let count = ((output.height + rows - 1) / rows) * ((output.width + columns - 1) / columns)
          // Tiles go in pairs; the kernel's own transform counts for half of one.
          let work = Double((count + 1) / 2) * 2 + 0.5
          cost = work * perTile / (Double(output.height) * Double(output.width))
        } else {
          cost = perTile / Double(rows * columns)
        }
        if cost < best?.cost ?? .infinity { best = TransformTile(extent: tile, cost: cost) }
      }
    }
    return best
  }
}
