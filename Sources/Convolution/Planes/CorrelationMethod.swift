/// How a correlation of planes is computed.
///
/// All methods give the same numbers, to the rounding of floats; they differ in time.
public enum CorrelationMethod: String, Sendable, Hashable, CaseIterable {
  /// The definition, one product at a time, summed in double precision: what the others are tested against.
  case reference
  /// Every tap of the kernel, blocks of output pixels in registers.
  case direct
  /// A column of taps, then a row of taps; for kernels that are the product of the two (rank 1), or the sum of a few
  /// such products.
  case separable
  /// Sums shared between neighbouring pixels; for kernels whose taps are all equal. The time hardly grows with them.
  case box
  /// Fast Fourier transforms in overlapping tiles (overlap-save). Its error is 1e-6 of the largest value near by rather
  /// than of each value, and a pixel that is no finite number spoils the tile it is in.
  case fft

  /// The cheapest method for a kernel, with the reason.
  ///
  /// This is the one place that chooses.
  /// - Parameter output: the size of the pictures that come out, where it is known; else they are taken to be large.
  public static func choice(for kernel: Kernel, output: Extent? = nil) -> Choice {
    plan(for: kernel, output: output, asked: nil).choice
  }

  /// The choice of whoever asks for a method; `nil` when it cannot compute this kernel.
  public static func choice(asking method: CorrelationMethod, for kernel: Kernel, output: Extent? = nil)
    -> Choice?
  {
    let choice = plan(for: kernel, output: output, asked: method).choice
    return method == .reference || choice.costs[method] != nil ? choice : nil
  }

  /// A method and why it was chosen.
  public struct Choice: Sendable, Equatable, CustomStringConvertible {
    public let method: CorrelationMethod
    /// What each method that can compute this kernel would cost, in nanoseconds a pixel.
    ///
    /// Measured on one thread of one machine; what counts is how they compare.
    public let costs: [CorrelationMethod: Double]
    public let reason: String

    /// One line: `separable, because ... (direct 1.9, separable 0.6, fft 1.4 nanoseconds a pixel)`.
    public var description: String {
      let listed = CorrelationMethod.allCases.compactMap { method in
        costs[method].map { "\(method.rawValue) \(($0 * 100).rounded() / 100)" }
      }
      return "\(method.rawValue), because \(reason) (\(listed.joined(separator: ", ")) nanoseconds a pixel)"
    }
  }

  /// The choice and what it found out about the kernel on the way.
  static func plan(for kernel: Kernel, output: Extent?, asked: CorrelationMethod?)
    -> (choice: Choice, terms: [Kernel.Factors]?)
  {
    var costs: [CorrelationMethod: Double] = [.direct: MethodCost.direct(kernel.extent)]
    let terms = kernel.terms(atMost: MethodCost.mostTerms(kernel.extent))
    if let terms {
      costs[.separable] = MethodCost.separable(kernel.extent, terms: terms.count)
      if terms.count == 1, terms[0].isUniform { costs[.box] = MethodCost.box(kernel.extent, output: output) }
    }
    if let tile = TransformTile.cheapest(for: kernel.extent, output: output) { costs[.fft] = tile.cost }
    if let asked { return (Choice(method: asked, costs: costs, reason: "it was asked for"), terms) }
    // In the order of the cases, so that the plainer method wins a tie.
    var method = CorrelationMethod.direct
    for candidate in allCases {
      if let cost = costs[candidate], cost < costs[method] ?? .infinity { method = candidate }
    }
    return (Choice(method: method, costs: costs, reason: reason(method, kernel, terms)), terms)
  }

  private static func reason(_ method: CorrelationMethod, _ kernel: Kernel, _ terms: [Kernel.Factors]?)
    -> String
  {
    switch method {
    case .reference: "nothing else can"
    case .direct where terms == nil: "its taps are not a column times a row, and too few for transforms"
    case .direct: "all taps cost no more than two passes"
    case .separable where terms?.count == 1: "its taps are a column times a row"
    case .separable: "its taps are the sum of \(terms?.count ?? 0) products of a column and a row"
    case .box: "its taps are all equal"
    case .fft where terms == nil: "its \(kernel.rows)x\(kernel.columns) taps are not a column times a row"
    case .fft: "transforms cost less than two passes"
    }
  }
}
