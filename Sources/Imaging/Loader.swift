import CVips
import SystemPackage

/// The libvips decoder that reads a file, chosen by the file's content and allowed by the options.
struct Loader: Sendable {
  let path: FilePath
  let operation: String
  /// Whether libvips reads the file through a stream of its own; a few decoders only take a file's name.
  let readsStream: Bool

  /// Chooses the decoder. The block on untrusted ones is decided here, before any of them sees the file: libvips' own
  /// switch holds for the whole process and could not be lifted for one load beside others.
  init(path: FilePath, options: LoadOptions) throws(ImagingError) {
    self.path = path
    if let name = try Loader.withSource(path, { source in vips_foreign_find_load_source(source) }) {
      operation = String(cString: name)
      readsStream = true
    } else if let name = path.asLibvipsName.withPlatformString({ vips_foreign_find_load($0) }) {
      operation = String(cString: name)
      readsStream = false
    } else {
      _ = Libvips.takeError()
      throw .notPicture(path)
    }
    guard !options.allowsUntrustedFormats, let call = vips_operation_new(operation) else { return }
    defer { fovea_unref(call) }
    guard fovea_is_untrusted(call) == 0 else {
      let nickname = UnsafeMutableRawPointer(call).assumingMemoryBound(to: VipsObject.self)
      let format = String(cString: vips_nickname_find(fovea_type_of(nickname)))
      throw .blockedFormat(path, format: format.replacing("_source", with: ""))
    }
  }

  /// Reads the header and makes the first step of a pipeline.
  func open(_ access: Image.Access) throws(ImagingError) -> Picture {
    do {
      return try load(access, pages: -1)
    } catch {
      // A TIFF or HEIF whose pages differ in size cannot be one strip; its first page is the picture.
      if let first = try? load(access, pages: 1) { return first }
      guard case .failed(_, let reason) = error else { throw error }
      throw .damaged(path, reason: reason)
    }
  }

  private func load(_ access: Image.Access, pages: Int) throws(ImagingError) -> Picture {
    var arguments: [String: Argument] = [
      "access": .choice(access == .sequential ? VIPS_ACCESS_SEQUENTIAL : VIPS_ACCESS_RANDOM),
      "fail-on": .choice(VIPS_FAIL_ON_ERROR),
    ]
    guard let probe = vips_operation_new(operation) else {
      throw .failed(operation: operation, reason: Libvips.takeError())
    }
    if fovea_has_property(probe, "n") != 0 { arguments["n"] = .int(pages) }
    fovea_unref(probe)
    guard readsStream else {
      arguments["filename"] = .path(path)
      return try Picture.made(by: operation, arguments)
    }
    let call = arguments
    return try Loader.withSource(path) { (source) throws(ImagingError) in
      try Picture.made(by: operation, call.merging(["source": .object(source)]) { $1 })
    }
  }

  private static func withSource<Result>(
    _ path: FilePath, _ body: (UnsafeMutablePointer<VipsSource>) throws(ImagingError) -> Result
  ) throws(ImagingError) -> Result {
    guard let source = path.withPlatformString({ vips_source_new_from_file($0) }) else {
      throw .unreadable(path, reason: Libvips.takeError())
    }
    defer { fovea_unref(source) }
    return try body(source)
  }
}

extension FilePath {
  /// Whether the file begins as `.npy` files do; throws what keeps it from being read at all.
  func startsAsNpy() throws(ImagingError) -> Bool {
    do {
      // Without blocking: a pipe nobody writes to is an empty file here, not a wait.
      let file = try FileDescriptor.open(self, .readOnly, options: [.nonBlocking, .closeOnExec])
      defer { try? file.close() }
      let magic = Array("\u{93}NUMPY".unicodeScalars.map { UInt8($0.value) })
      var bytes = [UInt8](repeating: 0, count: magic.count)
      let count = try bytes.withUnsafeMutableBytes { try file.read(into: $0) }
      guard count > 0 else { throw ImagingError.empty(self) }
      return bytes == magic
    } catch let error as ImagingError {
      throw error
    } catch let error as Errno {
      throw ImagingError(reading: self, error)
    } catch {
      throw .unreadable(self, reason: "\(error)")
    }
  }

  /// The path as libvips' functions for names take it: they read a trailing `[...]` as options.
  fileprivate var asLibvipsName: FilePath {
    var name = self
    guard let last = name.lastComponent, last.string.hasSuffix("]") else { return self }
    name.removeLastComponent()
    return name.appending(last.string + "[]")
  }
}

extension ImagingError {
  fileprivate init(reading path: FilePath, _ error: Errno) {
    switch error {
    case .noSuchFileOrDirectory, .notDirectory: self = .missing(path)
    case .isDirectory: self = .isFolder(path)
    case .permissionDenied, .notPermitted: self = .noPermission(path)
    default: self = .unreadable(path, reason: error.description)
    }
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
      throw .damaged(path, reason: reason)
    }
  }
}
