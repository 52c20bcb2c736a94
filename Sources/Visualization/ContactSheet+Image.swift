public import Imaging
public import SystemPackage

extension ContactSheet {
  /// The sheet as a picture: RGB, 8 bits.
  public func image() throws(ImagingError) -> Image {
    try Image(pixels: pixels, height: height, width: width, channels: 3)
  }

  /// Writes the sheet as the picture that the path's suffix names, whole or not at all.
  ///
  /// A PNG carries ``parameters`` in text chunks, each under its name after `fovea:`. Throws ``ImagingError``.
  public func write(to path: FilePath) throws(ImagingError) {
    let text = parameters.sorted { $0.key < $1.key }.map {
      WriteOptions.TextEntry("fovea:" + $0.key, $0.value)
    }
    guard path.extension?.lowercased() == "png" else {
      return try image().write(to: path, options: WriteOptions(text: text))
    }
    // Level 3 takes a third of the time of 6 for a tenth more bytes, except where squares are large: there 6 costs little,
    // and saves a quarter.
    try PngEncoder(compression: enlargement < 4 ? 3 : 6, text: text, isPhotographic: isPhotographic)
      .write(rgb: pixels, width: width, height: height, to: path)
  }

  public func write(to path: String) throws(ImagingError) { try write(to: FilePath(path)) }
}

extension Typesetter {
  /// Type from the system's fonts; none where there are none.
  package static let system = Typesetter { text, size in
    // A sheet without type is said by `lacksText`; why there is none does not change what is drawn.
    guard let mask = try? Image.text(text, size: Double(size)) else { return nil }
    return LineMask(width: mask.width, height: mask.height, coverage: mask.pixels)
  }
}
