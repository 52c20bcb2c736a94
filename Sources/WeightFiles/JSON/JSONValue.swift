/// A JSON document as a value: what Keras writes of a model and safetensors of its tensors.
///
/// ```swift
/// let config = try JSONValue(parsing: text)
/// config["config"]?["name"]?.text
/// ```
package enum JSONValue: Sendable, Equatable {
  case null
  case truth(Bool)
  case number(Double)
  case text(String)
  case list([JSONValue])
  case object([String: JSONValue])

  package subscript(key: String) -> JSONValue? {
    if case .object(let members) = self { members[key] } else { nil }
  }

  package var text: String? { if case .text(let text) = self { text } else { nil } }
  package var truth: Bool? { if case .truth(let truth) = self { truth } else { nil } }
  package var list: [JSONValue]? { if case .list(let list) = self { list } else { nil } }
  package var object: [String: JSONValue]? { if case .object(let object) = self { object } else { nil } }
  /// The numbers in lists of any depth, or the number it is; none where anything else is there.
  package var numbers: [Double] {
    if let number { return [number] }
    guard let list else { return [] }
    let parts = list.map(\.numbers)
    return parts.contains(where: \.isEmpty) ? [] : parts.flatMap { $0 }
  }

  package var number: Double? { if case .number(let number) = self { number } else { nil } }
  /// The number when it is whole and a float holds it exactly.
  package var integer: Int? { number.flatMap(Int.init(exactly:)) }
  package var isNull: Bool { self == .null }
}

/// Where and why a text is no JSON.
package struct JSONError: Error, Sendable, Equatable {
  package let offset: Int
  package let problem: String
}

extension JSONValue {
  /// Reads one value and nothing after it; a key that stands twice in an object, and nesting beyond 200, are errors.
  ///
  /// `NaN` and `Infinity`, which Python writes, are numbers here.
  package init(parsing bytes: [UInt8]) throws(JSONError) {
    var parser = JSONParser(bytes)
    self = try parser.document()
  }

  package init(parsing text: String) throws(JSONError) { try self.init(parsing: Array(text.utf8)) }
}

private struct JSONParser {
  private let bytes: [UInt8]
  private var position = 0
  private var depth = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func document() throws(JSONError) -> JSONValue {
    let value = try value()
    skipSpace()
    guard position == bytes.count else { throw error("something follows the end of the value") }
    return value
  }

  private func error(_ problem: String) -> JSONError { JSONError(offset: position, problem: problem) }

  private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    skipSpace()
    guard peek == byte else { return false }
    position += 1
    return true
  }

  private mutating func take(word: String) -> Bool {
    guard bytes[position...].starts(with: word.utf8) else { return false }
    position += word.utf8.count
    return true
  }

  private mutating func value() throws(JSONError) -> JSONValue {
    skipSpace()
    guard let byte = peek else { throw error("it ends early") }
    switch byte {
    case UInt8(ascii: "{"): return .object(try nested { (parser) throws(JSONError) in try parser.object() })
    case UInt8(ascii: "["): return .list(try nested { (parser) throws(JSONError) in try parser.list() })
    case UInt8(ascii: "\""): return .text(try string())
    default:
      if take(word: "null") { return .null }
      if take(word: "true") { return .truth(true) }
      if take(word: "false") { return .truth(false) }
      if take(word: "NaN") { return .number(.nan) }
      if take(word: "Infinity") { return .number(.infinity) }
      if take(word: "-Infinity") { return .number(-.infinity) }
      return .number(try number())
    }
  }

  private mutating func nested<Result>(
    _ body: (inout JSONParser) throws(JSONError) -> Result
  ) throws(JSONError) -> Result {
    guard depth < 200 else { throw error("it is nested more than 200 deep") }
    depth += 1
    defer { depth -= 1 }
    position += 1
    return try body(&self)
  }

  private mutating func object() throws(JSONError) -> [String: JSONValue] {
    var members: [String: JSONValue] = [:]
    if take(UInt8(ascii: "}")) { return members }
    repeat {
      skipSpace()
      guard peek == UInt8(ascii: "\"") else { throw error("a key is missing") }
      let key = try string()
      guard take(UInt8(ascii: ":")) else { throw error("a ':' is missing") }
      let value = try value()
      guard members.updateValue(value, forKey: key) == nil else {
        throw error("the key '\(key)' stands twice")
      }
    } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "}")) else { throw error("an object does not end") }
    return members
  }

  private mutating func list() throws(JSONError) -> [JSONValue] {
    var values: [JSONValue] = []
    if take(UInt8(ascii: "]")) { return values }
    repeat { values.append(try value()) } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "]")) else { throw error("a list does not end") }
    return values
  }

  private mutating func number() throws(JSONError) -> Double {
    let start = position
    while let byte = peek,
      (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "+-.eE".utf8.contains(byte)
    { position += 1 }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    guard let number = Double(text) else { throw error("'\(text.prefix(20))' is no value") }
    return number
  }

  private mutating func string() throws(JSONError) -> String {
    position += 1
    var units: [UInt8] = []
    while let byte = peek {
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: units, as: UTF8.self)
      case UInt8(ascii: "\\"): units.append(contentsOf: try escape())
      default: units.append(byte)
      }
    }
    throw error("a text does not end")
  }

  private mutating func escape() throws(JSONError) -> [UInt8] {
    guard let byte = peek else { throw error("a text does not end") }
    position += 1
    switch byte {
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "u"):
      var scalar = try hexadecimal()
      if (0xD800..<0xDC00).contains(scalar), take(word: "\\u") {
        let low = try hexadecimal()
        guard (0xDC00..<0xE000).contains(low) else { throw error("half of a surrogate pair") }
        scalar = 0x10000 + (scalar - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(scalar) else { throw error("half of a surrogate pair") }
      return Array(String(Character(scalar)).utf8)
    default: throw error("an unknown escape")
    }
  }

  private mutating func hexadecimal() throws(JSONError) -> UInt32 {
    guard bytes.count - position >= 4,
      let value = UInt32(String(decoding: bytes[position..<(position + 4)], as: UTF8.self), radix: 16)
    else { throw error("an unknown escape") }
    position += 4
    return value
  }
}
