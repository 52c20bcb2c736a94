/// The one Python literal a `.npy` header is: a dictionary from text to text, truth values, or tuples of whole numbers.
///
/// Read as data, character by character; anything else Python knows is refused, never evaluated.
struct PythonDictionary {
  enum Value: Equatable {
    case text(String)
    case truth(Bool)
    case tuple([Int])
  }

  struct SyntaxError: Error {
    let problem: String
  }

  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func parse() throws(SyntaxError) -> [String: Value] {
    var entries: [String: Value] = [:]
    try expect("{")
    while !take("}") {
      let key = try text()
      try expect(":")
      let value = try value()
      guard entries.updateValue(value, forKey: key) == nil else {
        throw SyntaxError(problem: "'\(key)' stands there twice")
      }
      if !take(",") {
        try expect("}")
        break
      }
    }
    skipSpace()
    guard position == bytes.count else { throw unexpected("the end") }
    return entries
  }

  private mutating func value() throws(SyntaxError) -> Value {
    skipSpace()
    switch peek {
    case UInt8(ascii: "'"), UInt8(ascii: "\""): return .text(try text())
    case UInt8(ascii: "("): return .tuple(try tuple())
    case UInt8(ascii: "["): throw SyntaxError(problem: "a structured type, which has no meaning as floats")
    default:
      if take("True") { return .truth(true) }
      if take("False") { return .truth(false) }
      throw unexpected("text, True, False or a tuple")
    }
  }

  private mutating func text() throws(SyntaxError) -> String {
    skipSpace()
    guard let quote = peek, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
      throw unexpected("a quoted text")
    }
    position += 1
    let start = position
    while let byte = peek, byte != quote {
      guard byte != UInt8(ascii: "\\") else { throw unexpected("plain text") }
      position += 1
    }
    guard peek == quote else { throw SyntaxError(problem: "a text does not end") }
    defer { position += 1 }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private mutating func tuple() throws(SyntaxError) -> [Int] {
    var numbers: [Int] = []
    try expect("(")
    while !take(")") {
      numbers.append(try number())
      if !take(",") {
        // A tuple of one needs its comma, but nothing else can be meant without it.
        try expect(")")
        break
      }
      guard numbers.count <= 64 else { throw SyntaxError(problem: "more than 64 axes") }
    }
    return numbers
  }

  private mutating func number() throws(SyntaxError) -> Int {
    skipSpace()
    var number = 0
    let start = position
    while let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
      let (product, tooLarge) = number.multipliedReportingOverflow(by: 10)
      let (sum, stillTooLarge) = product.addingReportingOverflow(Int(byte - UInt8(ascii: "0")))
      guard !tooLarge, !stillTooLarge else { throw SyntaxError(problem: "an extent beyond 64 bits") }
      number = sum
      position += 1
    }
    guard position > start else { throw unexpected("a whole number") }
    // Python 2 wrote long integers as 3L.
    if peek == UInt8(ascii: "L") { position += 1 }
    return number
  }

  private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = peek, byte == 0x20 || (0x09...0x0D).contains(byte) { position += 1 }
  }

  private mutating func take(_ token: StaticString) -> Bool {
    skipSpace()
    let token = "\(token)".utf8
    guard bytes[position...].starts(with: token) else { return false }
    position += token.count
    return true
  }

  private mutating func expect(_ token: StaticString) throws(SyntaxError) {
    guard take(token) else { throw unexpected("'\(token)'") }
  }

  private func unexpected(_ expected: String) -> SyntaxError {
    let found = peek.map { "byte \($0)" } ?? "the end"
    return SyntaxError(problem: "expected \(expected) at character \(position), found \(found)")
  }
}
