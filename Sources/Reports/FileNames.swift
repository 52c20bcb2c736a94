// What files of a network's layers are called.

/// A layer's or model's name as part of a file name: bytes outside `[A-Za-z0-9._-]` become `_`, and of very long names the
/// first 120 are taken.
package func fileName(_ name: String) -> String {
  String(
    decoding: name.utf8.prefix(120).map { byte in
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
        byte
      default: UInt8(ascii: "_")
      }
    }, as: UTF8.self)
}

/// `007_conv1`: the layer's place in the order of execution, which also tells apart names that become one, and its name.
package func fileStem(layer name: String, at index: Int) -> String {
  let digits = "\(index)"
  return String(repeating: "0", count: max(0, 3 - digits.count)) + digits + "_" + fileName(name)
}
