import Batch
import Fovea
import SystemPackage

extension InputOptions {
  /// The inputs of a command that works on pictures.
  func pictures() throws -> InputList { try list(isMine: looksLikePicture) }
}

/// Whether a file met in a folder is a picture by its suffix or by its first bytes.
@Sendable func looksLikePicture(_ path: FilePath) -> Bool {
  pictureSuffixes.contains(path.suffix) || firstBytes(of: path).map(beginsPicture) ?? false
}

/// What cameras, scanners and programs call pictures; drawings and documents (SVG, PDF) only count when they are named.
private let pictureSuffixes: Set<String> = Set(PictureFormat.allCases.flatMap(\.suffixes)).union([
  "bmp", "dib", "exr", "hdr", "heics", "j2k", "jp2", "jxl", "pbm", "pfm", "pgm", "png", "pnm", "ppm", "tga",
])

private func beginsPicture(_ bytes: [UInt8]) -> Bool {
  func has(_ text: String, at offset: Int = 0) -> Bool {
    bytes.dropFirst(offset).starts(with: text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) })
  }
  // JPEG, PNG, GIF, TIFF of either byte order and BigTIFF, WebP, the HEIF family, JPEG XL, JPEG 2000, arrays.
  return has("\u{FF}\u{D8}\u{FF}") || has("\u{89}PNG\r\n\u{1A}\n") || has("GIF8")
    || has("II*\0") || has("MM\0*") || has("II+\0") || has("MM\0+")
    || (has("RIFF") && has("WEBP", at: 8))
    || (has("ftyp", at: 4) && ["heic", "heix", "mif1", "msf1", "avif", "avis"].contains { has($0, at: 8) })
    || has("\u{FF}\u{0A}") || has("\0\0\0\u{0C}JXL ") || has("\0\0\0\u{0C}jP  ") || has("\u{93}NUMPY")
}

/// Whether the file begins as `.npy` files do.
func beginsAsArray(_ path: FilePath) -> Bool {
  firstBytes(of: path).map { $0.starts(with: [0x93] + Array("NUMPY".utf8)) } ?? false
}

private func firstBytes(of path: FilePath) -> [UInt8]? {
  do {
    let file = try FileDescriptor.open(path, .readOnly, options: [.nonBlocking, .closeOnExec])
    defer { try? file.close() }
    return try [UInt8](unsafeUninitializedCapacity: 16) { buffer, count in
      count = try file.read(into: UnsafeMutableRawBufferPointer(buffer))
    }
  } catch {
    return nil
  }
}
