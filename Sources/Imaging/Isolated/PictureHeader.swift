import CVips

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A picture's size, type and metadata as a decoder in another process tells them.
struct PictureHeader {
  var width: Int
  var height: Int
  var bands: Int
  var format: VipsBandFormat
  var interpretation: VipsInterpretation
  var resolution: (x: Double, y: Double)
  var fields: [(name: String, value: Value)]

  enum Value {
    case int(Int)
    case double(Double)
    case text([UInt8])
    case blob([UInt8])
    case ints([Int])
    case doubles([Double])
  }

  /// The longest that is accepted: profiles and EXIF data are at most 16 MB each.
  static let longest = 128 << 20

  var rowBytes: Int { width * bands * Int(vips_format_sizeof(format)) }

  // MARK: Of a picture

  init(_ picture: Picture) {
    let image = picture.image
    width = picture.width
    height = picture.height
    bands = picture.bands
    format = picture.format
    interpretation = picture.interpretation
    resolution = (vips_image_get_xres(image), vips_image_get_yres(image))
    fields = PictureHeader.fieldNames(of: image).compactMap { name in
      PictureHeader.value(name, picture).map { (name: name, value: $0) }
    }
  }

  /// The fields of an image that have no place of their own here.
  private static func fieldNames(of image: UnsafeMutablePointer<VipsImage>) -> [String] {
    guard let names = vips_image_get_fields(image) else { return [] }
    defer { g_strfreev(names) }
    var found: [String] = []
    var place = 0
    while let name = names[place] {
      found.append(String(cString: name))
      place += 1
    }
    return found.filter { !ownPlaces.contains($0) }
  }

  /// What has a place of its own here, and what says how this very picture is read.
  private static let ownPlaces: Set<String> = [
    "width", "height", "bands", "format", "coding", "interpretation", "xoffset", "yoffset", "xres", "yres",
    "filename", VIPS_META_SEQUENTIAL, VIPS_META_CONCURRENCY,
  ]

  private static func value(_ name: String, _ picture: Picture) -> Value? {
    let image = picture.image
    let type = vips_image_get_typeof(image, name)
    if type == fovea_type_int() {
      var number: Int32 = 0
      return vips_image_get_int(image, name, &number) == 0 ? .int(Int(number)) : nil
    }
    if type == fovea_type_double() {
      var number = 0.0
      return vips_image_get_double(image, name, &number) == 0 ? .double(number) : nil
    }
    if type == fovea_type_string() || type == vips_ref_string_get_type() {
      var text: UnsafePointer<CChar>?
      guard vips_image_get_string(image, name, &text) == 0, let text else { return nil }
      return .text(Array(UnsafeRawBufferPointer(start: text, count: strlen(text))))
    }
    if type == vips_blob_get_type() { return picture.blob(name).map(Value.blob) }
    if type == vips_array_int_get_type() {
      var numbers: UnsafeMutablePointer<Int32>?
      var count: Int32 = 0
      guard vips_image_get_array_int(image, name, &numbers, &count) == 0, let numbers else { return nil }
      return .ints((0..<Int(count)).map { Int(numbers[$0]) })
    }
    if type == vips_array_double_get_type() {
      var numbers: UnsafeMutablePointer<Double>?
      var count: Int32 = 0
      guard vips_image_get_array_double(image, name, &numbers, &count) == 0, let numbers else { return nil }
      return .doubles((0..<Int(count)).map { numbers[$0] })
    }
    return nil
  }

  // MARK: As bytes

  var bytes: [UInt8] {
    var writer = WireWriter()
    for number in [width, height, bands, Int(format.rawValue), Int(interpretation.rawValue)] {
      writer.write(number)
    }
    writer.write(resolution.x)
    writer.write(resolution.y)
    writer.write(fields.count)
    for (name, value) in fields {
      writer.write(Array(name.utf8))
      switch value {
      case .int(let number):
        writer.write(0)
        writer.write(number)
      case .double(let number):
        writer.write(1)
        writer.write(number)
      case .text(let bytes):
        writer.write(2)
        writer.write(bytes)
      case .blob(let bytes):
        writer.write(3)
        writer.write(bytes)
      case .ints(let numbers):
        writer.write(4)
        writer.write(numbers.count)
        for number in numbers { writer.write(number) }
      case .doubles(let numbers):
        writer.write(5)
        writer.write(numbers.count)
        for number in numbers { writer.write(number) }
      }
    }
    return writer.bytes
  }

