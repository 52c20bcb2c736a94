public import TensorCore

/// The mean of the pictures that a network was trained on, `[H, W, C]` with values 0...255, channels in the network's order.
///
/// ```swift
/// network.preprocessing?.meanImage = try MeanImage(contentsOf: "imagenet_mean.binaryproto")
/// ```
public struct MeanImage: Sendable, Hashable, CustomStringConvertible {
  public let pixels: Tensor

  /// `pixels` must be `[H, W, C]`.
  public init(_ pixels: Tensor) {
    precondition(pixels.shape.rank == 3, "a mean image is [H, W, C], not \(pixels.shape)")
    self.pixels = pixels
  }

  public var height: Int { pixels.shape[0] }
  public var width: Int { pixels.shape[1] }

  /// One number a channel: what the mean image comes down to where a file has no place for all of it.
  public var channelMeans: [Float] {
    let (scalars, channels) = (pixels.scalars, pixels.shape[2])
    return (0..<channels).map { c in
      let sum = stride(from: c, to: scalars.count, by: channels).reduce(0.0) { $0 + Double(scalars[$1]) }
      return Float(sum / Double(max(1, height * width)))
    }
  }

  /// The middle `[height, width, C]`; `nil` where it is smaller or has other channels.
  func centre(height: Int, width: Int, channels: Int) -> Tensor? {
    guard height <= self.height, width <= self.width, channels == pixels.shape[2] else { return nil }
    guard height != self.height || width != self.width else { return pixels }
    let (top, left) = ((self.height - height) / 2, (self.width - width) / 2)
    let row = width * channels
    return Tensor(shape: [height, width, channels]) { target in
      pixels.withUnsafeScalars { source in
        for y in 0..<height {
          let start = ((top + y) * self.width + left) * channels
          for index in 0..<row { target[y * row + index] = source[start + index] }
        }
      }
    }
  }

  public var description: String { "mean image \(pixels.shape) of \(channelMeans)" }

  public static func == (a: MeanImage, b: MeanImage) -> Bool { a.pixels == b.pixels }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(pixels.shape)
    // The corner and the middle tell pictures apart well enough for a hash.
    hasher.combine(pixels.scalars.first)
    hasher.combine(pixels.shape.count > 0 ? pixels.scalars[pixels.shape.count / 2] : 0)
  }
}
