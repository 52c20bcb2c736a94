import CVips
import TensorCore

/// Makes regions of one picture for one thread at a time: libvips hands it from call to call, never to two at once.
protocol RegionMaker: AnyObject {
  /// Fills the region; false when the source fails, whose reason is then in libvips' buffer.
  func make(_ target: UnsafeMutablePointer<VipsRegion>) -> Bool
}

/// The shape of a picture that is made region by region.
struct GeneratedShape {
  var width: Int
  var height: Int
  /// Rows of one page; `nil` for a picture of one page.
  var pageHeight: Int?
  var format: VipsBandFormat
  /// The regions the makers would rather make; any other may be asked for as well.
  var hint: VipsDemandStyle
}

extension Picture {
  /// A picture with this one's metadata whose regions come from makers, one for each thread that libvips runs.
  func generating(
    _ shape: GeneratedShape, with newMaker: @escaping @Sendable (Picture) -> (any RegionMaker)?
  ) throws(ImagingError) -> Picture {
    let operation = "making regions"
    guard let image = vips_image_new() else {
      throw .failed(operation: operation, reason: Libvips.takeError())
    }
    let picture = Picture(owning: image)
    var inputs: [UnsafeMutablePointer<VipsImage>?] = [self.image, nil]
    guard vips_image_pipeline_array(image, shape.hint, &inputs) == 0 else {
      throw .failed(operation: operation, reason: Libvips.takeError())
    }
    image.pointee.Xsize = Int32(shape.width)
    image.pointee.Ysize = Int32(shape.height)
    image.pointee.BandFmt = shape.format
    if let pageHeight = shape.pageHeight { vips_image_set_int(image, "page-height", Int32(pageHeight)) }
    let source = RegionSource(input: self, newMaker: newMaker)
    // The callbacks get the source unretained; the picture keeps it for as long as they may be called.
    picture.keepAlive(source, as: "fovea-source")
    let status = vips_image_generate(
      image,
      { _, source, _ in
        guard let source else { return nil }
        let shared = Unmanaged<RegionSource>.fromOpaque(source).takeUnretainedValue()
        return shared.newMaker(shared.input).map { Unmanaged.passRetained(Maker($0)).toOpaque() }
      },
      { region, maker, _, _, _ in
        guard let region, let maker else { return -1 }
        return Unmanaged<Maker>.fromOpaque(maker).takeUnretainedValue().maker.make(region) ? 0 : -1
      },
      { maker, _, _ in
        if let maker { Unmanaged<Maker>.fromOpaque(maker).release() }
        return 0
      }, Unmanaged.passUnretained(source).toOpaque(), nil)
    guard status == 0 else { throw .failed(operation: operation, reason: Libvips.takeError()) }
    return picture
  }

  /// Keeps `rows` rows in memory, which neighbouring regions share: a file read from top to bottom cannot go back.
  func holdingRows(_ rows: Int) throws(ImagingError) -> Picture {
    let tileHeight = 16
    return try applying(
      "tilecache",
      [
        "tile-width": .int(width), "tile-height": .int(tileHeight), "max-tiles": .int(rows / tileHeight + 2),
        "access": .choice(VIPS_ACCESS_SEQUENTIAL), "threaded": .bool(true),
      ])
  }

  /// The picture itself when its values are of a known type, otherwise as floats.
  func inKnownType() throws(ImagingError) -> Picture {
    guard PixelType(format) == .other else { return self }
    return try applying("cast", ["format": .choice(VIPS_FORMAT_FLOAT)])
  }
}

/// What libvips' threads share while they make one picture.
private final class RegionSource: Sendable {
  let input: Picture
  let newMaker: @Sendable (Picture) -> (any RegionMaker)?

  init(input: Picture, newMaker: @escaping @Sendable (Picture) -> (any RegionMaker)?) {
    self.input = input
    self.newMaker = newMaker
  }
}

/// A maker as C carries it: one pointer.
private final class Maker {
  let maker: any RegionMaker
  init(_ maker: any RegionMaker) { self.maker = maker }
}

