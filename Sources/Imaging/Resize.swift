import CVips

/// How a picture is fitted into a size of another shape.
public enum Fit: String, Sendable, Hashable, CaseIterable {
  /// Both axes are scaled on their own.
  case stretch
  /// All of the picture is there, centred; the rest is padding.
  case contain
  /// The size is filled; what reaches outside, equally on both sides, is cut off.
  case cover
}

/// The kernel a picture is resampled with; when it shrinks, the kernel widens with the step, so nothing aliases.
public enum Resampling: String, Sendable, Hashable, CaseIterable {
  case nearest
  /// A triangle: bilinear.
  case linear
  /// Catmull-Rom (a = -0.5).
  case cubic
  case lanczos3
}

extension Image {
  /// The picture at another size, page by page.
  ///
  /// Pixel centres stand at half-integers on both sides, as in Pillow: pixel `i` of `n` covers the same share of the
  /// picture whatever `n`. Transparent pixels do not bleed into their neighbours. `padColour` (0...255 a channel of
  /// red, green, blue, or one for all) fills what ``Fit/contain`` leaves; it is opaque.
  public func resized(
    height: Int, width: Int, fit: Fit = .stretch, resampling: Resampling = .lanczos3,
    padColour: [Double] = [0]
  ) throws(ImagingError) -> Image {
    guard height > 0, width > 0, height <= 10_000_000, width <= 10_000_000 else {
      throw .invalidSize(width: width, height: height)
    }
    guard height != self.height || width != self.width else { return self }
    let frame = Frame(from: (self.height, self.width), to: (height, width), fit: fit)
    let comesFromDecoder = origin != nil && !isInMemory
    return try eachPage { (page) throws(ImagingError) in
      let scaled = try page.resampled(
        height: frame.height, width: frame.width, resampling, holdsRows: comesFromDecoder)
      return try scaled.framed(frame, height: height, width: width, padColour: padColour)
    }
  }
}

/// The size a picture is scaled to before it is padded or cut to the size asked for.
private struct Frame: Sendable {
  var height: Int
  var width: Int

  init(from old: (height: Int, width: Int), to new: (height: Int, width: Int), fit: Fit) {
    let vertical = Double(new.height) / Double(old.height)
    let horizontal = Double(new.width) / Double(old.width)
    let scale: Double
    switch fit {
    case .stretch:
      (height, width) = new
      return
    case .contain: scale = min(vertical, horizontal)
    case .cover: scale = max(vertical, horizontal)
    }
    height = max(1, Int((Double(old.height) * scale).rounded()))
    width = max(1, Int((Double(old.width) * scale).rounded()))
  }
}

extension Picture {
  /// Centred in a larger frame, or cut equally on both sides to a smaller one.
  fileprivate func framed(
    _ frame: Frame, height: Int, width: Int, padColour: [Double]
  ) throws(ImagingError) -> Picture {
    if frame.height > height || frame.width > width {
      return try applying(
        "extract_area",
        [
          "left": .int((frame.width - width) / 2), "top": .int((frame.height - height) / 2),
          "width": .int(width), "height": .int(height),
        ])
    }
    guard frame.height < height || frame.width < width else { return self }
    return try applying(
      "embed",
      [
        "x": .int((width - frame.width) / 2), "y": .int((height - frame.height) / 2),
        "width": .int(width), "height": .int(height), "extend": .choice(VIPS_EXTEND_BACKGROUND),
        "background": .doubles(padding(padColour)),
      ])
  }

  /// A padding colour with as many values as this picture has bands, in its range, opaque.
  private func padding(_ colour: [Double]) -> [Double] {
    let scale = format == VIPS_FORMAT_USHORT ? 257.0 : 1
    let colours = hasAlpha ? bands - 1 : bands
    var values: [Double]
    switch (colour.count, colours) {
    case (colours, _): values = colour
    case (3, 1): values = [0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]]
    default: values = [Double](repeating: colour.first ?? 0, count: colours)
    }
    if hasAlpha { values.append(255) }
    return values.map { $0 * scale }
  }
}
