/// How a correlation of planes is computed.
///
/// All methods give the same numbers; they differ in time.
public enum CorrelationMethod: String, Sendable, Hashable, CaseIterable {
  /// The definition, one product at a time, summed in double precision: what the others are tested against.
  case reference
  /// Every tap of the kernel, blocks of output pixels in registers.
  case direct
  /// A column of taps, then a row of taps; for kernels that are the product of the two (rank 1).
  case separable

  /// The cheapest method for a kernel, with the reason.
  ///
  /// This is the one place that chooses.
  public static func choice(for kernel: Kernel) -> Choice {
    let dense = Double(kernel.rows * kernel.columns)
    guard let factors = kernel.factors else {
      return Choice(
        method: .direct, costs: [.direct: dense],
        reason: "its taps are not a column times a row")
    }
    let passes = Cost.separable(rows: factors.column.count, columns: factors.row.count)
    let method: CorrelationMethod = passes < dense ? .separable : .direct
    return Choice(
      method: method, costs: [.direct: dense, .separable: passes],
      reason: method == .separable
        ? "its taps are a column times a row, and two passes cost less than all taps"
        : "all taps cost no more than two passes")
  }

  /// A method and why it was chosen.
  public struct Choice: Sendable, Equatable, CustomStringConvertible {
    public let method: CorrelationMethod
    /// What each possible method would cost, in products a pixel of the direct method.
    public let costs: [CorrelationMethod: Double]
    public let reason: String

    /// One line: `separable, because ... (direct 81, separable 22 products a pixel)`.
    public var description: String {
      let listed = CorrelationMethod.allCases.compactMap { method in
        costs[method].map { "\(method.rawValue) \(($0 * 10).rounded() / 10)" }
      }
      return "\(method.rawValue), because \(reason) (\(listed.joined(separator: ", ")) products a pixel)"
    }
  }

  /// Measured costs, in the time of one product of the direct method.
  private enum Cost {
    /// A pass down the columns, a pass along the rows (its inputs straddle cache lines), and the row kept between them.
    static func separable(rows: Int, columns: Int) -> Double { Double(rows) + 1.5 * Double(columns) + 2 }
  }
}
