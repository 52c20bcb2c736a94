/// Formulas in MathML, which browsers draw and screen readers speak by themselves.
///
/// ```swift
/// Formula.displayed(.row(.sub(.name("z"), .number(1)), .sign("="), …))
/// ```
struct Formula {
  let markup: String

  static func name(_ text: String) -> Formula { Formula(markup: "<mi>\(escaped(text))</mi>") }
  static func number(_ value: Int) -> Formula { .number(String(value)) }
  static func number(_ text: String) -> Formula {
    Formula(
      markup: text.hasPrefix("-")
        ? "<mrow><mo>−</mo><mn>\(escaped(String(text.dropFirst())))</mn></mrow>" : "<mn>\(escaped(text))</mn>"
    )
  }
  static func sign(_ text: String) -> Formula { Formula(markup: "<mo>\(escaped(text))</mo>") }
  static func words(_ text: String) -> Formula { Formula(markup: "<mtext>\(escaped(text))</mtext>") }
  static func row(_ parts: Formula...) -> Formula { .row(parts) }
  static func row(_ parts: [Formula]) -> Formula {
    Formula(markup: "<mrow>\(parts.map(\.markup).joined())</mrow>")
  }
  static func sub(_ base: Formula, _ index: Formula) -> Formula {
    Formula(markup: "<msub>\(base.markup)\(index.markup)</msub>")
  }
  static func power(_ base: Formula, _ exponent: Formula) -> Formula {
    Formula(markup: "<msup>\(base.markup)\(exponent.markup)</msup>")
  }
  static func sub(_ base: Formula, _ index: Formula, power exponent: Formula) -> Formula {
    Formula(markup: "<msubsup>\(base.markup)\(index.markup)\(exponent.markup)</msubsup>")
  }
  static func fraction(_ above: Formula, _ below: Formula) -> Formula {
    Formula(markup: "<mfrac>\(above.markup)\(below.markup)</mfrac>")
  }
  static func root(_ body: Formula) -> Formula { Formula(markup: "<msqrt>\(body.markup)</msqrt>") }

  /// The sum over some indices, named below the sign.
  static func sum(over indices: String...) -> Formula {
    Formula(
      markup: "<munder><mo>∑</mo>\(list(indices.map(index)).markup)</munder>")
  }

  /// An entry of an array: `Z[i, j1 + k1]`; an index such as `j1` gets its digit below.
  static func entry(_ array: String, _ indices: String...) -> Formula {
    .row([.name(array), bracket("["), list(indices.map(index)), bracket("]")])
  }

  /// Numbers in brackets, row by row.
  static func matrix(_ rows: [[Double]]) -> Formula {
    let cells = rows.map { row in
      "<mtr>"
        + row.map { value in
          let text = value == value.rounded() ? String(Int(value)) : String(value)
          return "<mtd>\(Formula.number(text).markup)</mtd>"
        }.joined() + "</mtr>"
    }
    return .row(.sign("["), Formula(markup: "<mtable>\(cells.joined())</mtable>"), .sign("]"))
  }

  /// The formula on a line of its own.
  static func displayed(_ parts: Formula...) -> String {
    "<div class=\"formula\" tabindex=\"0\" role=\"group\" aria-label=\"Formula\"><math display=\"block\">"
      + "\(Formula.row(parts).markup)</math></div>"
  }

  /// A bracket that stays as tall as a letter.
  private static func bracket(_ text: String) -> Formula {
    Formula(markup: "<mo stretchy=\"false\">\(text)</mo>")
  }

  private static func list(_ parts: [Formula]) -> Formula {
    .row(Array(parts.map { [$0] }.joined(separator: [.sign(",")])))
  }

  /// `j1 + k1` with the digits as subscripts.
  private static func index(_ text: String) -> Formula {
    let parts = text.split(separator: " ").map { part -> Formula in
      let word = String(part)
      if ["+", "−", "·"].contains(word) { return .sign(word) }
      if let number = Int(word) { return .number(number) }
      guard let last = word.last, last.isNumber, word.count > 1 else { return .name(word) }
      return .sub(.name(String(word.dropLast())), .number(String(last)))
    }
    return parts.count == 1 ? parts[0] : .row(parts)
  }
}
