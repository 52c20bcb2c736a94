public import Imaging
public import NeuralNetwork
import TensorCore

/// What the preprocessing made of one picture, for people who wonder why a network sees nothing.
public struct PreprocessingExplanation: Sendable, Hashable {
  public struct Range: Sendable, Hashable {
    /// `R`, `G`, `B` or `grey`.
    public let channel: String
    public let minimum: Float
    public let maximum: Float
    public let mean: Float
  }

  public let preprocessing: Preprocessing
  public let originalHeight: Int
  public let originalWidth: Int
  public let height: Int
  public let width: Int
  /// In the picture's order, after it was brought to size.
  public let before: [Range]
  /// In the network's order.
  public let after: [Range]
  /// One sentence for each way in which the values contradict the record.
  public let warnings: [String]
}

extension Network {
  /// The ranges of a picture's values before and after preprocessing, with warnings where they contradict the network.
  public func explainPreprocessing(of image: Image) throws -> PreprocessingExplanation {
    let record = effectivePreprocessing
    let picture = try record.sized(image)
    let input = try record.mapped(picture)
    let names = picture.shape[2] == 1 ? ["grey"] : ["R", "G", "B"]
    let before = ranges(of: picture, names)
    let lowest = before.map(\.minimum).min() ?? 0
    let highest = before.map(\.maximum).max() ?? 0
    var warnings: [String] = []
    if highest <= 1, highest > lowest {
      warnings.append(
        "values lie in \(lowest)...\(highest), but the network expects 0...255: were they scaled already?")
    } else if lowest < 0 || highest > 255 {
      warnings.append("values lie in \(lowest)...\(highest), outside the 0...255 that the network expects")
    } else if lowest == highest {
      warnings.append("all values are \(lowest): the picture is blank")
    }
    return PreprocessingExplanation(
      preprocessing: record, originalHeight: image.height, originalWidth: image.width,
      height: picture.shape[0], width: picture.shape[1], before: before,
      after: ranges(of: input, record.channelOrder == .bgr ? names.reversed() : names), warnings: warnings)
  }

  private func ranges(of tensor: Tensor, _ names: [String]) -> [PreprocessingExplanation.Range] {
    let (scalars, channels) = (tensor.scalars, tensor.shape[-1])
    return (0..<channels).map { c in
      let values = stride(from: c, to: scalars.count, by: channels).map { scalars[$0] }
      let sum = values.reduce(0.0) { $0 + Double($1) }
      return .init(
        channel: c < names.count ? names[c] : "\(c)", minimum: values.min() ?? 0, maximum: values.max() ?? 0,
        mean: Float(sum / Double(max(1, values.count))))
    }
  }
}
