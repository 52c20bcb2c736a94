import CVips
import Synchronization
import SystemPackage

/// The libvips decoder that reads a file, chosen by the file's content and allowed by the options.
struct Loader: Sendable {
  let path: FilePath
  let operation: String
  /// Whether libvips reads the file through a stream of its own; a few decoders only take a file's name.
  let readsStream: Bool

  /// Chooses the decoder.
  ///
  /// The block on untrusted ones is decided here, before any of them sees the file: libvips' own
  /// switch holds for the whole process and could not be lifted for one load beside others.
  init(path: FilePath, signature: Signature?, options: LoadOptions) throws(ImagingError) {
    self.path = path
    if let known = Loader.known.withLock({ $0 }), signature == .jpeg {
      (operation, readsStream) = (known, true)
      return
    }
    let needsModules = signature?.isReadWithoutModules != true
    if needsModules { VipsModules.load() }
    var found = try Loader.decoder(of: path)
    if found == nil, !needsModules, VipsModules.load() { found = try Loader.decoder(of: path) }
    guard let found else {
      let reason = Libvips.takeError()
      throw signature == nil ? .notPicture(path) : .damaged(path, reason: reason)
    }
    (operation, readsStream) = found
    guard signature != nil || !options.allowsUntrustedFormats, let call = vips_operation_new(operation) else {
      return
    }
    defer { fovea_unref(call) }
    guard fovea_is_untrusted(call) == 0 else {
      // The format's own decoder has looked at the file and left it to the ones that try everything.
      if let signature { throw .unopenable(path, signature) }
      let nickname = UnsafeMutableRawPointer(call).assumingMemoryBound(to: VipsObject.self)
      let format = String(cString: vips_nickname_find(fovea_type_of(nickname)))
      throw .blockedFormat(path, format: format.replacing("_source", with: ""))
    }
    if signature == .jpeg, readsStream, operation.hasPrefix("VipsForeignLoadJpeg") {
      Loader.known.withLock { [operation] in $0 = operation }
    }
  }

  /// The decoder libvips would choose, and whether it reads a stream.
  private static func decoder(of path: FilePath) throws(ImagingError) -> (String, Bool)? {
    if let name = try withSource(path, { source in vips_foreign_find_load_source(source) }) {
      return (String(cString: name), true)
    }
    return path.asLibvipsName.withPlatformString { vips_foreign_find_load($0) }
      .map { (String(cString: $0), false) }
  }

  /// Makes the first step of a pipeline.
  ///
  /// Where the file can only be read from top to bottom and the pixels are asked for anywhere, it is decoded now.
  func open(_ access: Image.Access) throws(ImagingError) -> Picture {
    let picture = try openHeader()
    // Left to the decoders, this would lose damage in the last rows, see ``Picture/consumed(by:)``.
    guard access == .random, vips_image_is_sequential(picture.image) != 0 else { return picture }
    return try picture.readableAnywhere()
  }

  /// Reads the header.
  func openHeader() throws(ImagingError) -> Picture {
    do {
      return try load(pages: -1)
    } catch {
      // A TIFF or HEIF whose pages differ in size cannot be one strip; its first page is the picture.
      if let first = try? load(pages: 1) { return first }
      guard case .failed(_, let reason) = error else { throw error }
      throw .damage(in: path, reason)
    }
  }

  private func load(pages: Int) throws(ImagingError) -> Picture {
    var arguments: [String: Argument] = [
      "access": .choice(VIPS_ACCESS_SEQUENTIAL), "fail-on": .choice(VIPS_FAIL_ON_ERROR),
    ]
    if try takesPages() { arguments["n"] = .int(pages) }
    guard readsStream else {
      arguments["filename"] = .path(path)
      return try Picture.made(by: operation, arguments)
    }
    let call = arguments
    return try Loader.withSource(path) { (source) throws(ImagingError) in
      try Picture.made(by: operation, call.merging(["source": .object(source)]) { $1 })
    }
  }

  private func takesPages() throws(ImagingError) -> Bool {
    if let known = Loader.pages.withLock({ $0[operation] }) { return known }
    guard let probe = vips_operation_new(operation) else {
      throw .failed(operation: operation, reason: Libvips.takeError())
    }
    defer { fovea_unref(probe) }
    let takes = fovea_has_property(probe, "n") != 0
    Loader.pages.withLock { [operation] in $0[operation] = takes }
    return takes
  }

  /// libvips' plain decoder of JPEG, once it has been chosen for a file: it reads all that have the signature.
  private static let known = Mutex<String?>(nil)
  /// Which decoders read a number of pages.
  private static let pages = Mutex<[String: Bool]>([:])

  private static func withSource<Result>(
    _ path: FilePath, _ body: (UnsafeMutablePointer<VipsSource>) throws(ImagingError) -> Result
  ) throws(ImagingError) -> Result {
    guard let source = path.withPlatformString({ vips_source_new_from_file($0) }) else {
      // The system knows the reason better than libvips.
      _ = try Signature(of: path)
      throw .unreadable(path, reason: "it cannot be opened again")
    }
    defer { fovea_unref(source) }
    return try body(source)
  }
}

extension ImagingError {
  /// A file that begins like a picture and goes on like none.
  fileprivate static func unopenable(_ path: FilePath, _ signature: Signature) -> ImagingError {
    .damaged(path, reason: "a \(signature.rawValue) file its decoder cannot open")
  }
}

extension FilePath {
  /// The path as libvips' functions for names take it: they read a trailing `[...]` as options.
  fileprivate var asLibvipsName: FilePath {
    var name = self
    guard let last = name.lastComponent, last.string.hasSuffix("]") else { return self }
    name.removeLastComponent()
    return name.appending(last.string + "[]")
  }
}

extension Picture {
  /// Refuses pictures of more pixels than the options allow.
  func check(against options: LoadOptions, _ path: FilePath) throws(ImagingError) {
    let (pixels, overflow) = width.multipliedReportingOverflow(by: height)
    guard overflow || pixels > options.maximumPixels else { return }
    throw .tooLarge(
      path, width: width, height: pageHeight, pages: height / pageHeight, limit: options.maximumPixels)
  }

  /// Whether applying the EXIF orientation reads rows in another order than the file's.
  var orientationTurnsRows: Bool { vips_image_get_orientation(image) > 2 }

  /// Upright, and in a colour space whose code values mean what the rest of the package takes them for.
  func normalised(_ path: FilePath) throws(ImagingError) -> Picture {
    do {
      var picture = self
      if has("page-height"), height == pageHeight {
        picture = try withHeader { image in
          for field in pageFields { vips_image_remove(image, field) }
        }
      }
      if vips_image_get_orientation(image) > 1 { picture = try picture.applying("autorot") }
      return try picture.inDisplaySpace()
    } catch {
      guard case .failed(_, let reason) = error else { throw error }
      throw .damage(in: path, reason)
    }
  }
}