  /// `nil` when the bytes describe no picture of at most so many pixels: the decoder may have been taken over.
  init?(bytes: [UInt8], maximumPixels: Int) {
    var reader = WireReader(bytes)
    guard let width = reader.number(), let height = reader.number(), let bands = reader.number(),
      let format = reader.number(), let interpretation = reader.number(), let x = reader.real(),
      let y = reader.real(), let count = reader.number(), (1...10_000_000).contains(width),
      (1...10_000_000).contains(height), width * height <= maximumPixels, (1...64).contains(bands),
      (0...9).contains(format), (-1...30).contains(interpretation), (0...100_000).contains(count)
    else { return nil }
    self.width = width
    self.height = height
    self.bands = bands
    self.format = VipsBandFormat(rawValue: numericCast(format))
    self.interpretation = VipsInterpretation(rawValue: numericCast(interpretation))
    resolution = (x.isFinite && x > 0 ? x : 1, y.isFinite && y > 0 ? y : 1)
    fields = []
    for _ in 0..<count {
      guard let name = reader.text(), let kind = reader.number() else { return nil }
      let value: Value?
      switch kind {
      case 0: value = reader.number().flatMap { Int(exactly: Int32(truncatingIfNeeded: $0)) }.map(Value.int)
      case 1: value = reader.real().map(Value.double)
      case 2: value = reader.block().map(Value.text)
      case 3: value = reader.block().map(Value.blob)
      case 4, 5:
        guard let length = reader.number(), (0...10_000_000).contains(length) else { return nil }
        var ints: [Int] = []
        var doubles: [Double] = []
        for _ in 0..<length {
          if kind == 4 {
            guard let number = reader.number() else { return nil }
            ints.append(number)
          } else {
            guard let number = reader.real() else { return nil }
            doubles.append(number)
          }
        }
        value = kind == 4 ? .ints(ints) : .doubles(doubles)
      default: value = nil
      }
      guard let value else { return nil }
      fields.append((name, value))
    }
    guard reader.isAtEnd else { return nil }
    let pages = fields.first { $0.name == "page-height" }
    if case .int(let pageHeight)? = pages?.value, pageHeight < 1 || height % pageHeight != 0 { return nil }
  }

  /// A picture with this header whose pixels `stream` brings.
  func picture(_ stream: PixelStream?) throws(ImagingError) -> Picture {
    guard let image = vips_image_new() else {
      throw .failed(operation: "reading pixels", reason: Libvips.takeError())
    }
    let base = Picture(owning: image)
    vips_image_init_fields(
      image, Int32(width), Int32(height), Int32(bands), format, VIPS_CODING_NONE, interpretation,
      resolution.x, resolution.y)
    var none: [UnsafeMutablePointer<VipsImage>?] = [nil]
    vips_image_pipeline_array(image, VIPS_DEMAND_STYLE_THINSTRIP, &none)
    // libvips unpacks EXIF data when it is set, the orientation it was shot in too: what the header says comes after.
    for (name, value) in fields { if case .blob = value { set(name, value, on: image) } }
    removeFields(from: image, besides: Set(fields.map(\.name)))
    for (name, value) in fields { if case .blob = value {} else { set(name, value, on: image) } }
    let shape = GeneratedShape(
      width: width, height: height, pageHeight: nil, format: format, hint: VIPS_DEMAND_STYLE_THINSTRIP)
    let rows = try base.generating(shape) { _ in stream.map(StreamedRows.init) }
    return try rows.applying("sequential", ["tile-height": .int(16)])
  }

  private func removeFields(from image: UnsafeMutablePointer<VipsImage>, besides kept: Set<String>) {
    for name in PictureHeader.fieldNames(of: image) where !kept.contains(name) {
      vips_image_remove(image, name)
    }
  }

  private func set(_ name: String, _ value: Value, on image: UnsafeMutablePointer<VipsImage>) {
    switch value {
    case .int(let number): vips_image_set_int(image, name, Int32(truncatingIfNeeded: number))
    case .double(let number): vips_image_set_double(image, name, number)
    case .text(let bytes):
      (bytes.filter { $0 != 0 } + [0]).withUnsafeBufferPointer { text in
        text.withMemoryRebound(to: CChar.self) { vips_image_set_string(image, name, $0.baseAddress) }
      }
    case .blob(let bytes): vips_image_set_blob_copy(image, name, bytes, bytes.count)
    case .ints(let numbers):
      vips_image_set_array_int(
        image, name, numbers.map { Int32(truncatingIfNeeded: $0) }, Int32(numbers.count))
    case .doubles(let numbers): vips_image_set_array_double(image, name, numbers, Int32(numbers.count))
    }
  }
}
