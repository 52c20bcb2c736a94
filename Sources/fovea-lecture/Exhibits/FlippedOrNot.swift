import Fovea

/// What correlation and convolution make of a single dot, and of a picture.
func flippedOrNot(in workplace: Workplace) throws -> Exhibit {
  var exhibit = Exhibit("flipped", "Flipped or not: correlation and convolution")
  var dot = [[Double]](repeating: [Double](repeating: 0, count: 5), count: 5)
  dot[2][2] = 1
  let file = try workplace.write(Tensor(rows: dot), "dot.npy")
  let correlated = try workplace.fovea(
    "correlate", "--kernel", workedKernel, file, "-o", workplace.path("dot-correlated.npy"))
  let convolved = try workplace.fovea(
    "convolve", "--kernel", workedKernel, file, "-o", workplace.path("dot-convolved.npy"))
  let kernel = try Kernel(text: workedKernel).matrix
  let turned = try Kernel(text: workedKernel).flipped.matrix
  let turnedText = turned.map { $0.map { String(Int($0)) }.joined(separator: " ") }.joined(separator: "; ")
  let picture = "Samples/zone-plate.png"
  let one = try workplace.fovea(
    "convolve", "--kernel", workedKernel, picture, "-o", workplace.path("zone-convolved.npy"))
  let other = try workplace.fovea(
    "correlate", "--kernel", turnedText, picture, "-o", workplace.path("zone-correlated.npy"))
  let difference = zip(
    try workplace.array("zone-convolved.npy").scalars, try workplace.array("zone-correlated.npy").scalars
  ).map { abs($0 - $1) }.max()

  exhibit.say(
    """
    Signal processing turns the kernel by half a turn before it slides it, and calls that convolution. Networks slide it as it
    is and use the same word. A single dot tells them apart: convolved, it becomes the kernel itself; correlated, the kernel
    turned round.
    """)
  exhibit.show(
    Formula.displayed(
      .words("convolution:\u{A0}"), .entry("Z", "n1", "n2"), .sign("="), .sum(over: "k1", "k2"),
      .entry("W", "k1", "k2"), .entry("X", "n1 − k1", "n2 − k2")))
  exhibit.show(correlated, convolved)
  let (left, right) = (
    try workplace.array("dot-correlated.npy").rows, try workplace.array("dot-convolved.npy").rows
  )
  exhibit.show(
    beside(
      NumberGrid(kernel, title: "W").html, NumberGrid(dot, title: "X, a single dot").html,
      NumberGrid(left, title: "<code>correlate</code>: W turned", marking: (1..<4, 1..<4)).html,
      NumberGrid(right, title: "<code>convolve</code>: W itself", marking: (1..<4, 1..<4)).html))
  exhibit.say(
    "So convolving by W is correlating by W turned round. On a picture of 512 × 512 pixels both answers are compared:"
  )
  exhibit.show(one, other)
  exhibit.number("correlated", "The dot correlated, middle rows", left[1...3].flatMap { $0[1...3] })
  exhibit.number("convolved", "The dot convolved, middle rows", right[1...3].flatMap { $0[1...3] })
  exhibit.number(
    "difference", "Largest difference of the two on the picture (code values)", [Double(difference ?? .nan)])
  exhibit.showNumbers()
  return exhibit
}
