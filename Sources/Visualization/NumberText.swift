/// A number in as few characters as tell it to three digits: `0`, `0.123`, `-4.5`, `1230`, `1.23e-07`, `NaN`.
package func shortText(_ number: Float) -> String {
  guard number.isFinite else { return number.isNaN ? "NaN" : number > 0 ? "inf" : "-inf" }
  guard number != 0 else { return "0" }
  let size = abs(Double(number))
  let sign = number < 0 ? "-" : ""
  // The exponent of the number once rounded to three digits: 9.996 is 10.0.
  var exponent = 0
  while size / powerOfTen(exponent) >= 9.995 { exponent += 1 }
  while size / powerOfTen(exponent) < 0.9995 { exponent -= 1 }
  guard exponent < -3 || exponent > 5 else { return sign + fixedText(size, decimals: max(0, 2 - exponent)) }
  let places = "\(abs(exponent))"
  let padded = places.count < 2 ? "0" + places : places
  return sign + fixedText(size / powerOfTen(exponent), decimals: 2) + (exponent < 0 ? "e-" : "e+") + padded
}

/// A share as a percentage: `0%`, `<1%`, `45%`, `>99%`, `100%`.
package func percentText(_ share: Float) -> String {
  if share > 0, share < 0.01 { return "<1%" }
  if share < 1, share > 0.99 { return ">99%" }
  return "\(Int((share * 100).rounded()))%"
}

/// A count with a comma between thousands: `2,048`.
package func countText(_ count: Int) -> String {
  let digits = Array("\(abs(count))")
  var text = count < 0 ? "-" : ""
  for (place, digit) in digits.enumerated() {
    if place > 0, (digits.count - place) % 3 == 0 { text.append(",") }
    text.append(digit)
  }
  return text
}

private func fixedText(_ size: Double, decimals: Int) -> String {
  let scaled = Int((size * powerOfTen(decimals)).rounded())
  let unit = Int(powerOfTen(decimals))
  guard decimals > 0 else { return "\(scaled)" }
  var fraction = String("\(scaled % unit + unit)".dropFirst())
  while fraction.last == "0" { fraction.removeLast() }
  return fraction.isEmpty ? "\(scaled / unit)" : "\(scaled / unit).\(fraction)"
}

private func powerOfTen(_ exponent: Int) -> Double {
  let power = (0..<abs(exponent)).reduce(1.0) { product, _ in product * 10 }
  return exponent < 0 ? 1 / power : power
}
