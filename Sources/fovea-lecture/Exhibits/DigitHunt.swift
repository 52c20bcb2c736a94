import Foundation
import Fovea

/// Where the form's 3s are, as the script that drew it wrote down.
private struct DrawnDigits: Decodable {
  struct Correlation: Decodable {
    struct Place: Decodable, Hashable {
      let row: Int
      let column: Int
    }

    let threshold: Double
    let matches: [Place]
  }

  let correlation: Correlation
}

/// A digit found on a form by sliding its picture over it.
func digitHunt(in workplace: Workplace) throws -> Exhibit {
  var exhibit = Exhibit("digits", "Correlation finds a digit on a form")
  let (rows, columns) = (37, 27)
  let kernel = "Samples/digit-three-kernel.npy"
  let drawing = try workplace.fovea(
    "correlate", "--kernel", kernel, "Samples/digits.png", "-o", workplace.path("threes.png"))
  let values = try workplace.fovea(
    "correlate", "--kernel", kernel, "Samples/digits.png", "-o", workplace.path("threes.npy"))
  let response = try workplace.array("threes.npy")
  let drawn = try JSONDecoder().decode(
    DrawnDigits.self, from: Data(contentsOf: URL(fileURLWithPath: "Samples/digits.json"))
  ).correlation
  let found = peaks(of: response, above: Float(drawn.threshold), apart: (rows, columns))
  let right = found.filter { drawn.matches.contains(.init(row: $0.row, column: $0.column)) }

  exhibit.say(
    """
    A small array of weights slides over the form. At every place the pixels below it are multiplied by the weights and added
    up; the sum is large where the picture looks like the weights. Here they are the digit 3 without its mean, so that plain
    ink alone, whatever its shape, does not score.
    """)
  exhibit.show(correlationFormula)
  exhibit.show(drawing, values)
  try workplace.copy("Samples/digits.png", to: "digits.png")
  try workplace.copy("Samples/digit-three.png", to: "digit-three.png")
  let frames = found.map { peak in
    """
    <rect class="found" x="\(peak.column - columns / 2)" y="\(peak.row - rows / 2)" width="\(columns)" height="\(rows)"/>
    """
  }
  exhibit.show([
    try workplace.picture(
      "digit-three.png", "The digit 3, white on black", "W: the digit looked for", shown: 81, magnified: true),
    try workplace.picture(
      "digits.png", "A form of handwritten digits; \(found.count) of them are framed",
      "X: the form. Framed is every place whose answer lies above \(numberText(drawn.threshold))",
      shown: 345,
      overlay: frames.joined()),
    try workplace.picture(
      "threes.png", "The answers: bright dots where a 3 stands", "Z: the answers, bright where a 3 stands",
      shown: 345),
  ])
  exhibit.number("threshold", "Threshold", [drawn.threshold])
  exhibit.number("found", "Places above it", found.count)
  exhibit.number("right", "of these, places of a 3", right.count)
  exhibit.number("drawn", "3s on the form", drawn.matches.count)
  exhibit.showNumbers()
  try addMatches(to: &exhibit, in: workplace)
  return exhibit
}

/// `Z[j1, j2] = sum over k1, k2 of W[k1, k2] X[j1 + k1, j2 + k2]`.
let correlationFormula = Formula.displayed(
  .entry("Z", "j1", "j2"), .sign("="), .sum(over: "k1", "k2"), .entry("W", "k1", "k2"),
  .entry("X", "j1 + k1", "j2 + k2"))

/// The same hunt scored by likeness instead of by sums.
private func addMatches(to exhibit: inout Exhibit, in workplace: Workplace) throws {
  guard workplace.has(command: "match") else { return }
  let run = try workplace.fovea(
    "match", "--template", "Samples/digit-three.png", "Samples/digits.png", "-o",
    workplace.path("matches.png"))
  exhibit.say(
    """
    A sum grows with brightness as well as with likeness. Divided by the lengths of both, it becomes normalised correlation:
    between −1 and 1, and 1 only for an exact copy.
    """)
  exhibit.show(run)
  exhibit.show([
    try workplace.picture("matches.png", "The form with its matches framed", "The matches, drawn by fovea")
  ])
}

/// The largest values above a threshold, strongest first, none within `apart` of a stronger one.
private func peaks(
  of response: Tensor, above threshold: Float, apart: (rows: Int, columns: Int)
) -> [(row: Int, column: Int, value: Float)] {
  let width = response.shape[1]
  let candidates = response.scalars.enumerated().filter { $0.element > threshold }
    .map { (row: $0.offset / width, column: $0.offset % width, value: $0.element) }
    .sorted { $0.value > $1.value }
  var kept: [(row: Int, column: Int, value: Float)] = []
  for place in candidates
  where !kept.contains(where: {
    abs($0.row - place.row) < apart.rows && abs($0.column - place.column) < apart.columns
  }) {
    kept.append(place)
  }
  return kept
}
