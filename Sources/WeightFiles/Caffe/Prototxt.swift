/// Parses protobuf's text format, as far as Caffe's `.prototxt` files use it.
///
/// `name: value`, `name { ... }`, `name: { ... }`, lists in brackets, `#` comments, texts in either quote.
struct Prototxt {
  private let bytes: [UInt8]
  private var position = 0
  private var line = 1
  private static let deepest = 32
  private static let mostFields = 2_000_000
  private var fieldsLeft = mostFields

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  struct Failure: Error { let line: Int, problem: String }

  static func message(_ bytes: [UInt8]) throws(Failure) -> CaffeMessage {
    var parser = Prototxt(bytes)
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { parser.position = 3 }
    return try parser.message(depth: 0)
  }

  private func wrong(_ problem: String) -> Failure { Failure(line: line, problem: problem) }

  private mutating func skipSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x0A:
        line += 1
        position += 1
      case 0x20, 0x09, 0x0D: position += 1
      case UInt8(ascii: "#"): while position < bytes.count, bytes[position] != 0x0A { position += 1 }
      default: return
      }
    }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "+"),
      UInt8(ascii: "-"):
      true
    default: false
    }
  }

  private mutating func word() throws(Failure) -> String {
    skipSpace()
    let start = position
    while position < bytes.count, Self.isWord(bytes[position]) { position += 1 }
    guard position > start else {
      throw wrong(
        position < bytes.count
          ? "expected a name or a value, found '\(String(decoding: bytes[position...position], as: UTF8.self))'"
          : "it ends where a name or a value should stand")
    }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private mutating func message(depth: Int) throws(Failure) -> CaffeMessage {
    guard depth < Self.deepest else { throw wrong("messages nested more than \(Self.deepest) deep") }
    var message = CaffeMessage()
    while true {
      skipSpace()
      if position == bytes.count {
        guard depth == 0 else { throw wrong("a '}' is missing at the end") }
        return message
      }
      if take("}") {
        guard depth > 0 else { throw wrong("a '}' too many") }
        return message
      }
      let name = try word()
      guard fieldsLeft > 0 else { throw wrong("more than \(Self.mostFields) fields") }
      fieldsLeft -= 1
      let hasColon = take(":")
      if take("{") {
        message.fields.append((name, .message(try self.message(depth: depth + 1))))
      } else if hasColon, take("[") {
        while !take("]") {
          message.fields.append((name, try value(depth: depth)))
          _ = take(",")
        }
      } else {
        guard hasColon else { throw wrong("expected ':' or '{' after '\(name)'") }
        message.fields.append((name, try value(depth: depth)))
      }
      if !take(",") { _ = take(";") }
    }
  }

  private mutating func value(depth: Int) throws(Failure) -> CaffeMessage.Value {
    skipSpace()
    guard position < bytes.count else { throw wrong("it ends where a value should stand") }
    let first = bytes[position]
    if first == UInt8(ascii: "\"") || first == UInt8(ascii: "'") { return .text(try quoted(first)) }
    if take("{") { return .message(try message(depth: depth + 1)) }
    let word = try word()
    if let number = Double(word) ?? Double(word.hasSuffix("f") ? String(word.dropLast()) : "") {
      return .number(number)
    }
    if word.hasPrefix("0x"), let number = UInt64(word.dropFirst(2), radix: 16) {
      return .number(Double(number))
    }
    return .word(word)
  }

  private mutating func quoted(_ quote: UInt8) throws(Failure) -> String {
    position += 1
    var text: [UInt8] = []
    while position < bytes.count, bytes[position] != quote, bytes[position] != 0x0A {
      if bytes[position] == UInt8(ascii: "\\"), position + 1 < bytes.count {
        position += 1
        switch bytes[position] {
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "t"): text.append(0x09)
        default: text.append(bytes[position])
        }
      } else {
        text.append(bytes[position])
      }
      position += 1
    }
    guard position < bytes.count, bytes[position] == quote else { throw wrong("a text is not closed") }
    position += 1
    return String(decoding: text, as: UTF8.self)
  }
}
