/// How a convolution is computed; all methods agree to 1e-5, they differ in time and memory.
package enum ConvolutionMethod: String, Sendable, Hashable, CaseIterable {
  /// Matrix products that read every input pixel through its own address: any convolution, 1x1 first of all.
  case indirect
  /// The same over a padded copy, a whole kernel row in one run: pictures of a few channels.
  case kernelRows
  /// Each channel on its own.
  case depthwise
  /// Winograd's F(4x4, 3x3): a quarter of the products.
  case winograd4
  /// Winograd's F(2x2, 3x3) and F(2x2, 5x5): four ninths and 9 / 25 of the products.
  case winograd2

  /// The method expected to be fastest.
  package static func best(for geometry: ConvolutionGeometry) -> ConvolutionMethod {
    let able = allCases.filter { $0.canCompute(geometry) }
    return able.min { $0.cost(of: geometry) < $1.cost(of: geometry) } ?? .indirect
  }

  /// Whether the method can compute it at all.
  package func canCompute(_ geometry: ConvolutionGeometry) -> Bool {
    switch self {
    case .indirect: true
    case .kernelRows: geometry.groups == 1 && geometry.columns.dilation == 1
    case .depthwise: geometry.channelsPerGroup == 1 && geometry.filtersPerGroup == 1
    case .winograd4, .winograd2:
      geometry.groups == 1 && (self == .winograd4 ? [3] : [3, 5]).contains(geometry.rows.kernel)
        && [geometry.rows, geometry.columns].allSatisfy {
          $0.kernel == geometry.rows.kernel && $0.stride == 1 && $0.dilation == 1
        }
    }
  }

  /// Whether input channels may be multiplied on their way: each output pixel reads all of one input pixel's.
  package func takesGates(_ geometry: ConvolutionGeometry) -> Bool {
    self == .indirect && geometry.isPointwise && geometry.groups == 1
  }

  /// What it costs, in products of one vector of floats: an estimate that orders the methods.
  ///
  /// The constants are ratios of measured times. A vector of sums costs 17 products to begin, finish and store, an
  /// address to look up 15, a vector that is transformed, stored and read again 8. Weights come from main memory: a vector
  /// costs 16 where few pixels meet it, most of which is hidden behind the products of many.
  func cost(of g: ConvolutionGeometry) -> Double {
    let lanes = 16.0
    let pixels = Double(g.outputPixels)
    let channels = Double(g.channelsPerGroup)
    let (width, filters) = ((channels / lanes).rounded(.up), (Double(g.filtersPerGroup) / lanes).rounded(.up))
    let taps = Double(g.rows.kernel * g.columns.kernel)
    let weights = taps * channels * filters
    let (hiddenMemory, memory) = (6.0, 16.0)
    let sum = 17.0
    switch self {
    case .indirect:
      return Double(g.groups) * (pixels * (weights + sum * filters + 15 * taps) + hiddenMemory * weights)
    case .kernelRows:
      let copied = Double(g.batch * (g.rows.input + 2) * (g.columns.input + 2))
      return pixels * (weights + sum * filters + 15 * Double(g.rows.kernel)) + copied * width * 4
        + hiddenMemory * weights
    case .depthwise:
      return pixels * width * taps * Double(g.groups) / lanes
    // Where they are about as fast, the one that is more exact.
    case .winograd4: return 1.05 * winograd(tile: 4)
    case .winograd2: return winograd(tile: 2)
    }
    func winograd(tile: Int) -> Double {
      let tiles = Double(
        g.batch * ((g.rows.output + tile - 1) / tile) * ((g.columns.output + tile - 1) / tile))
      let positions = Double((tile + g.rows.kernel - 1) * (tile + g.columns.kernel - 1))
      return positions
        * (tiles * (channels * filters + sum * filters + 8 * (width + filters)) + memory * channels * filters)
    }
  }
}
