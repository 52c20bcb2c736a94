public import Datasets
public import NeuralNetwork
import TensorCore

/// What a network says of every pixel of some pictures, and how often that is right.
public struct Segmentation: Sendable {
  /// The class found for every pixel, `[picture, row, column]`.
  public let classes: [UInt8]
  /// The mean cross-entropy of a pixel.
  public let loss: Double
  /// The share of pixels whose class was found.
  public let accuracy: Double
  /// Of each class the pixels found rightly as a share of all that are or were taken for it; NaN where there are none.
  public let overlaps: [Double]

  /// Runs a network whose output is a probability for each class and pixel.
  public init(of network: Network, on pictures: SegmentedPictures, batchSize: Int = 25) throws {
    let count = pictures.classNames.count
    var (found, loss): ([UInt8], Double) = ([], 0)
    var (both, either) = ([Int](repeating: 0, count: count), [Int](repeating: 0, count: count))
    var compiled: [Int: CompiledNetwork] = [:]
    for start in stride(from: 0, to: pictures.count, by: batchSize) {
      let batch = start..<min(pictures.count, start + batchSize)
      let x = pictures.prepared(batch)
      let ready = try compiled[batch.count] ?? network.compiled(for: x.shape)
      compiled[batch.count] = ready
      guard let output = ready.run(x).layers.last?.output else { continue }
      let labels = pictures.labels(batch)
      guard output.shape.count == labels.count * count else {
        throw TrainingError.wrongShape(
          what: "the network's output", expected: [batch.count, pictures.height, pictures.width, count],
          found: output.shape)
      }
      let verdicts = ClassVerdicts(output, labels: labels)
      loss += verdicts.loss
      for (best, label) in zip(verdicts.classes, labels) {
        found.append(UInt8(best))
        either[label] += 1
        if best == label { both[label] += 1 } else { either[best] += 1 }
      }
    }
    classes = found
    self.loss = loss / Double(max(1, found.count))
    accuracy = Double(both.reduce(0, +)) / Double(max(1, found.count))
    overlaps = zip(both, either).map { Double($0) / Double($1) }
  }
}

extension SegmentedPictures {
  /// The pictures as the network is shown them, 0...1.
  func prepared(_ indices: some Collection<Int>) -> Tensor {
    var x = pictures(indices)
    x.withUnsafeMutableScalars { values in for index in values.indices { values[index] /= 255 } }
    return x
  }
}
