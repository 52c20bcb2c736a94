public import Datasets
public import NeuralNetwork
import TensorCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// How a classifier does on labelled pictures.
public struct Evaluation: Sendable {
  /// What the network said of one picture.
  public struct Verdict: Sendable, Hashable {
    public let picture: Int
    public let label: Int
    public let predicted: Int
    /// Of the class predicted, and of the right one.
    public let probability: Float
    public let probabilityOfLabel: Float
  }

  public let classNames: [String]
  public let verdicts: [Verdict]
  /// The mean cross-entropy.
  public let loss: Double

  /// Runs the network over all pictures; throws ``TrainingError`` when they do not fit it.
  public init(
    of network: Network, on pictures: LabelledPictures, batchSize: Int = 100,
    progress: (_ done: Int) -> Void = { _ in }
  ) throws {
    let preparation = try PicturePreparation(
      network.preprocessing ?? Preprocessing(), of: pictures, for: network.graph)
    let size = min(batchSize, max(1, pictures.count))
    var compiled: [Int: CompiledNetwork] = [:]
    var (verdicts, loss): ([Verdict], Double) = ([], 0)
    for start in stride(from: 0, to: pictures.count, by: size) {
      let indices = Array(start..<min(pictures.count, start + size))
      let x = preparation.batch(indices, of: pictures, seed: 0)
      let ready = try compiled[indices.count] ?? network.compiled(for: x.shape)
      compiled[indices.count] = ready
      guard let output = ready.run(x).layers.last?.output else { continue }
      let classes = output.shape[-1]
      guard output.shape.count == indices.count * classes, classes == pictures.classNames.count else {
        throw TrainingError.wrongShape(
          what: "the network's output", expected: [indices.count, pictures.classNames.count],
          found: output.shape)
      }
      output.withUnsafeScalars { scores in
        for (row, index) in indices.enumerated() {
          let own = Self.probabilities(Array(scores[row * classes..<(row + 1) * classes]))
          let best = own.indices.max { own[$0] < own[$1] } ?? 0
          let label = pictures.labels[index]
          verdicts.append(
            Verdict(
              picture: index, label: label, predicted: best, probability: own[best],
              probabilityOfLabel: own[label]))
          loss -= Double(logf(max(own[label], 1e-7)))
        }
      }
      progress(indices.count + start)
    }
    self.verdicts = verdicts
    classNames = pictures.classNames
    self.loss = loss / Double(max(1, pictures.count))
  }

  /// What a network says as probabilities: itself where it ends in a softmax, else the softmax of it.
  private static func probabilities(_ scores: [Float]) -> [Float] {
    if scores.allSatisfy({ $0 >= 0 }), abs(scores.reduce(0, +) - 1) < 1e-3 { return scores }
    let largest = scores.max() ?? 0
    let powers = scores.map { expf($0 - largest) }
    let sum = powers.reduce(0, +)
    return powers.map { $0 / sum }
  }

  /// The share of pictures whose class came first.
  public var accuracy: Double {
    Double(verdicts.count { $0.label == $0.predicted }) / Double(max(1, verdicts.count))
  }

  /// How many pictures of each class (row) were taken for each (column).
  public var confusion: [[Int]] {
    var table = [[Int]](repeating: [Int](repeating: 0, count: classNames.count), count: classNames.count)
    for verdict in verdicts { table[verdict.label][verdict.predicted] += 1 }
    return table
  }

  /// The pictures taken for another class, the surest mistakes first.
  public var worstMistakes: [Verdict] {
    verdicts.filter { $0.label != $0.predicted }.sorted {
      ($1.probability, $0.picture) < ($0.probability, $1.picture)
    }
  }
}