/// A window into a picture's pixels, for one thread.
final class SourceRegion {
  private let region: UnsafeMutablePointer<VipsRegion>
  private let format: VipsBandFormat
  private let bands: Int
  private let pixels: PixelsAtOnce?
  /// What the pixels are read from when they need no region.
  private var memory: PixelMemory?

  init?(of picture: Picture) {
    guard let region = vips_region_new(picture.image) else { return nil }
    self.region = region
    format = picture.format
    bands = picture.bands
    pixels = picture.pixels
  }

  deinit { fovea_unref(region) }

  /// Computes or finds the pixels of these rows and columns; false when the source fails.
  func prepare(rows: ClosedRange<Int>, columns: ClosedRange<Int>) -> Bool {
    if let pixels {
      if memory == nil { memory = pixels.memory }
      return memory != nil
    }
    var rect = VipsRect(
      left: Int32(columns.lowerBound), top: Int32(rows.lowerBound), width: Int32(columns.count),
      height: Int32(rows.count))
    return vips_region_prepare(region, &rect) == 0
  }

  /// Computes or finds the pixels of the target's own rows and columns, in the target; false when the source fails.
  func prepare(into target: UnsafeMutablePointer<VipsRegion>) -> Bool {
    var rect = target.pointee.valid
    return vips_region_prepare_to(region, target, &rect, rect.left, rect.top) == 0
  }

  /// Where a pixel of a prepared row lies.
  func address(row: Int, column: Int) -> UnsafeMutableRawPointer? {
    if let memory, let pixels { return memory.base + row * pixels.rowBytes + column * pixels.pixelBytes }
    return fovea_region_address(region, Int32(column), Int32(row))
  }

  /// Reads `pixels` neighbouring pixels of a prepared row as floats.
  func load(row: Int, column: Int, pixels: Int, into target: UnsafeMutablePointer<Float>) {
    guard let source = address(row: row, column: column) else { return }
    let count = pixels * bands
    switch format {
    case VIPS_FORMAT_UCHAR:
      pixelKernels.floats_of_bytes(source.assumingMemoryBound(to: UInt8.self), target, count)
    case VIPS_FORMAT_USHORT:
      let values = source.assumingMemoryBound(to: UInt16.self)
      for index in 0..<count { target[index] = Float(values[index]) }
    default:
      target.update(from: source.assumingMemoryBound(to: Float.self), count: count)
    }
  }
}

/// Stores floats as a picture's type: rounded half away from zero, clipped; NaN is 0 where integers are stored.
func store(
  _ values: UnsafePointer<Float>, _ count: Int, into target: UnsafeMutableRawPointer,
  as format: VipsBandFormat
) {
  // After the clip nothing is negative: adding a half and cutting off rounds half away from zero.
  switch format {
  case VIPS_FORMAT_UCHAR:
    pixelKernels.bytes_of_floats(values, target.assumingMemoryBound(to: UInt8.self), count)
  case VIPS_FORMAT_USHORT:
    let words = target.assumingMemoryBound(to: UInt16.self)
    for index in 0..<count { words[index] = UInt16(Int32(clipped(values[index], 65535) + 0.5)) }
  default:
    target.assumingMemoryBound(to: Float.self).update(from: values, count: count)
  }
}

/// `value` in `0...limit`; NaN is 0.
@inline(__always) private func clipped(_ value: Float, _ limit: Float) -> Float {
  let positive = value > 0 ? value : 0
  return positive < limit ? positive : limit
}

/// Memory for floats that grows when it must and is used again.
struct ScratchFloats: ~Copyable {
  private var memory: UnsafeMutableBufferPointer<Float> = .init(start: nil, count: 0)

  mutating func room(for count: Int) -> UnsafeMutablePointer<Float> {
    if let base = memory.baseAddress, memory.count >= count { return base }
    memory.deallocate()
    let base = UnsafeMutablePointer<Float>.allocate(capacity: max(1, count))
    memory = UnsafeMutableBufferPointer(start: base, count: max(1, count))
    return base
  }

  deinit { memory.deallocate() }
}
