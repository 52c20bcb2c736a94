public import TensorCore

/// Pictures of one size, each with the class it belongs to: what a classifier is trained and tested on.
///
/// ```swift
/// let digits = try LabelledPictures(idxImages: "t10k-images-idx3-ubyte.gz", labels: "t10k-labels-idx1-ubyte.gz")
/// let x = digits.pictures(0..<32)      // [32, 28, 28, 1], 0...255
/// let y = digits.labels[0..<32]
/// ```
///
/// The pixels stay bytes, a quarter of what floats take; ``pictures(_:)`` makes the floats of a batch.
public struct LabelledPictures: Sendable, Hashable {
  /// Rows of every picture.
  public let height: Int
  /// Columns of every picture.
  public let width: Int
  /// 1 (grey) or 3 (red, green, blue).
  public let channels: Int
  /// All pixels, `[sample, row, column, channel]`, 0...255.
  public let pixels: [UInt8]
  /// For each picture its class, an index into ``classNames``.
  public let labels: [Int]
  public let classNames: [String]

  package init(height: Int, width: Int, channels: Int, pixels: [UInt8], labels: [Int], classNames: [String]) {
    precondition(
      pixels.count == labels.count * height * width * channels,
      "\(pixels.count) bytes for \(labels.count) pictures of \(height)x\(width)x\(channels)")
    self.height = height
    self.width = width
    self.channels = channels
    self.pixels = pixels
    self.labels = labels
    self.classNames = classNames
  }

  /// The number of pictures.
  public var count: Int { labels.count }

  /// The pictures `range` as floats, `[range.count, height, width, channels]`, 0...255.
  public func pictures(_ range: Range<Int>) -> Tensor {
    let size = height * width * channels
    return Tensor(shape: [range.count, height, width, channels]) { floats in
      pixels.withUnsafeBufferPointer { pixels in
        let first = range.lowerBound * size
        for index in 0..<floats.count { floats[index] = Float(pixels[first + index]) }
      }
    }
  }

  /// One picture, `[height, width, channels]`, 0...255.
  public func picture(_ index: Int) -> Tensor {
    pictures(index..<index + 1).reshaped([height, width, channels])
  }

  /// The pictures `range` alone, with their labels.
  public func subset(_ range: Range<Int>) -> LabelledPictures {
    let size = height * width * channels
    return LabelledPictures(
      height: height, width: width, channels: channels,
      pixels: Array(pixels[range.lowerBound * size..<range.upperBound * size]), labels: Array(labels[range]),
      classNames: classNames)
  }

  /// These pictures followed by `others` of the same size and classes.
  package func followed(by others: LabelledPictures) -> LabelledPictures {
    LabelledPictures(
      height: height, width: width, channels: channels, pixels: pixels + others.pixels,
      labels: labels + others.labels, classNames: classNames)
  }
}
