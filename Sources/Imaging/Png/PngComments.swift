import CVips

extension Picture {
  /// The picture without text chunks that no PNG may have; one of them would keep all of it from being written.
  func withoutUnwritableComments() throws(ImagingError) -> Picture {
    guard let fields = vips_image_get_fields(image) else { return self }
    defer { g_strfreev(fields) }
    var unwritable: [UnsafeMutablePointer<CChar>] = []
    var next = fields
    while let field = next.pointee {
      let bytes = UnsafeBufferPointer(start: field, count: strlen(field)).map { UInt8(bitPattern: $0) }
      // The name itself, not a text made of it: its bytes may be in no encoding.
      if let key = pngKey(ofField: bytes), !isPngKey(key) { unwritable.append(field) }
      next += 1
    }
    guard !unwritable.isEmpty else { return self }
    return try withHeader { image in
      for field in unwritable { vips_image_remove(image, field) }
    }
  }
}

/// The key in libvips' name of a text chunk, `png-comment-NUMBER-KEY`; `nil` for other fields.
private func pngKey(ofField field: [UInt8]) -> ArraySlice<UInt8>? {
  let prefix = Array("png-comment-".utf8)
  guard field.starts(with: prefix) else { return nil }
  let number = field.dropFirst(prefix.count).prefix { $0 != UInt8(ascii: "-") }
  return field[min(number.endIndex + 1, field.endIndex)...]
}

/// Whether the PNG specification takes these bytes for a keyword: 1...79 printable letters, spaces only single and
/// inside; of Latin-1 the half that is text in any encoding.
private func isPngKey(_ key: ArraySlice<UInt8>) -> Bool {
  let space = UInt8(ascii: " ")
  guard (1...79).contains(key.count), key.first != space, key.last != space else { return false }
  return key.allSatisfy { (0x20...0x7E).contains($0) }
    && !zip(key, key.dropFirst()).contains { $0 == space && $1 == space }
}
