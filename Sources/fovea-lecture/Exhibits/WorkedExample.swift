import Fovea

/// The lecture's kernel of 3x3 taps, as `--kernel` takes it.
let workedKernel = "0 1 2; 2 2 0; 0 1 2"

private let workedPicture: [[Double]] = [
  [3, 3, 2, 1, 0], [0, 0, 1, 3, 1], [3, 1, 2, 2, 3], [2, 0, 0, 2, 2], [2, 0, 0, 0, 1],
]

/// Five by five pixels, three by three weights, nine sums.
func workedExample(in workplace: Workplace) throws -> Exhibit {
  var exhibit = Exhibit("worked", "A worked example, number by number")
  let file = try workplace.write(Tensor(rows: workedPicture), "worked.npy")
  let run = try workplace.fovea(
    "correlate", "--kernel", workedKernel, "--mode", "valid", file, "-o", workplace.path("worked-answer.npy"))
  let answer = try workplace.array("worked-answer.npy").rows
  let kernel = try Kernel(text: workedKernel).matrix
  let terms = zip(kernel, workedPicture).flatMap { weights, pixels in
    zip(weights, pixels).filter { $0.0 != 0 }.map { "\(numberText($0.0)) · \(numberText($0.1))" }
  }
  exhibit.say(
    """
    The framed window of X lies under W. Multiplied pair by pair and added up it gives the framed answer:
    \(terms.joined(separator: " + ")) = \(numberText(answer[0][0])). Then the window moves by one. It fits at
    \(answer.count) × \(answer[0].count) places, and nothing beyond the border is needed: that is the mode <em>valid</em>.
    """)
  exhibit.show(run)
  exhibit.show(
    beside(
      NumberGrid(workedPicture, title: "X", marking: (0..<3, 0..<3)).html, "∗",
      NumberGrid(kernel, title: "W").html, "=", NumberGrid(answer, title: "Z", marking: (0..<1, 0..<1)).html))
  exhibit.number("answer", "Z, row by row", answer.flatMap { $0 })
  exhibit.showNumbers()
  return exhibit
}

/// Every second answer of the worked example, and a picture made smaller as it is blurred.
func stride(in workplace: Workplace) throws -> Exhibit {
  var exhibit = Exhibit("stride", "A stride keeps the first answer of every square")
  let file = try workplace.write(Tensor(rows: workedPicture), "stride.npy")
  let run = try workplace.fovea(
    "correlate", "--kernel", workedKernel, "--mode", "valid", "--stride", "2", file, "-o",
    workplace.path("stride-answer.npy"))
  let answer = try workplace.array("stride-answer.npy").rows
  let whole = try workplace.array("worked-answer.npy").rows
  let smaller = try workplace.fovea(
    "correlate", "--kernel", "1 2 1; 2 4 2; 1 2 1", "--normalise", "--stride", "4", "Samples/still-life.png",
    "-o", workplace.path("stride.png"))
  exhibit.say(
    """
    With stride S the window moves by S pixels at a time. The answer is the upper left one of every S × S square of the answers
    at stride 1, and the others are never computed.
    """)
  exhibit.show(run, smaller)
  exhibit.show(
    beside(
      NumberGrid(whole, title: "Z at stride 1").html, "→", NumberGrid(answer, title: "Z at stride 2").html))
  try workplace.copy("Samples/still-life.png", to: "still-life.png")
  let small = try workplace.picture(
    "stride.png", "The still life, a quarter as wide", "At stride 4, drawn pixel for pixel")
  exhibit.show([
    try workplace.picture(
      "still-life.png", "A still life with fruit and a vase", "The sample picture", shown: 560), small,
  ])
  exhibit.number("answer", "Z at stride 2, row by row", answer.flatMap { $0 })
  exhibit.shape("smaller", "The picture at stride 4, width and height", [small.width, small.height])
  exhibit.showNumbers()
  return exhibit
}
