/// Text that stands for itself in HTML, in elements and in attributes.
///
/// It goes by scalars: a sign with an accent behind it is one character to Swift, and two to a browser.
func escaped(_ text: String) -> String {
  var result = ""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    case "'": result += "&#39;"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}

/// A number as people read it: whole ones in full with grouped digits, others to four digits, large ones with a power of ten.
func numberText(_ value: Double) -> String {
  guard value.isFinite else { return "\(value)" }
  let size = abs(value)
  if value == value.rounded(), size < 1e12 { return grouped(Int(value)) }
  guard size >= 1e-3, size < 1e7 else { return scientific(value) }
  var (scale, digits) = (1.0, 0)
  while size * scale < 1000, digits < 6 { (scale, digits) = (scale * 10, digits + 1) }
  let whole = Int((size * scale).rounded())
  var fraction = String(String(whole % Int(scale) + Int(scale)).dropFirst())
  while fraction.hasSuffix("0") { fraction.removeLast() }
  return (value < 0 ? "−" : "") + grouped(whole / Int(scale)) + (fraction.isEmpty ? "" : "." + fraction)
}

/// Two digits and a power of ten, as the lecture writes large counts: `2.2 · 10¹¹`.
func scientific(_ value: Double) -> String {
  guard value != 0, value.isFinite else { return "0" }
  var (mantissa, exponent) = (abs(value), 0)
  while mantissa >= 10 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
  while mantissa < 1 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
  var tenths = Int((mantissa * 10).rounded())
  if tenths == 100 { (tenths, exponent) = (10, exponent + 1) }
  let superscripts: [Character: Character] = [
    "-": "⁻", "0": "⁰", "1": "¹", "2": "²", "3": "³", "4": "⁴", "5": "⁵", "6": "⁶", "7": "⁷", "8": "⁸",
    "9": "⁹",
  ]
  let power = String(String(exponent).map { superscripts[$0] ?? $0 })
  return "\(value < 0 ? "−" : "")\(tenths / 10).\(tenths % 10) · 10\(power)"
}

/// `138,357,544`; a proper minus sign before negative ones.
func grouped(_ value: Int) -> String {
  var text = ""
  for (index, digit) in String(value.magnitude).reversed().enumerated() {
    if index > 0, index % 3 == 0 { text.append(",") }
    text.append(digit)
  }
  return (value < 0 ? "−" : "") + String(text.reversed())
}

/// `12.3 %`, with a space that does not break.
func percent(_ share: Double) -> String {
  let tenths = Int((share * 1000).rounded())
  return "\(tenths / 10).\(tenths % 10)\u{202F}%"
}
