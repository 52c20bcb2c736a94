public import Isolation
public import SystemPackage
import TensorCore

/// What a load allows.
public struct LoadOptions: Sendable, Hashable {
  /// The most pixels, over all pages, a picture may have; checked in the header, before anything is decoded.
  public var maximumPixels: Int
  /// Whether decoders that libvips marks as not hardened against hostile files may run (BMP, SVG, PDF, ...).
  public var allowsUntrustedFormats: Bool
  /// Where the decoder runs.
  ///
  /// In workers, a picture that makes it crash, hang or take too much memory is an error like any other. `.npy` arrays are
  /// always read here.
  public var isolation: Isolation
  /// How long a worker may take before the first row of a picture and between two parts of it, and 1 s more for every
  /// 5 million pixels.
  ///
  /// Taken as 1 to 1,000,000.
  public var decoderSeconds = 30

  public init(
    maximumPixels: Int = 512_000_000, allowsUntrustedFormats: Bool = false, isolation: Isolation = .inProcess
  ) {
    self.maximumPixels = maximumPixels
    self.allowsUntrustedFormats = allowsUntrustedFormats
    self.isolation = isolation
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
    if case .worker(let executable) = options.isolation {
      try self.init(isolatedAt: path, options: options, executable: executable)
      return
    }
    self = try Libvips.attempting { () throws(ImagingError) in
      DecoderWatch.begin(options)
      let loader = try Loader(path: path, signature: signature, options: options)
      let stored = try loader.openHeader()
      try stored.check(against: options, path)
      DecoderWatch.begin(options, pixels: stored.width * stored.height)
      if stored.byteCount <= Picture.mostBytesAtOnce {
        if signature == .png, let png = PlainPng(path) {
          return try Image(stored, by: loader, decoding: png.pixels)
        }
        // Where each processor has a picture of its own, nothing is gained by handing rows on while others are decoded.
        if Parallelism.threads == 1 { return try Image(stored, by: loader, decoding: { _ in nil }) }
      }
      return Image(
        header: try stored.normalised(path),
        recipe: { (access) throws(ImagingError) in try loader.open(access).normalised(path) },
        needsRandomAccess: stored.orientationTurnsRows, origin: path, unread: Unread())
    }
  }

  /// As ``init(contentsOf:options:)-(FilePath,_)`` for a path that is text.
  public init(contentsOf path: String, options: LoadOptions = .init()) throws(ImagingError) {
    try self.init(contentsOf: FilePath(path), options: options)
  }
}

extension Image {
  /// The picture in an opened file whose pixels are decoded at once, by `decode` where it can.
  private init(
    _ stored: Picture, by loader: Loader, decoding decode: @escaping @Sendable (Picture) -> PixelMemory?
  ) throws(ImagingError) {
    let upright = try stored.normalised(loader.path)
    let unread = Unread()
    // The pixels belong to the pipeline, not to the image, which may live on: so the header is not their way.
    self.init(
      header: upright,
      recipe: { (access) throws(ImagingError) in
        let opened = unread.take() ? stored : try loader.openHeader()
        // The file may be another one by now.
        guard opened.byteCount <= Picture.mostBytesAtOnce else {
          return try loader.open(access).normalised(loader.path)
        }
        return try opened.decodedAtOnce(by: decode).normalised(loader.path)
      },
      needsRandomAccess: stored.orientationTurnsRows, origin: loader.path, isInMemory: upright === stored)
  }
}
