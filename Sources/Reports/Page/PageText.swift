import Foundation
import Mustache
import Visualization

// Everything that comes from outside goes into a page through markupText or one of these doors.

/// The door of the templates' `{{name}}`: as ``Visualization/markupText(_:)``, by code points.
///
/// A quote followed by a combining mark is one character to Swift and still a quote to a browser.
struct HTMLByCodePoint: MustacheContentType {
  func escapeText(_ text: String) -> String { markupText(text) }
}

/// A relative address of these bytes, whatever they are: all but letters, digits, `-`, `_`, `.`, `~` and `/` as `%XX`.
///
/// It begins with `./`, so that no browser takes a part of it for a scheme or a host.
package func relativeAddress(_ bytes: some Sequence<UInt8>) -> String {
  let digits = Array("0123456789ABCDEF")
  var address = "./"
  for byte in bytes {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
      UInt8(ascii: "~"), UInt8(ascii: "/"):
      address.unicodeScalars.append(Unicode.Scalar(byte))
    default:
      address.append("%")
      address.append(digits[Int(byte >> 4)])
      address.append(digits[Int(byte & 15)])
    }
  }
  return address
}

/// A value as a script may hold it: JSON in which no character can end the script or begin a comment.
package func scriptJSON(_ value: some Encodable) throws -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  let json = String(decoding: try encoder.encode(value), as: UTF8.self)
  var safe = String.UnicodeScalarView()
  for scalar in json.unicodeScalars {
    switch scalar {
    case "<", ">", "&", "\u{2028}", "\u{2029}":
      let code = String(scalar.value, radix: 16, uppercase: true)
      safe.append(
        contentsOf: ("\\u" + String(repeating: "0", count: 4 - code.count) + code).unicodeScalars)
    default: safe.append(scalar)
    }
  }
  return String(safe)
}
