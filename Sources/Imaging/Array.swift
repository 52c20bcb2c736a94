import CVips
import SystemPackage
public import TensorCore

extension Image {
  /// A picture of floats from `[H, W]` or `[H, W, C]`, rows then columns, values 0...255.
  ///
  /// One channel is grey, two are grey and alpha, three red, green, blue, four with alpha. Written to a format of 8
  /// bits, values are rounded and clipped. The scalars are copied. Throws on a shape that is no picture's.
  public init(tensor: Tensor) throws(ImagingError) {
    try self.init(strip: tensor, pages: nil, hasAlpha: tensor.shape.rank == 3)
  }

  /// A picture from 8-bit values, row by row, `channels` values a pixel.
  public init(pixels: [UInt8], height: Int, width: Int, channels: Int) throws(ImagingError) {
    try Libvips.start()
    guard height > 0, width > 0, channels > 0, pixels.count == height * width * channels,
      let image = pixels.withUnsafeBytes({ bytes in
        vips_image_new_from_memory_copy(
          bytes.baseAddress, bytes.count, Int32(clamping: width), Int32(clamping: height),
          Int32(clamping: channels), VIPS_FORMAT_UCHAR)
      })
    else { throw .invalidSize(width: width, height: height) }
    self.init(
      inMemory: try Picture(owning: image).withHeader {
        $0.pointee.Type = .standard(channels: channels, hasAlpha: true)
      })
  }

  /// The picture in a `.npy` array, never rescaled.
  init(npyAt path: FilePath, options: LoadOptions) throws(ImagingError) {
    let tensor: Tensor
    do throws(TensorFileError) {
      tensor = try Tensor(npy: path)
    } catch {
      throw .damaged(path, reason: "\(error)")
    }
    let shape = tensor.shape
    guard (2...4).contains(shape.rank), shape.count > 0 else {
      throw .notPictureShape(path, shape: shape.dimensions)
    }
    let (pages, height, width) =
      shape.rank == 4 ? (shape[0], shape[1], shape[2]) : (1, shape[0], shape[1])
    guard pages * height * width <= options.maximumPixels else {
      throw .tooLarge(path, width: width, height: height, pages: pages, limit: options.maximumPixels)
    }
    let strip = shape.rank == 4 ? tensor.reshaped([pages * height, width, shape[3]]) : tensor
    var image = try Image(strip: strip, pages: shape.rank == 4 ? pages : nil, hasAlpha: false)
    image.arrayRank = shape.rank
    self = image
  }

  private init(strip: Tensor, pages: Int?, hasAlpha: Bool) throws(ImagingError) {
    try Libvips.start()
    let shape = strip.shape
    guard (2...3).contains(shape.rank), shape.count > 0 else {
      throw .invalidSize(width: shape.rank > 1 ? shape[1] : 0, height: shape.rank > 0 ? shape[0] : 0)
    }
    let channels = shape.rank == 3 ? shape[2] : 1
    // The picture lends the tensor's memory: what stands on it keeps the tensor alive.
    let lender = TensorLoan(strip)
    guard
      let image = strip.withUnsafeScalars({ scalars in
        vips_image_new_from_memory(
          scalars.baseAddress, scalars.count * MemoryLayout<Float>.stride, Int32(clamping: shape[1]),
          Int32(clamping: shape[0]), Int32(clamping: channels), VIPS_FORMAT_FLOAT)
      })
    else { throw .failed(operation: "taking an array as a picture", reason: Libvips.takeError()) }
    let lent = Picture(owning: image)
    lent.keepAlive(lender, as: "fovea-tensor")
    self.init(
      inMemory: try lent.withHeader { image in
        image.pointee.Type = .standard(channels: channels, hasAlpha: hasAlpha)
        if let pages { vips_image_set_int(image, "page-height", Int32(shape[0] / pages)) }
      })
  }

  /// The first page as `[height, width, channels]`: sRGB code values 0...255 for 8 and 16 bits (those divided by 257),
  /// floats as stored.
  ///
  /// An embedded profile other than sRGB is applied. Alpha stays the last channel, see ``withoutAlpha()``. Throws when
  /// the file turns out to be damaged.
  public func tensor() throws(ImagingError) -> Tensor {
    try page(0).inSRGB().scalars(scalingTo255: true)
  }

  /// All pages as `[page, height, width, channels]`, otherwise as ``tensor()``.
  public func pagesTensor() throws(ImagingError) -> Tensor {
    let strip = try inSRGB().scalars(scalingTo255: true)
    return strip.reshaped([pageCount, height, width, strip.shape[2]])
  }

