import CVips

extension Image {
  /// Every `stride`-th pixel of every `stride`-th row of each page, the first ones included.
  package func strided(by stride: Int) throws(ImagingError) -> Image {
    precondition(stride > 0, "a stride of \(stride)")
    guard stride > 1 else { return self }
    return try eachPage { (page) throws(ImagingError) in
      // libvips drops an incomplete last step; here its first pixel counts.
      let (down, across) = (min(stride, page.height), min(stride, page.width))
      let whole = try page.applying(
        "embed",
        [
          "x": .int(0), "y": .int(0), "width": .int((page.width + across - 1) / across * across),
          "height": .int((page.height + down - 1) / down * down), "extend": .choice(VIPS_EXTEND_COPY),
        ])
      return try Picture.made(
        by: "subsample", ["input": .picture(whole), "xfac": .int(across), "yfac": .int(down)])
    }
  }

  /// A picture of 8 bits and one channel whose pages are computed, each as a whole in memory (a byte a pixel of all
  /// pages), and then changed by `change`, which gets the page's bytes row by row, its height and its width.
  ///
  /// Metadata stays, but for a profile of colours. Nothing is computed before pixels are asked for.
  package func rewritten(
    as type: PixelType,
    _ change: @escaping @Sendable (UnsafeMutablePointer<UInt8>, _ height: Int, _ width: Int) -> Void
  ) throws(ImagingError) -> Image {
    precondition(pixelType == .uint8 && channels == 1)
    let pages = pageCount
    let shape = GeneratedShape(
      width: width, height: header.height, pageHeight: pages > 1 ? height : nil, format: type.format,
      hint: VIPS_DEMAND_STYLE_THINSTRIP)
    let (height, width) = (height, width)
    let recipe = recipe
    let needsRandomAccess = needsRandomAccess
    @Sendable func made(over picture: Picture, _ bytes: PixelBytes) throws(ImagingError) -> Picture {
      try picture.generating(shape) { _ in PixelCopier(bytes) }
    }
    return Image(
      header: try made(over: header, PixelBytes(base: nil, count: 0, width: width)),
      recipe: { (access) throws(ImagingError) in
        let picture = try recipe(needsRandomAccess ? .random : access)
        let bytes = try picture.consumed { (picture) throws(ImagingError) in
          var size = 0
          guard let memory = vips_image_write_to_memory(picture.image, &size) else {
            throw .failed(operation: "reading pixels", reason: Libvips.takeError())
          }
          return PixelBytes(base: memory.assumingMemoryBound(to: UInt8.self), count: size, width: width)
        }
        if let base = bytes.base {
          DecoderWatch.besides {
            for page in 0..<pages { change(base + page * height * width, height, width) }
          }
        }
        return try made(over: picture, bytes)
      },
      needsRandomAccess: needsRandomAccess, origin: origin, arrayRank: arrayRank)
  }
}

/// The bytes of a picture of one channel, in memory that libvips allocated.
///
/// - Important: `@unchecked Sendable` holds because the memory is only read once it is shared.
private final class PixelBytes: @unchecked Sendable {
  let base: UnsafeMutablePointer<UInt8>?
  let count: Int
  let width: Int

  init(base: UnsafeMutablePointer<UInt8>?, count: Int, width: Int) {
    self.base = base
    self.count = count
    self.width = width
  }

  deinit { if let base { g_free(base) } }
}

/// Hands out the pixels of a picture that is in memory.
private final class PixelCopier: RegionMaker {
  private let bytes: PixelBytes
  private var line = ScratchFloats()

  init(_ bytes: PixelBytes) { self.bytes = bytes }

  func make(_ target: UnsafeMutablePointer<VipsRegion>) -> Bool {
    let valid = target.pointee.valid
    let (left, width) = (Int(valid.left), Int(valid.width))
    let floats = line.room(for: width)
    for row in Int(valid.top)..<Int(valid.top) + Int(valid.height) {
      let start = row * bytes.width + left
      guard let base = bytes.base, start + width <= bytes.count,
        let address = fovea_region_address(target, Int32(left), Int32(row))
      else { return false }
      for column in 0..<width { floats[column] = Float(base[start + column]) }
      store(floats, width, into: address, as: target.pointee.im.pointee.BandFmt)
    }
    return true
  }
}
