/// Which of the messages without a signature a file is, told from its outermost fields.
enum ProtobufSignature {
  case onnx, caffe, meanImage, text

  /// `nil` for anything else.
  init?(_ bytes: UnsafeRawBufferPointer) {
    if Self.isPrototxt(bytes) {
      self = .text
      return
    }
    guard let kind = Self.binary(bytes) else { return nil }
    self = kind
  }

  private static func binary(_ bytes: UnsafeRawBufferPointer) -> ProtobufSignature? {
    var reader = ProtobufReader(bytes, in: 0..<bytes.count)
    var (version, graph, layers, blob, name) = (false, false, false, 0, false)
    var fields = 0
    // A file that is cut off is still known by what it begins with.
    while fields < 64, let field = try? reader.next() {
      fields += 1
      switch (field.number, field.value) {
      case (1, .varint(let number)):
        if number < 1 << 10 { version = true }
        if fields == 1 { blob += 1 }
      case (1, .bytes(let range)):
        name = fields == 1 && range.count < 1 << 12 && bytes[range].allSatisfy { $0 >= 0x20 && $0 != 0x7F }
        if !name { return nil }
      case (7, .bytes(let range)):
        if version, fields > 1, !isShape(bytes, range) { graph = true } else { blob += 1 }
      case (2, .bytes), (100, .bytes): layers = true
      case (2...4, .varint): blob += 1
      case (5, _), (6, _), (8, _): blob += 1
      case (3, .bytes), (14, .bytes): break
      default: if field.number > 200 { return nil }
      }
      if name && layers { return .caffe }
      if graph { return .onnx }
    }
    if name, fields > 0 { return .caffe }
    if layers && !version { return .caffe }
    if version, startsAsOnnx(bytes) { return .onnx }
    return blob >= 2 ? .meanImage : nil
  }

  /// `BlobShape` rather than a graph: nothing but a short field 1.
  private static func isShape(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Bool {
    range.count < 64 && range.count > 1 && bytes[range.lowerBound] & 0xF8 == 0x08
      && (bytes[range.lowerBound] == 0x08 || Int(bytes[range.lowerBound + 1]) == range.count - 2)
  }

  /// A small version, then a text, an operator set or a graph.
  private static func startsAsOnnx(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.count >= 3 && bytes[0] == 0x08 && bytes[1] > 0 && bytes[1] < 0x20
      && [0x12, 0x1A, 0x22, 0x28, 0x32, 0x3A, 0x42].contains(bytes[2])
  }

  /// Text, and in it a word that opens every description of a network: `name:`, `layer {`, `input:`.
  private static func isPrototxt(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var rest = bytes.prefix(1 << 16)
    if rest.starts(with: [0xEF, 0xBB, 0xBF]) { rest = rest.dropFirst(3) }
    while let first = rest.first {
      if [0x20, 0x09, 0x0A, 0x0D].contains(first) {
        rest = rest.dropFirst()
      } else if first == UInt8(ascii: "#") {
        rest = rest.drop { $0 != 0x0A }
      } else {
        break
      }
    }
    let words = [
      "name", "layer", "layers", "input", "input_dim", "input_shape", "force_backward", "state", "debug_info",
    ]
    let word = String(
      decoding: rest.prefix { $0 == UInt8(ascii: "_") || (0x61...0x7A).contains($0) }, as: UTF8.self)
    guard words.contains(word) else { return false }
    let after = rest.dropFirst(word.utf8.count).drop { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
      .first
    return after == UInt8(ascii: ":") || after == UInt8(ascii: "{")
  }
}
