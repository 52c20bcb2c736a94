public import SystemPackage

/// What a load allows.
public struct LoadOptions: Sendable, Hashable {
  /// The most pixels, over all pages, a picture may have; checked in the header, before anything is decoded.
  public var maximumPixels: Int
  /// Whether decoders that libvips marks as not hardened against hostile files may run (BMP, SVG, PDF, ...).
  public var allowsUntrustedFormats: Bool

  public init(maximumPixels: Int = 512_000_000, allowsUntrustedFormats: Bool = false) {
    self.maximumPixels = maximumPixels
    self.allowsUntrustedFormats = allowsUntrustedFormats
  }
}

extension Image {
  /// The picture in a file, whose format is told by its content, whatever its name.
  ///
  /// Reads the header. The EXIF orientation is applied, CMYK and Lab become sRGB, an embedded profile stays with the
  /// picture (``tensor()`` goes through it). All pages are there. A `.npy` array `[H,W]`, `[H,W,C]` or `[N,H,W,C]` is
  /// a picture of floats. Damage further on is thrown by whoever asks for the pixels: damaged and truncated data
  /// never pass as a picture.
  public init(contentsOf path: FilePath, options: LoadOptions = .init()) throws(ImagingError) {
    try Libvips.start()
    let signature = try Signature(of: path)
    guard signature != .npy else {
      try self.init(npyAt: path, options: options)
      return
    }
    self = try Libvips.attempting { () throws(ImagingError) in
      let loader = try Loader(path: path, signature: signature, options: options)
      let stored = try loader.openHeader()
      try stored.check(against: options, path)
      return Image(
        header: try stored.normalised(path),
        recipe: { (access) throws(ImagingError) in try loader.open(access).normalised(path) },
        needsRandomAccess: stored.orientationTurnsRows, origin: path)
    }
  }

  /// As ``init(contentsOf:options:)-(FilePath,_)`` for a path that is text.
  public init(contentsOf path: String, options: LoadOptions = .init()) throws(ImagingError) {
    try self.init(contentsOf: FilePath(path), options: options)
  }
}
