import CVips

/// The owner of one reference to a `VipsImage`: a step of a pipeline, not pixels.
///
/// - Important: `@unchecked Sendable` holds because a `VipsImage` is not changed after the call that made it has
///   returned, its reference count is atomic, and libvips lets any number of threads read from one image.
final class Picture: @unchecked Sendable {
  let image: UnsafeMutablePointer<VipsImage>
  /// The pixels, where they are in memory once the first has been asked for.
  let pixels: PixelsAtOnce?

  /// Takes over the caller's reference.
  init(owning image: UnsafeMutablePointer<VipsImage>, pixels: PixelsAtOnce? = nil) {
    self.image = image
    self.pixels = pixels
  }

  deinit { fovea_unref(image) }

  var width: Int { Int(vips_image_get_width(image)) }
  var height: Int { Int(vips_image_get_height(image)) }
  var bands: Int { Int(vips_image_get_bands(image)) }
  var format: VipsBandFormat { vips_image_get_format(image) }
  var interpretation: VipsInterpretation { vips_image_get_interpretation(image) }
  var hasAlpha: Bool { vips_image_hasalpha(image) != 0 }
  var pageHeight: Int { Int(vips_image_get_page_height(image)) }

  /// Whether the metadata has an entry of this name.
  func has(_ field: String) -> Bool { vips_image_get_typeof(image, field) != 0 }

  /// The bytes of a blob in the metadata, such as the ICC profile.
  func blob(_ field: String) -> [UInt8]? {
    guard has(field) else { return nil }
    var data: UnsafeRawPointer?
    var count = 0
    guard vips_image_get_blob(image, field, &data, &count) == 0, let data else {
      _ = Libvips.takeError()
      return nil
    }
    return [UInt8](UnsafeRawBufferPointer(start: data, count: count))
  }

  /// A copy of the header over the same pixels, changed by `change`.
  func withHeader(_ change: (UnsafeMutablePointer<VipsImage>) -> Void) throws(ImagingError) -> Picture {
    let copy = try applying("copy")
    change(copy.image)
    return copy
  }

  /// Keeps `object` alive as long as anything refers to this image, in this process' Swift or inside libvips.
  func keepAlive(_ object: AnyObject, as name: String) {
    let retained = Unmanaged.passRetained(object).toOpaque()
    fovea_attach(image, name, retained) { pointer in
      if let pointer { Unmanaged<AnyObject>.fromOpaque(pointer).release() }
    }
  }
}
