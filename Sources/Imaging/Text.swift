import CVips

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// How much of each pixel a drawn text covers, row by row: 0 nothing, 255 all of it.
public struct TextMask: Sendable, Hashable {
  /// The coverage, `height` rows of `width`.
  public let pixels: [UInt8]
  public let height: Int
  public let width: Int
}

extension Image {
  /// Draws text and returns its coverage, cropped to the ink.
  ///
  /// `size` is the em in pixels; capitals are about 0.7 of it. Lines are split at newlines only; markup characters are
  /// drawn as they are.
  ///
  /// `font` is a family as fontconfig knows it. Throws ``ImagingError/noFont`` where none is installed. A text without
  /// ink is a mask of 0x0.
  public static func text(_ text: String, size: Double, font: String = "sans") throws(ImagingError)
    -> TextMask
  {
    try Libvips.start()
    guard Fonts.areInstalled else { throw .noFont }
    let ink = String(text.unicodeScalars.map { $0.isDrawn ? Character($0) : "\u{FFFD}" })
    guard ink.contains(where: { !$0.isWhitespace }) else { return TextMask(pixels: [], height: 0, width: 0) }
    return try Libvips.attempting { () throws(ImagingError) in
      // At 72 dots an inch a point is a pixel.
      let drawn = try Picture.made(
        by: "text",
        [
          "text": .string(ink.escapingMarkup), "font": .string("\(font) \(size)"), "dpi": .int(72),
        ])
      var count = 0
      guard let memory = vips_image_write_to_memory(drawn.image, &count) else {
        throw .failed(operation: "drawing text", reason: Libvips.takeError())
      }
      defer { g_free(memory) }
      let pixels = [UInt8](UnsafeRawBufferPointer(start: memory, count: count))
      return TextMask(pixels: pixels, height: drawn.height, width: drawn.width)
    }
  }
}

private enum Fonts {
  /// Asks fontconfig, which libvips' text stands on: without a font, Pango ends the process instead of failing.
  ///
  /// fontconfig comes into the process with libvips and is looked up there; where it did not come (macOS draws with
  /// its own fonts), there is nothing to ask.
  static let areInstalled: Bool = {
    typealias Start = @convention(c) () -> CInt
    typealias GetFonts = @convention(c) (UnsafeMutableRawPointer?, CInt) -> UnsafePointer<CInt>?
    guard let process = dlopen(nil, RTLD_LAZY), let start = dlsym(process, "FcInit"),
      let getFonts = dlsym(process, "FcConfigGetFonts")
    else { return true }
    guard unsafeBitCast(start, to: Start.self)() != 0 else { return false }
    // FcFontSet begins with the number of fonts; set 0 is the system's.
    return unsafeBitCast(getFonts, to: GetFonts.self)(nil, 0).map { $0.pointee > 0 } ?? false
  }()
}

extension Unicode.Scalar {
  /// XML, which Pango reads markup as, has no control characters but tab and newline.
  fileprivate var isDrawn: Bool {
    value >= 0x20 && value != 0xFFFE && value != 0xFFFF || value == 9 || value == 10
  }
}

extension String {
  fileprivate var escapingMarkup: String {
    replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
  }
}
