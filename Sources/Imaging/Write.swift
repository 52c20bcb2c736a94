import CVips
public import SystemPackage
import TensorCore

/// A format that pictures are written in.
public enum PictureFormat: String, Sendable, Hashable, CaseIterable {
  case png, jpeg, webp, tiff, gif, heif, avif, npy

  /// The format that a file name's suffix stands for, without the dot, in any case.
  public init?(suffix: String) {
    guard let format = PictureFormat.allCases.first(where: { $0.suffixes.contains(suffix.lowercased()) })
    else { return nil }
    self = format
  }

  /// The format that a file's first bytes announce; `nil` for others, and for files that cannot be read.
  public init?(contentOf path: FilePath) {
    guard let signature = try? Signature(of: path) else { return nil }
    switch signature {
    case .npy: self = .npy
    case .png: self = .png
    case .gif: self = .gif
    case .jpeg: self = .jpeg
    case .tiff: self = .tiff
    case .webp: self = .webp
    }
  }

  /// The suffixes of this format, the usual one first.
  public var suffixes: [String] {
    switch self {
    case .png: ["png"]
    case .jpeg: ["jpg", "jpeg", "jpe", "jfif"]
    case .webp: ["webp"]
    case .tiff: ["tif", "tiff"]
    case .gif: ["gif"]
    case .heif: ["heic", "heif"]
    case .avif: ["avif"]
    case .npy: ["npy"]
    }
  }

  /// Whether values are kept as floats; the others round and clip to 8 or 16 bits.
  var holdsFloats: Bool { self == .tiff || self == .npy }

  static var writableSuffixes: String { allCases.flatMap(\.suffixes).joined(separator: ", ") }
}

/// How a picture is written.
public struct WriteOptions: Sendable, Hashable {
  /// The format; `nil` takes it from the suffix.
  public var format: PictureFormat?
  /// 1...100 for formats that lose detail.
  public var quality: Int
  /// How hard a PNG is compressed, 0...9; all levels hold the same pixels.
  public var compression: Int
  /// Whether EXIF, XMP, IPTC data and the colour profile are left out; the profile is applied first then.
  public var stripsMetadata: Bool
  /// Key and value pairs for a PNG's text chunks, in this order; keys of 1...79 Latin letters.
  public var text: [TextEntry]

  /// One text chunk of a PNG.
  public struct TextEntry: Sendable, Hashable {
    public var key: String
    public var value: String

    public init(_ key: String, _ value: String) {
      self.key = key
      self.value = value
    }
  }

  public init(
    format: PictureFormat? = nil, quality: Int = 90, compression: Int = 6, stripsMetadata: Bool = false,
    text: [TextEntry] = []
  ) {
    self.format = format
    self.quality = quality
    self.compression = compression
    self.stripsMetadata = stripsMetadata
    self.text = text
  }
}

extension Image {
  /// Writes the picture, whole or not at all: to a temporary file beside `path` that takes its name at the end.
  ///
  /// Metadata is kept where the format can; 16 bits stay 16 in PNG and TIFF; floats stay floats in TIFF and `.npy` and
  /// are rounded and clipped to 0...255 elsewhere. Equal pictures give equal bytes. Throws
  /// ``ImagingError/damaged(_:reason:)`` when the source is at fault and ``ImagingError/cannotWrite(_:reason:)`` when
  /// the target is; what stood at `path` before is then untouched.
  public func write(to path: FilePath, options: WriteOptions = .init()) throws(ImagingError) {
    try write(to: path, options, AtomicFile.write) { (tensor) throws(TensorFileError) in
      try tensor.write(npy: path)
    }
  }

  /// Writes the picture into a file that is there, which its caller gives a name, or removes, when this returns.
  ///
  /// An error leaves half of it. Otherwise as ``write(to:options:)-(FilePath,_)``.
  package func fill(_ file: FilePath, options: WriteOptions = .init()) throws(ImagingError) {
    try write(to: file, options, AtomicFile.overwrite) { (tensor) throws(TensorFileError) in
      try tensor.fill(npy: file)
    }
  }

  private func write(
    to path: FilePath, _ options: WriteOptions,
    _ opening: (FilePath, (CInt) throws(ImagingError) -> Void) throws(ImagingError) -> Void,
    npy writeArray: (Tensor) throws(TensorFileError) -> Void
  ) throws(ImagingError) {
    guard let format = options.format ?? path.extension.flatMap(PictureFormat.init(suffix:)) else {
      throw .unknownSuffix(path)
    }
    guard format != .npy else { return try writeNpy(to: path, writeArray) }
    let source = options.stripsMetadata ? try inSRGB() : self
    try opening(path) { (descriptor) throws(ImagingError) in
      do throws(ImagingError) {
        try Libvips.attempting(suspecting: source.readEverything) { () throws(ImagingError) in
          try source.save(to: descriptor, of: path, as: format, options)
        }
      } catch {
        guard case .failed(_, let reason) = error else { throw error }
        throw .cannotWrite(path, reason: reason)
      }
    }
  }

