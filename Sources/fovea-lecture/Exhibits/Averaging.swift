import Fovea

/// Nine by nine pixels averaged, all alike and by a Gaussian.
func averaging(in workplace: Workplace) throws -> Exhibit {
  var exhibit = Exhibit("averaging", "Local averages: box and Gaussian")
  var dot = [[Double]](repeating: [Double](repeating: 0, count: 9), count: 9)
  dot[4][4] = 1
  let file = try workplace.write(Tensor(rows: dot), "impulse.npy")
  let zero = ["--boundary", "constant"]
  let box = ["filter", "box", "--size", "9x9"]
  let gaussian = ["filter", "gaussian", "--sigma", "3", "--size", "9x9"]
  try workplace.fovea(box + zero + [file, "-o", workplace.path("box-taps.npy")])
  try workplace.fovea(gaussian + zero + [file, "-o", workplace.path("gaussian-taps.npy")])
  let (flat, round) = (
    try workplace.array("box-taps.npy").rows, try workplace.array("gaussian-taps.npy").rows
  )
  let source = workplace.path("square.png")
  let runs = try [
    workplace.fovea(box + [source, "-o", workplace.path("box.png")]),
    workplace.fovea(gaussian + [source, "-o", workplace.path("gaussian.png")]),
    workplace.fovea("filter", "box", "--size", "27x27", source, "-o", workplace.path("box-27.png")),
  ]
  exhibit.say(
    """
    If all weights are 1/(K₁K₂), every answer is the mean of the pixels under the window, and the picture is blurred. A Gaussian
    weighs near pixels more and far ones less; σ sets how wide it is, and a window of at least 2σ + 1 pixels holds the most of
    it. Of the same size it blurs less, and without the straight traces that the box’s corners leave.
    """)
  exhibit.show(
    Formula.displayed(
      .entry("G", "k1", "k2"), .sign("∝"),
      .power(
        .name("e"),
        .row(
          .sign("−"),
          .fraction(
            .row(
              .power(.sub(.name("k"), .number(1)), .number(2)), .sign("+"),
              .power(.sub(.name("k"), .number(2)), .number(2))),
            .row(.number(2), .power(.name("σ"), .number(2))))))))
  for run in runs { exhibit.show(run) }
  exhibit.show(
    beside(
      NumberGrid(flat, title: "The box’s 9 × 9 taps", side: 14).html,
      NumberGrid(round, title: "The Gaussian’s, σ = 3", side: 14).html))
  let part = (190, 170, 200, 200)
  let names = [
    ("square.png", "sharp", "The picture"), ("box.png", "blurred", "Box 9 × 9"),
    ("gaussian.png", "a little less blurred", "Gaussian 9 × 9, σ = 3"),
    ("box-27.png", "strongly blurred", "Box 27 × 27"),
  ]
  exhibit.show(
    try names.map { name, look, caption in
      try workplace.picture(
        name, "Part of the still life, \(look)", caption, shown: 188, part: part)
    })
  exhibit.number("box-tap", "Each tap of the box", [flat[4][4]])
  exhibit.number("gaussian-middle", "The Gaussian’s middle tap", [round[4][4]])
  exhibit.number("gaussian-corner", "and its corner", [round[0][0]])
  exhibit.number(
    "sums", "Sums of the taps, box and Gaussian", [flat, round].map { $0.joined().reduce(0, +) })
  let original = try workplace.pixels("square.png").scalars
  let changes = try ["gaussian.png", "box.png", "box-27.png"].map { name in
    mean(zip(original, try workplace.pixels(name).scalars).map { Double(abs($0 - $1)) })
  }
  exhibit.number("changes", "Mean change of a pixel: Gaussian 9, box 9, box 27", changes)
  exhibit.showNumbers()
  return exhibit
}
