import SystemPackage

/// The format a file's first bytes announce, of those whose decoders are safe for any file.
enum Signature: String {
  case npy
  case png = "PNG"
  case gif = "GIF"
  case jpeg = "JPEG"
  case tiff = "TIFF"
  case webp = "WebP"

  /// Whether libvips' own decoder is the one to read it, whatever modules there are; slides of microscopes are TIFF files too.
  var isReadWithoutModules: Bool { self != .tiff }

  /// Looks into the file; throws what keeps it from being read at all.
  init?(of path: FilePath) throws(ImagingError) {
    self.init(try path.firstBytes(16))
  }

  private init?(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: Unicode.ASCII.self)
    if bytes.starts(with: [0x93] + Array("NUMPY".utf8)) {
      self = .npy
    } else if bytes.starts(with: [0x89] + Array("PNG\r\n".utf8)) {
      self = .png
    } else if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
      self = .jpeg
    } else if text.hasPrefix("GIF8") {
      self = .gif
    } else if text.hasPrefix("RIFF"), text.dropFirst(8).hasPrefix("WEBP") {
      self = .webp
    } else if Signature.tiffStarts.contains(where: bytes.starts) {
      self = .tiff
    } else {
      return nil
    }
  }

  /// Either byte order, classic and big.
  private static let tiffStarts: [[UInt8]] = [
    [0x49, 0x49, 42, 0], [0x4D, 0x4D, 0, 42], [0x49, 0x49, 43, 0], [0x4D, 0x4D, 0, 43],
  ]
}

extension FilePath {
  /// At most `count` bytes from the start; a file without any is an error like a missing one.
  func firstBytes(_ count: Int) throws(ImagingError) -> [UInt8] {
    do {
      // Without blocking: a pipe nobody writes to is an empty file here, not a wait.
      let file = try FileDescriptor.open(self, .readOnly, options: [.nonBlocking, .closeOnExec])
      defer { try? file.close() }
      var bytes = [UInt8](repeating: 0, count: count)
      let read = try bytes.withUnsafeMutableBytes { try file.read(into: $0) }
      guard read > 0 else { throw ImagingError.empty(self) }
      return Array(bytes.prefix(read))
    } catch let error as ImagingError {
      throw error
    } catch let error as Errno {
      throw ImagingError(reading: self, error)
    } catch {
      throw .unreadable(self, reason: "\(error)")
    }
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
