import CVips

extension Image {
  /// Grey by the luma of ITU-R BT.601 on the code values: `0.299 R + 0.587 G + 0.114 B`, as Pillow's `L` and OpenCV.
  ///
  /// 8 and 16 bits stay what they are, rounded; an alpha channel is kept. A grey picture is itself. A profile other
  /// than sRGB is applied first.
  public func grayscale() throws(ImagingError) -> Image {
    let image = try inSRGB()
    guard image.channels >= 3 else { return image }
    return try image.adding { (picture) throws(ImagingError) in try picture.luma() }
  }

  /// The picture with the profile it carries applied: sRGB code values (grey stays grey), the profile gone.
  ///
  /// A picture without a profile is taken for sRGB and comes back as it is.
  public func inSRGB() throws(ImagingError) -> Image {
    guard hasProfile else { return self }
    return try adding { (picture) throws(ImagingError) in
      guard let profile = picture.blob("icc-profile-data") else { return picture }
      var result = picture
      // Decoders that know no profiles take these pixels as they are; so does this one, to the last bit.
      if !isSRGB(profile: profile), picture.format != VIPS_FORMAT_FLOAT {
        result = try picture.throughProfile()
        if picture.bands <= 2 { result = try result.luma() }
      }
      return try result.withHeader { vips_image_remove($0, "icc-profile-data") }
    }
  }

  /// The colour channels alone; what was transparent shows the colour stored under it, as Pillow's `convert("RGB")`.
  public func withoutAlpha() throws(ImagingError) -> Image {
    guard hasAlpha else { return self }
    return try adding { (picture) throws(ImagingError) in
      try picture.applying("extract_band", ["band": .int(0), "n": .int(picture.bands - 1)])
    }
  }

  /// The colour channels laid over an opaque colour (0...255 a channel; one number for all).
  public func flattened(over colour: [Double]) throws(ImagingError) -> Image {
    guard hasAlpha else { return self }
    return try adding { (picture) throws(ImagingError) in
      let scale = picture.format == VIPS_FORMAT_USHORT ? 257.0 : 1
      return try picture.applying("flatten", ["background": .doubles(colour.map { $0 * scale })])
    }
  }

  /// Red, green and blue without alpha, whatever the picture has: grey is repeated.
  public func colour() throws(ImagingError) -> Image {
    let opaque = try inSRGB().withoutAlpha()
    guard opaque.channels == 1 else { return opaque }
    return try opaque.adding { (picture) throws(ImagingError) in
      let colour = try Picture.made(by: "bandjoin", ["in": .pictures([picture, picture, picture])])
      return try colour.withHeader { image in
        image.pointee.Type =
          picture.format == VIPS_FORMAT_USHORT ? VIPS_INTERPRETATION_RGB16 : VIPS_INTERPRETATION_sRGB
      }
    }
  }
}

extension Picture {
  /// Grey from the first three channels; an alpha channel after them is kept.
  fileprivate func luma() throws(ImagingError) -> Picture {
    let weights: [Double] = [0.299, 0.587, 0.114]
    guard let row = vips_image_new_matrix_from_array(3, 1, weights, 3) else {
      throw .failed(operation: "grayscale", reason: Libvips.takeError())
    }
    let colour = try applying("extract_band", ["band": .int(0), "n": .int(3)])
    var grey = try colour.applying("recomb", ["m": .picture(Picture(owning: row))])
    if format != VIPS_FORMAT_FLOAT {
      grey = try grey.applying("linear", ["a": .doubles([1]), "b": .doubles([0.5])])
      grey = try grey.applying("cast", ["format": .choice(format)])
    }
    if hasAlpha {
      let alpha = try applying("extract_band", ["band": .int(bands - 1), "n": .int(1)])
      grey = try Picture.made(by: "bandjoin", ["in": .pictures([grey, alpha])])
    }
    let sixteenBits = format == VIPS_FORMAT_USHORT
    return try grey.withHeader { image in
      image.pointee.Type = sixteenBits ? VIPS_INTERPRETATION_GREY16 : VIPS_INTERPRETATION_B_W
    }
  }

  /// The sRGB picture that the embedded profile makes of this one, 8 or 16 bits as it is.
  fileprivate func throughProfile() throws(ImagingError) -> Picture {
    try applying(
      "icc_transform",
      [
        "output-profile": .string("srgb"), "embedded": .bool(true), "input-profile": .string("cmyk"),
        "depth": .int(format == VIPS_FORMAT_USHORT ? 16 : 8),
      ])
  }

  /// CMYK through its profile, or a common one, and Lab and the like by definition, to sRGB; other pictures as is.
  func inDisplaySpace() throws(ImagingError) -> Picture {
    switch interpretation {
    case VIPS_INTERPRETATION_CMYK: try throughProfile()
    case VIPS_INTERPRETATION_LAB, VIPS_INTERPRETATION_LABQ, VIPS_INTERPRETATION_LABS, VIPS_INTERPRETATION_XYZ,
      VIPS_INTERPRETATION_LCH, VIPS_INTERPRETATION_HSV, VIPS_INTERPRETATION_YXY:
      try applying("colourspace", ["space": .choice(VIPS_INTERPRETATION_sRGB)])
    default: self
    }
  }
}

/// Whether an ICC profile calls itself sRGB, in Latin letters or in UTF-16.
private func isSRGB(profile: [UInt8]) -> Bool {
  let name = Array("sRGB".utf8)
  let wide = name.flatMap { byte -> [UInt8] in [0, byte] }
  return [name, wide].contains { profile.firstRange(of: $0) != nil }
}
