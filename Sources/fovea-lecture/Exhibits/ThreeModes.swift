import Fovea

/// 512 x 512 pixels under 9 x 9 weights, three ways to treat the border.
func threeModes(in workplace: Workplace) throws -> Exhibit {
  var exhibit = Exhibit("modes", "Three sizes of output, and dark borders")
  let square = try workplace.fovea(
    "resize", "--size", "512x512", "--fit", "cover", "Samples/still-life.png", "-o",
    workplace.path("square.png")
  )
  exhibit.say(
    """
    <em>valid</em> keeps the places where the whole window lies inside the picture, N − K + 1 of N. <em>same</em> keeps N, and
    <em>full</em> every place where window and picture touch at all, N + K − 1; both read zeros beyond the border, which is
    black, and so their borders darken.
    """)
  exhibit.show(square)
  var pictures: [Picture] = []
  var edges: [(String, Double)] = []
  for (mode, whatIsSeen) in [
    ("valid", "sharp to its border"), ("same", "with a dark border"),
    ("full", "with a wider border fading to black"),
  ] {
    let name = "box-\(mode).png"
    exhibit.show(
      try workplace.fovea(
        "filter", "box", "--size", "9x9", "--mode", mode, "--boundary", "constant",
        workplace.path("square.png"),
        "-o", workplace.path(name)))
    let whole = try workplace.picture(name, "", "")
    // The same corner of the scene in each: upper left, four times as large.
    pictures.append(
      try workplace.picture(
        name, "The upper left corner in the mode \(mode), \(whatIsSeen)",
        "<em>\(mode)</em>: \(whole.width) × \(whole.height); its upper left corner of 64 × 64 pixels, magnified",
        shown: 256, magnified: true, part: (0, 0, 64, 64)))
    exhibit.shape(mode, "\(mode): rows and columns", [whole.height, whole.width])
    let pixels = try workplace.pixels(name)
    let count = pixels.shape[1] * pixels.shape[2]
    edges.append((mode, Double(pixels.scalars[0..<count].reduce(0, +)) / Double(count)))
  }
  exhibit.show(pictures)
  for (mode, level) in edges {
    exhibit.number("edge-\(mode)", "\(mode): mean of the first row (0 black, 255 white)", [level])
  }
  exhibit.showNumbers()
  return exhibit
}