  /// The picture in 32-bit floats, its values those of ``tensor()``; what is done to it then is neither rounded nor
  /// clipped.
  ///
  /// All pages stay, and nothing is decoded yet. Throws when an embedded profile cannot be applied.
  public func inFloats() throws(ImagingError) -> Image {
    guard pixelType != .float32 else { return self }
    return try inSRGB().adding { (picture) throws(ImagingError) in
      guard picture.format == VIPS_FORMAT_USHORT else {
        return try picture.applying("cast", ["format": .choice(VIPS_FORMAT_FLOAT)])
      }
      let (channels, hasAlpha) = (picture.bands, picture.hasAlpha)
      // libvips takes 16-bit colour spaces to end at 65535.
      return try picture.applying("linear", ["a": .doubles([1 / 257.0]), "b": .doubles([0])]).withHeader {
        $0.pointee.Type = .standard(channels: channels, hasAlpha: hasAlpha)
      }
    }
  }

  /// The stored values of all pages as one strip `[pages * height, width, channels]`, in their own range.
  package func storedScalars() throws(ImagingError) -> Tensor { try scalars(scalingTo255: false) }

  private func scalars(scalingTo255: Bool) throws(ImagingError) -> Tensor {
    try namingOrigin { () throws(ImagingError) in
      var picture = try pipeline()
      if scalingTo255 && picture.format == VIPS_FORMAT_USHORT {
        picture = try picture.applying("linear", ["a": .doubles([1 / 257.0]), "b": .doubles([0])])
      }
      if picture.format != VIPS_FORMAT_FLOAT {
        picture = try picture.applying("cast", ["format": .choice(VIPS_FORMAT_FLOAT)])
      }
      return try picture.tensor()
    }
  }

  /// Runs `body`; when libvips fails in it and the pixels come from a file, the file is what is damaged.
  func namingOrigin<Result>(_ body: () throws(ImagingError) -> Result) throws(ImagingError) -> Result {
    do {
      return try Libvips.attempting(body)
    } catch {
      guard case .failed(_, let reason) = error, let origin else { throw error }
      throw .damage(in: origin, reason)
    }
  }
}

extension Picture {
  /// The pixels of a picture of floats, computed into fresh memory, or those it stands on, without a further copy.
  fileprivate func tensor() throws(ImagingError) -> Tensor {
    try consumed { (picture) throws(ImagingError) in
      if let floats = picture.floatsInMemory {
        return Tensor(
          storage: TensorStorage(borrowing: floats, from: picture), shape: [height, width, bands])
      }
      var size = 0
      guard let memory = vips_image_write_to_memory(picture.image, &size) else {
        throw .failed(operation: "reading pixels", reason: Libvips.takeError())
      }
      let floats = UnsafeBufferPointer(
        start: memory.assumingMemoryBound(to: Float.self), count: size / MemoryLayout<Float>.stride)
      return Tensor(
        storage: TensorStorage(borrowing: floats, from: VipsMemory(memory)), shape: [height, width, bands])
    }
  }

  /// The floats of a picture that is in memory, for as long as this one lives.
  private var floatsInMemory: UnsafeBufferPointer<Float>? {
    guard image.pointee.dtype == VIPS_IMAGE_SETBUF, format == VIPS_FORMAT_FLOAT,
      let data = vips_image_get_data(image)
    else { return nil }
    return UnsafeBufferPointer(start: data.assumingMemoryBound(to: Float.self), count: width * height * bands)
  }

  /// Keeps libvips to the threads that parallel loops may use here: one when pictures run in parallel.
  func limitThreads() {
    let threads = Parallelism.threads
    guard threads < Parallelism.processors else { return }
    vips_image_set_int(image, VIPS_META_CONCURRENCY, Int32(threads))
  }
}

extension VipsInterpretation {
  /// What the channels of a plain picture mean, by their number.
  static func standard(channels: Int, hasAlpha: Bool) -> VipsInterpretation {
    switch channels {
    case 1: VIPS_INTERPRETATION_B_W
    case 2 where hasAlpha: VIPS_INTERPRETATION_B_W
    case 3: VIPS_INTERPRETATION_sRGB
    case 4 where hasAlpha: VIPS_INTERPRETATION_sRGB
    default: VIPS_INTERPRETATION_MULTIBAND
    }
  }
}

/// Memory that libvips allocated, freed as libvips asks for.
///
/// - Important: `@unchecked Sendable` holds because the memory is only read after this object is made.
private final class VipsMemory: @unchecked Sendable {
  private let base: UnsafeMutableRawPointer
  init(_ base: UnsafeMutableRawPointer) { self.base = base }
  deinit { g_free(base) }
}

/// Holds the tensor whose memory a picture reads.
private final class TensorLoan: Sendable {
  let tensor: Tensor
  init(_ tensor: Tensor) { self.tensor = tensor }
}
