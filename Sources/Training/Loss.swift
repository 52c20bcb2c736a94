import NeuralNetwork
public import TensorCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What training makes small: a mean over the batch, by the definitions of Keras 3.
public enum Loss: String, Sendable, Hashable, CaseIterable {
  /// `-log p[label]` with `p` the softmax of the network's last values, whether the network ends in a softmax or in logits.
  case crossEntropy = "cross-entropy"
  /// `-(t log p + (1 - t) log(1 - p))`, the mean over all outputs; the network's outputs are probabilities, kept within
  /// 1e-7 of 0 and 1 as Keras does.
  case binaryCrossEntropy = "binary-cross-entropy"
  /// `(y - t)^2`, the mean over all outputs.
  case meanSquaredError = "mean-squared-error"
  /// `|y - t|`, the mean over all outputs.
  case meanAbsoluteError = "mean-absolute-error"
}

/// What the network should have said.
public enum Targets: Sendable {
  /// A class for each picture.
  case labels([Int])
  /// Values of the output's shape; one-hot or soft classes for ``Loss/crossEntropy``.
  case values(Tensor)
}

/// What a batch showed: sums, so that batches of unequal size add up.
struct BatchResult: Sendable {
  /// The mean loss of the batch.
  var loss: Double
  /// How many pictures had their label's class on top; 0 without labels.
  var correct: Int
}

extension Loss {
  /// The loss of `count` outputs of `units` numbers, and its gradient with respect to them.
  func evaluate(
    _ output: UnsafePointer<Float>, count: Int, units: Int, _ targets: Targets,
    gradient: UnsafeMutablePointer<Float>
  ) -> BatchResult {
    var labels: [Int]? = nil
    let values: [Float]
    switch targets {
    case .labels(let given):
      labels = given
      var hot = [Float](repeating: 0, count: count * units)
      for (row, label) in given.enumerated() { hot[row * units + label] = 1 }
      values = hot
    case .values(let tensor): values = tensor.scalars
    }
    var correct = 0
    if let labels {
      for (row, label) in labels.enumerated() {
        let scores = UnsafeBufferPointer(start: output + row * units, count: units)
        if scores.indices.max(by: { scores[$0] < scores[$1] }) == label { correct += 1 }
      }
    }
    var sum = 0.0
    switch self {
    case .crossEntropy:
      for row in 0..<count {
        let scores = UnsafeBufferPointer(start: output + row * units, count: units)
        let largest = Double(scores.max() ?? 0)
        let total = scores.reduce(0) { $0 + exp(Double($1) - largest) }
        for unit in 0..<units {
          let target = Double(values[row * units + unit])
          let logarithm = Double(scores[unit]) - largest - log(total)
          if target != 0 { sum -= target * logarithm }
          gradient[row * units + unit] = Float((exp(logarithm) - target) / Double(count))
        }
      }
      return BatchResult(loss: sum / Double(count), correct: correct)
    case .binaryCrossEntropy, .meanSquaredError, .meanAbsoluteError:
      let number = Double(count * units)
      for index in 0..<count * units {
        let (y, t) = (Double(output[index]), Double(values[index]))
        switch self {
        case .binaryCrossEntropy:
          let p = min(max(y, 1e-7), 1 - 1e-7)
          sum -= t * log(p) + (1 - t) * log(1 - p)
          gradient[index] = p == y ? Float((p - t) / (p * (1 - p)) / number) : 0
        case .meanAbsoluteError:
          sum += abs(y - t)
          gradient[index] = Float((y > t ? 1 : (y < t ? -1 : 0)) / number)
        default:
          sum += (y - t) * (y - t)
          gradient[index] = Float(2 * (y - t) / number)
        }
      }
      return BatchResult(loss: sum / number, correct: correct)
    }
  }
}
