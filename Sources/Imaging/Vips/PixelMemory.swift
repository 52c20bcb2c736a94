import CVips
import Synchronization

/// The pixels of a picture in memory of their own, without gaps between rows.
///
/// - Important: `@unchecked Sendable` holds because the memory is only read once it is shared.
final class PixelMemory: @unchecked Sendable {
  let base: UnsafeMutableRawPointer

  /// Memory that holds nothing in particular.
  init(count: Int) { base = .allocate(byteCount: max(1, count), alignment: 64) }

  deinit { base.deallocate() }
}

extension Picture {
  /// The most bytes of pixels that are decoded at once; larger pictures pass by row by row.
  static let mostBytesAtOnce = 16 << 20

  /// This picture with its pixels decoded into memory, all of them when the first is asked for.
  ///
  /// `decode` makes them; where it cannot, libvips does, whose errors are the picture's. They may be read in any order.
  func decodedAtOnce(
    by decode: @escaping @Sendable (Picture) -> PixelMemory?
  ) throws(ImagingError) -> Picture {
    let pixels = PixelsAtOnce(of: self, decode)
    let shape = GeneratedShape(
      width: width, height: height, pageHeight: nil, format: format, hint: VIPS_DEMAND_STYLE_THINSTRIP)
    let picture = try generating(shape) { _ in PixelsInMemory(pixels) }
    vips_image_remove(picture.image, VIPS_META_SEQUENTIAL)
    return Picture(
      owning: fovea_ref(picture.image).assumingMemoryBound(to: VipsImage.self), pixels: pixels)
  }
}

/// Pixels that are made once, by whichever thread comes first.
final class PixelsAtOnce: Sendable {
  let rowBytes: Int
  let pixelBytes: Int
  private let picture: Picture
  private let decode: @Sendable (Picture) -> PixelMemory?
  private let made = Mutex<PixelMemory??>(nil)

  fileprivate init(of picture: Picture, _ decode: @escaping @Sendable (Picture) -> PixelMemory?) {
    self.picture = picture
    self.decode = decode
    pixelBytes = picture.bands * Int(vips_format_sizeof(picture.format))
    rowBytes = picture.width * pixelBytes
  }

  /// `nil` when they cannot be made; the reason is then in libvips' buffer.
  var memory: PixelMemory? {
    made.withLock { made in
      if let made { return made }
      let memory = decode(picture) ?? picture.readRows()
      DecoderWatch.step()
      made = .some(memory)
      return memory
    }
  }
}

extension Picture {
  /// All rows as libvips makes them, from top to bottom.
  fileprivate func readRows() -> PixelMemory? {
    let memory = PixelMemory(count: byteCount)
    guard let source = SourceRegion(of: self) else { return nil }
    let rowBytes = byteCount / height
    for top in stride(from: 0, to: height, by: 64) {
      let rows = top...min(top + 64, height) - 1
      guard source.prepare(rows: rows, columns: 0...width - 1) else { return nil }
      for row in rows {
        guard let line = source.address(row: row, column: 0) else { return nil }
        (memory.base + row * rowBytes).copyMemory(from: line, byteCount: rowBytes)
      }
      DecoderWatch.step()
    }
    return memory
  }
}

/// Hands out pixels that are in memory.
private final class PixelsInMemory: RegionMaker {
  private let pixels: PixelsAtOnce

  init(_ pixels: PixelsAtOnce) { self.pixels = pixels }

  func make(_ target: UnsafeMutablePointer<VipsRegion>) -> Bool {
    guard let memory = pixels.memory else { return false }
    let valid = target.pointee.valid
    let start = memory.base + Int(valid.left) * pixels.pixelBytes
    for row in valid.top..<valid.top + valid.height {
      guard let line = fovea_region_address(target, valid.left, row) else { return false }
      line.copyMemory(
        from: start + Int(row) * pixels.rowBytes, byteCount: Int(valid.width) * pixels.pixelBytes)
    }
    return true
  }
}
