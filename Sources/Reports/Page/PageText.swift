import Foundation
import Mustache

// Everything that comes from outside goes into a page through one of these three doors.

/// `text` as HTML or SVG shows it, between tags or between quotes of either kind.
///
/// Escaped by code points: a quote followed by a combining mark is one character to Swift and still a quote to a browser.
/// A NUL, which no page can hold, becomes U+FFFD.
package func htmlText(_ text: String) -> String {
  var escaped = String.UnicodeScalarView()
  for scalar in text.unicodeScalars {
    switch scalar {
    case "<": escaped.append(contentsOf: "&lt;".unicodeScalars)
    case ">": escaped.append(contentsOf: "&gt;".unicodeScalars)
    case "&": escaped.append(contentsOf: "&amp;".unicodeScalars)
    case "\"": escaped.append(contentsOf: "&quot;".unicodeScalars)
    case "'": escaped.append(contentsOf: "&#39;".unicodeScalars)
    case "\0": escaped.append("\u{FFFD}")
    default: escaped.append(scalar)
    }
  }
  return String(escaped)
}

/// The same door for the templates' `{{name}}`.
struct HTMLByCodePoint: MustacheContentType {
  func escapeText(_ text: String) -> String { htmlText(text) }
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
