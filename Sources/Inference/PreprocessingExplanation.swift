public import Imaging
public import NeuralNetwork
public import TensorCore

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
    let names = channelNames(picture.shape[2])
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
    if preprocessing == nil {
      warnings.append(
        "the file says nothing of how pictures were prepared, so values go in as 0...255; most networks want 0...1 or less"
      )
    }
    return PreprocessingExplanation(
      preprocessing: record, originalHeight: image.height, originalWidth: image.width,
      height: picture.shape[0], width: picture.shape[1], before: before,
      after: ranges(of: input, record.channelOrder == .bgr ? names.reversed() : names), warnings: warnings)
  }

  /// The ranges of an array that goes in as it is, `[N, H, W, C]`, with warnings where they are not what the network's
  /// preprocessing makes of pictures.
  public func explainPreprocessing(of input: Tensor) -> PreprocessingExplanation {
    let record = effectivePreprocessing
    let shape = input.shape
    let names = channelNames(shape.rank == 4 ? shape[3] : 0)
    let found = ranges(of: input, record.channelOrder == .bgr ? names.reversed() : names)
    let (lowest, highest) = (found.map(\.minimum).min() ?? 0, found.map(\.maximum).max() ?? 0)
    let expected = record.range
    let width = expected.upperBound - expected.lowerBound
    let wanted = "\(expected.lowerBound)...\(expected.upperBound), which preprocessing makes of pictures"
    var warnings: [String] = []
    if lowest == highest {
      warnings.append("all values are \(lowest): the array is blank")
    } else if preprocessing != nil, shape.rank == 4 {
      if highest > expected.upperBound + width / 100 || lowest < expected.lowerBound - width / 100 {
        warnings.append("values lie in \(lowest)...\(highest), outside \(wanted); arrays go in as they are")
      } else if (highest - lowest) * 20 < width {
        warnings.append(
          "values lie in \(lowest)...\(highest), a small part of \(wanted): were they scaled already?")
      }
    }
    return PreprocessingExplanation(
      preprocessing: record, originalHeight: shape.rank == 4 ? shape[1] : 1,
      originalWidth: shape.rank == 4 ? shape[2] : 1, height: shape.rank == 4 ? shape[1] : 1,
      width: shape.rank == 4 ? shape[2] : 1, before: found, after: found, warnings: warnings)
  }

  private func channelNames(_ count: Int) -> [String] {
    switch count {
    case 1: ["grey"]
    case 3: ["R", "G", "B"]
    default: []
    }
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

extension Preprocessing {
  /// What black and white become, over all channels.
  fileprivate var range: ClosedRange<Float> {
    let means = meanImage?.channelMeans ?? mean
    var ends: [Float] = []
    for c in 0..<max(means.count, deviation.count) {
      let (mean, deviation) = (means[c % means.count], deviation[c % deviation.count])
      for code in [Float(0), 255] { ends.append((code * scale - mean) / deviation) }
    }
    return (ends.min() ?? 0)...(ends.max() ?? 255)
  }
}