  /// Encodes the picture into a file, from its first byte on.
  private func save(
    to descriptor: CInt, of path: FilePath, as format: PictureFormat, _ options: WriteOptions
  ) throws(ImagingError) {
    AtomicFile.empty(descriptor)
    var picture = try pipeline().readyToSave(as: format)
    if options.stripsMetadata { picture = try picture.withoutMetadata() }
    if format == .png { picture = try picture.withoutUnwritableComments() }
    if !options.text.isEmpty { picture = try picture.withText(options.text) }
    guard let file = FileTarget(descriptor) else {
      throw .failed(operation: "opening", reason: Libvips.takeError())
    }
    if format.isWrittenByModule { VipsModules.load() }
    var arguments: [String: Argument] = ["target": .object(file.target)]
    if options.stripsMetadata { arguments["strip"] = .bool(true) }
    switch format {
    case .jpeg, .webp, .heif, .avif: arguments["Q"] = .int(min(max(options.quality, 1), 100))
    case .tiff:
      arguments["bigtiff"] = .bool(picture.byteCount > 3_900_000_000)
      arguments["compression"] = .choice(VIPS_FOREIGN_TIFF_COMPRESSION_LZW)
    case .png: arguments["compression"] = .int(min(max(options.compression, 0), 9))
    case .gif, .npy: break
    }
    let outcome = Result { () throws(ImagingError) in
      try picture.consumed { (picture) throws(ImagingError) in
        _ = try callVips(format.saver, arguments.merging(["in": .picture(picture)]) { $1 })
      }
    }
    // Tells a full disk from a damaged source, which libvips' error text does not; nobody needs to try it twice.
    if let failure = file.failure { throw .cannotWrite(path, reason: failure.description) }
    try outcome.get()
  }

  /// Throws when the file that the picture comes from cannot be decoded to its end.
  private func readEverything() throws(ImagingError) {
    guard origin != nil else { return }
    try namingOrigin { () throws(ImagingError) in
      _ = try pipeline().consumed { (picture) throws(ImagingError) in try picture.applying("stats") }
    }
  }

  /// As ``write(to:options:)-(FilePath,_)`` for a path that is text.
  public func write(to path: String, options: WriteOptions = .init()) throws(ImagingError) {
    try write(to: FilePath(path), options: options)
  }

  private func writeNpy(
    to path: FilePath, _ write: (Tensor) throws(TensorFileError) -> Void
  ) throws(ImagingError) {
    var tensor = try storedScalars()
    switch arrayRank ?? (pageCount > 1 ? 4 : 3) {
    case 2 where channels == 1: tensor = tensor.reshaped([height, width])
    case 4: tensor = tensor.reshaped([pageCount, height, width, channels])
    default: break
    }
    do throws(TensorFileError) {
      try write(tensor)
    } catch {
      if case .system(_, _, let reason) = error { throw .cannotWrite(path, reason: reason) }
      throw .cannotWrite(path, reason: "\(error)")
    }
  }
}

extension PictureFormat {
  fileprivate var isWrittenByModule: Bool { self == .heif || self == .avif }

  fileprivate var saver: String {
    switch self {
    case .png: "pngsave_target"
    case .jpeg: "jpegsave_target"
    case .webp: "webpsave_target"
    case .tiff: "tiffsave_target"
    case .gif: "gifsave_target"
    case .heif: "heifsave_target"
    case .avif: "avifsave_target"
    case .npy: ""
    }
  }
}

extension Picture {
  /// Rounded and clipped to integers where the format holds no floats.
  fileprivate func readyToSave(as target: PictureFormat) throws(ImagingError) -> Picture {
    guard !target.holdsFloats, format != VIPS_FORMAT_UCHAR, format != VIPS_FORMAT_USHORT else { return self }
    let rounded = try applying("linear", ["a": .doubles([1]), "b": .doubles([0.5])])
    return try rounded.applying("cast", ["format": .choice(VIPS_FORMAT_UCHAR)])
  }

  /// Without what says something about the picture but not how its pixels are shown; not every encoder leaves it out
  /// when told to strip (WebP's of libvips 8.14 does not).
  fileprivate func withoutMetadata() throws(ImagingError) -> Picture {
    try withHeader { image in
      guard let names = vips_image_get_fields(image) else { return }
      defer { g_strfreev(names) }
      var place = 0
      while let name = names[place] {
        place += 1
        let field = String(cString: name)
        if ["exif-", "xmp-", "iptc-", "photoshop-", "png-comment-"].contains(where: field.hasPrefix) {
          vips_image_remove(image, name)
        }
      }
    }
  }

  fileprivate func withText(_ entries: [WriteOptions.TextEntry]) throws(ImagingError) -> Picture {
    try withHeader { image in
      for (index, entry) in entries.enumerated() {
        vips_image_set_string(image, "png-comment-\(index)-\(entry.key)", entry.value)
      }
    }
  }
}
