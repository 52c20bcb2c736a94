import Fovea

private let gradientKernels = (x: "1 0 -1; 2 0 -2; 1 0 -1", y: "1 2 1; 0 0 0; -1 -2 -1")

/// Sobel's kernels, slid as they are.
func sobelEdges(in workplace: Workplace) throws -> Exhibit {
  var exhibit = Exhibit("sobel", "Edges: Sobel’s gradients")
  exhibit.say(
    """
    The taps of each kernel add up to nothing, so where the picture is constant the answer is 0. Gx answers with a large
    positive number where white turns black from left to right, with a large negative one where black turns white; Gy does
    the same from top to bottom. The pictures put 0 at middle grey.
    """)
  exhibit.show(
    Formula.displayed(
      .sub(.name("G"), .name("x")), .sign("="), .matrix(try Kernel(text: gradientKernels.x).matrix),
      .sign(","),
      .sub(.name("G"), .name("y")), .sign("="), .matrix(try Kernel(text: gradientKernels.y).matrix)))
  let rectangle = "Samples/white-rectangle.png"
  for (axis, kernel) in [("x", gradientKernels.x), ("y", gradientKernels.y)] {
    exhibit.show(
      try workplace.fovea(
        "correlate", "--kernel", kernel, "--mode", "valid", "--range", "symmetric",
        workplace.path("square.png"), "-o", workplace.path("gradient-\(axis).png")),
      try workplace.fovea(
        "correlate", "--kernel", kernel, "--mode", "valid", rectangle, "-o",
        workplace.path("rectangle-\(axis).npy")))
  }
  exhibit.show(
    try workplace.fovea(
      "filter", "sobel", "--mode", "valid", workplace.path("square.png"), "-o",
      workplace.path("magnitude.png")))
  exhibit.show([
    try workplace.picture(
      "gradient-x.png", "Vertical edges, light and dark on middle grey", "Z = Gx ∗ X", shown: 260),
    try workplace.picture(
      "gradient-y.png", "Horizontal edges, light and dark on middle grey", "Z = Gy ∗ X", shown: 260),
    try workplace.picture(
      "magnitude.png", "All edges, light on black", "Both together, √(Zx² + Zy²)", shown: 260),
  ])
  let x = try workplace.array("rectangle-x.npy")
  let y = try workplace.array("rectangle-y.npy")
  let (middle, height) = (x.shape[0] / 2, x.shape[0])
  let across = x.rows[middle]
  let down = (0..<height).map { y.rows[$0][middle] }
  exhibit.say(
    "On a white rectangle on black the signs are plain. A row of Zx through its middle, and a column of Zy:")
  exhibit.show(
    Curves(
      title: "Answers along the row and along the column", across: "pixel", up: "answer (code values)",
      lines: [
        .init("Zx along the row", values: across, from: 0),
        .init("Zy along the column", values: down, from: 0),
      ]
    ).html)
  exhibit.number(
    "x", "Zx: smallest (black to white), largest (white to black)", [across.min() ?? 0, across.max() ?? 0])
  exhibit.number("y", "Zy: smallest, largest", [down.min() ?? 0, down.max() ?? 0])
  exhibit.number("inside", "Both in the middle of the rectangle", [across[middle], down[middle]])
  exhibit.shape(
    "shape", "Rows and columns of 512 × 512 after 3 × 3",
    try ["gradient-x.png"].flatMap {
      let picture = try workplace.picture($0, "", "")
      return [picture.height, picture.width]
    })
  exhibit.showNumbers()
  return exhibit
}
