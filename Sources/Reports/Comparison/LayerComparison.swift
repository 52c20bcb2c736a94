public import TensorCore

/// How far two outputs of one layer lie apart, over all values that are finite in both.
public struct LayerComparison: Sendable, Hashable {
  public let name: String
  public let shape: Shape
  public let meanOfFirst: Double
  public let meanOfSecond: Double
  /// The mean and the largest of `|A - B|`.
  public let meanDifference: Double
  public let largestDifference: Double
  /// The cosine of the angle between the two as vectors: 1 for the same pattern, 0 for unrelated ones; NaN where one is zero.
  public let cosine: Double

  /// Compares tensors of one shape; traps on others.
  public init(name: String, _ first: Tensor, _ second: Tensor) {
    precondition(first.shape == second.shape, "\(first.shape) compared with \(second.shape)")
    var (a, b, gap, most, aa, bb, ab, count) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    first.withUnsafeScalars { x in
      second.withUnsafeScalars { y in
        for place in x.indices where x[place].isFinite && y[place].isFinite {
          let (p, q) = (Double(x[place]), Double(y[place]))
          (a, b, count) = (a + p, b + q, count + 1)
          (aa, bb, ab) = (aa + p * p, bb + q * q, ab + p * q)
          gap += abs(p - q)
          most = max(most, abs(p - q))
        }
      }
    }
    self.name = name
    shape = first.shape
    meanOfFirst = a / count
    meanOfSecond = b / count
    meanDifference = gap / count
    largestDifference = most
    cosine = ab / (aa * bb).squareRoot()
  }

  /// The rows of a CSV table, its head first.
  public static func table(_ rows: [LayerComparison]) -> String {
    rows.reduce(
      csvLine([
        "layer", "shape", "mean_a", "mean_b", "mean_abs_difference", "max_abs_difference", "cosine",
      ])
    ) { text, row in
      text
        + csvLine([
          row.name, row.shape.dimensions.dropFirst().map(String.init).joined(separator: "x"),
          "\(row.meanOfFirst)", "\(row.meanOfSecond)", "\(row.meanDifference)", "\(row.largestDifference)",
          "\(row.cosine)",
        ])
    }
  }
}
