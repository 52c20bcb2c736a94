public import Imaging
public import NeuralNetwork
public import TensorCore

extension Preprocessing {
  /// The picture as a network's input `[1, H, W, C]`: brought to size, its channels ordered, its values mapped.
  ///
  /// The first page, without alpha. Values are 0...255 before `(x * scale - mean) / deviation`. Where the record fixes no size,
  /// the picture keeps its own.
  ///
  /// - Throws: `ImagingError` when the picture cannot be read, ``NetworkError/unusablePreprocessing(_:)`` when the record's numbers
  ///   do not suit its channels.
  public func tensor(from image: Image) throws -> Tensor { try mapped(sized(image)) }

  /// The picture brought to the record's size and channels, values still 0...255, `[H, W, C]` in RGB order or grey.
  func sized(_ image: Image) throws -> Tensor {
    let page = image.pageCount > 1 ? try image.page(0) : image
    let picture = channelOrder == .grey ? try page.grayscale().withoutAlpha() : try page.colour()
    let (height, width) = (height ?? picture.height, width ?? picture.width)
    if case .stretch = fit, let meanImage, meanImage.height >= height, meanImage.width >= width {
      // As Caffe: to the size of the mean image, of which the middle is then cut out.
      return try picture.resized(
        height: meanImage.height, width: meanImage.width, fit: .stretch, resampling: kernel
      ).croppedCentre(height: height, width: width).tensor()
    }
    return switch fit {
    case .stretch:
      try picture.resized(height: height, width: width, fit: .stretch, resampling: kernel).tensor()
    case .contain(let colour):
      try picture.resized(
        height: height, width: width, fit: .contain, resampling: kernel, padColour: colour.map(Double.init)
      ).tensor()
    case .cover(nil):
      try picture.resized(height: height, width: width, fit: .cover, resampling: kernel).tensor()
    case .cover(let shortSide?):
      try picture.croppedCentre(height: height, width: width, ofShortSide: shortSide, kernel).tensor()
    }
  }

  /// `[H, W, C]` with values 0...255, RGB or grey, as the network's `[1, H, W, C]`.
  func mapped(_ picture: Tensor) throws -> Tensor {
    let channels = picture.shape[2]
    for (numbers, name) in [(mean, "mean"), (deviation, "deviation")]
    where numbers.count != 1 && numbers.count != channels {
      throw NetworkError.unusablePreprocessing(
        "\(numbers.count) numbers of \(name) for \(channels) channels")
    }
    let turns = channelOrder == .bgr && channels == 3
    let (height, width) = (picture.shape[0], picture.shape[1])
    let meanPixels = meanPixels(height: height, width: width, channels: channels)
    if let meanImage, meanPixels == nil {
      throw NetworkError.unusablePreprocessing(
        "a mean image of \(meanImage.pixels.shape) for pictures of [\(height), \(width), \(channels)]")
    }
    let means =
      meanPixels?.scalars ?? (mean.count == 1 ? [Float](repeating: mean[0], count: channels) : mean)
    let isImage = meanPixels != nil
    let deviations = deviation.count == 1 ? [Float](repeating: deviation[0], count: channels) : deviation
    return Tensor(shape: [1, height, width, channels]) { target in
      picture.withUnsafeScalars { source in
        if turns {
          for pixel in stride(from: 0, to: source.count, by: 3) {
            for c in 0..<3 { target[pixel + c] = source[pixel + 2 - c] }
          }
        } else {
          _ = target.update(fromContentsOf: source)
        }
      }
      if isImage {
        for place in target.indices {
          target[place] = (target[place] * scale - means[place]) / deviations[place % channels]
        }
      } else {
        standardise(target, scale: scale, means: means, deviations: deviations)
      }
    }
  }

  /// The picture that an input `[N, H, W, C]` was made from, as the network sees it: `[H, W, C]` of the first sample,
  /// values 0...255 where the input came from a picture, RGB order or grey.
  public func picture(of input: Tensor) -> Tensor {
    let shape = input.shape
    precondition(shape.rank == 4 && shape[0] > 0, "an input of pictures is [N, H, W, C], not \(shape)")
    let channels = shape[3]
    let turns = channelOrder == .bgr && channels == 3
    let means = meanPixels(height: shape[1], width: shape[2], channels: channels)?.scalars ?? mean
    return Tensor(shape: [shape[1], shape[2], channels]) { target in
      input.withUnsafeScalars { source in
        for pixel in stride(from: 0, to: target.count, by: max(1, channels)) {
          for c in 0..<channels {
            let (mean, deviation) = (means[(pixel + c) % means.count], deviation[c % deviation.count])
            target[pixel + (turns ? channels - 1 - c : c)] = (source[pixel + c] * deviation + mean) / scale
          }
        }
      }
    }
  }

  private var kernel: Imaging.Resampling {
    switch resampling {
    case .nearest: .nearest
    case .linear: .linear
    case .cubic: .cubic
    case .lanczos3: .lanczos3
    }
  }
}

extension Image {
  /// Scaled until the short side has so many pixels, then the middle cut out; a crop larger than that is scaled up to.
  fileprivate func croppedCentre(
    height: Int, width: Int, ofShortSide side: Int, _ kernel: Imaging.Resampling
  ) throws -> Image {
    guard side >= height, side >= width else {
      return try resized(height: height, width: width, fit: .cover, resampling: kernel)
    }
    let short = min(self.height, self.width)
    // The long side is cut down as Pillow and torchvision do, not rounded.
    let scaled = try resized(
      height: self.height * side / short, width: self.width * side / short, fit: .stretch, resampling: kernel)
    return try scaled.croppedCentre(height: height, width: width)
  }

  /// The middle.
  fileprivate func croppedCentre(height: Int, width: Int) throws -> Image {
    try cropped(
      top: (self.height - height) / 2, left: (self.width - width) / 2, height: height, width: width)
  }
}

/// Makes `(x * scale - mean) / deviation` of interleaved values, each with the numbers of its channel.
private func standardise(
  _ values: UnsafeMutableBufferPointer<Float>, scale: Float, means: [Float], deviations: [Float]
) {
  let channels = means.count
  // As many vectors as there are channels begin and end with whole pixels.
  typealias Lanes = SIMD8<Float>
  func lanes(_ numbers: [Float]) -> [Lanes] {
    (0..<channels).map { vector in
      Lanes((0..<Lanes.scalarCount).map { numbers[(vector * Lanes.scalarCount + $0) % channels] })
    }
  }
  let (meanLanes, deviationLanes) = (lanes(means), lanes(deviations))
  let block = channels * Lanes.scalarCount
  let whole = values.count / block * block
  let bytes = UnsafeMutableRawBufferPointer(values)
  for start in stride(from: 0, to: whole, by: block) {
    for vector in 0..<channels {
      let offset = (start + vector * Lanes.scalarCount) * MemoryLayout<Float>.stride
      let x = bytes.loadUnaligned(fromByteOffset: offset, as: Lanes.self)
      let mapped = (x * scale - meanLanes[vector]) / deviationLanes[vector]
      bytes.storeBytes(of: mapped, toByteOffset: offset, as: Lanes.self)
    }
  }
  for place in whole..<values.count {
    values[place] = (values[place] * scale - means[place % channels]) / deviations[place % channels]
  }
}
