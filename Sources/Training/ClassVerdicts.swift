import TensorCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What rows of class probabilities say: the likeliest class of each, and how wrong they are.
struct ClassVerdicts {
  let classes: [Int]
  /// The sum of the cross-entropies, `-log p[label]` with p at least 1e-7.
  let loss: Double

  /// `probabilities` is one row of the classes for each label, in any shape.
  init(_ probabilities: Tensor, labels: [Int]) {
    let count = probabilities.shape.count / max(1, labels.count)
    var (found, loss) = ([Int](), 0.0)
    found.reserveCapacity(labels.count)
    probabilities.withUnsafeScalars { scores in
      for (row, label) in labels.enumerated() {
        let own = row * count..<(row + 1) * count
        found.append((own.max { scores[$0] < scores[$1] } ?? own.lowerBound) - own.lowerBound)
        loss -= log(Double(max(scores[own.lowerBound + label], 1e-7)))
      }
    }
    classes = found
    self.loss = loss
  }
}
