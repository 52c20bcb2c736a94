import Fovea

/// A kernel that finds the upper right corner of a white rectangle.
///
/// Its lower left quarter is 3 and the rest -1: nothing where all is alike, and most where only that quarter is white.
let cornerKernel = "-1 -1 -1 -1; -1 -1 -1 -1; 3 3 -1 -1; 3 3 -1 -1"

/// The lecture's exercise, with a kernel that solves it and the proof that it does.
func cornerExercise(in workplace: Workplace) throws -> Exhibit {
  var exhibit = Exhibit("corner", "An exercise: a kernel for one corner")
  let sample = "Samples/white-rectangle.png"
  let run = try workplace.fovea(
    "correlate", "--kernel", cornerKernel, "--mode", "valid", sample, "-o", workplace.path("corner.npy"))
  let drawing = try workplace.fovea(
    "correlate", "--kernel", cornerKernel, "--mode", "valid", "--range", "symmetric", sample, "-o",
    workplace.path("corner.png"))
  try workplace.copy(sample, to: "white-rectangle.png")
  let picture = try workplace.pixels("white-rectangle.png")
  let answers = try workplace.array("corner.npy").rows
  let kernel = try Kernel(text: cornerKernel)
  let check = CornerCheck(picture: picture.rows, kernel: kernel.matrix, answers: answers)

  exhibit.say(
    """
    Wanted: four by four weights that answer 0 wherever the picture is constant, and answer most at the upper right corner of
    the white rectangle. The first asks for weights that add up to 0. For the second, look at what lies under the window when
    its middle is on that corner: white below and to the left, black in the other three quarters. So the lower left quarter
    gets 3 each, the other twelve −1. At a straight edge half the window is white and scores
    \(numberText(check.straightEdges.max() ?? 0)) at most; at the other corners white falls on −1 alone.
    """)
  exhibit.show(run, drawing)
  let (row, column) = check.peak
  let shown = try workplace.picture(
    "white-rectangle.png", "A white rectangle on black", "X: rows 32 to 95 and columns 16 to 111 are white",
    shown: 260, magnified: true)
  let found = try workplace.picture(
    "corner.png", "The answers: brightest at the upper right corner",
    "Z, middle grey for 0; framed the window with the largest answer", shown: 260, magnified: true,
    overlay: """
      <rect class="found" x="\(column - 2)" y="\(row - 2)" width="8" height="8"/>
      """)
  exhibit.show(beside(NumberGrid(kernel.matrix, title: "W").html, shown.html, found.html))
  exhibit.number("sum", "Sum of the weights", [kernel.matrix.joined().reduce(0, +)])
  exhibit.number(
    "constant", "Windows without an edge, and the largest size of their answers",
    [Double(check.constantWindows), check.largestOnConstant])
  exhibit.number("largest", "Largest answer (white is 255)", [check.largest])
  exhibit.number("largest-count", "Windows that reach it", check.countOfLargest)
  exhibit.number("next", "Next largest", [check.next])
  exhibit.number("straight-edge", "Largest at a straight edge", [check.straightEdges.max() ?? 0])
  exhibit.number(
    "corner", "Row and column of the white pixel in that window’s corner",
    [Double(row + 2), Double(column + 1)])
  exhibit.showNumbers()
  return exhibit
}

/// What the answers say about the two wishes, window by window.
private struct CornerCheck {
  var constantWindows = 0
  var largestOnConstant = 0.0
  var largest = -Double.infinity
  var countOfLargest = 0
  var next = -Double.infinity
  /// Row and column of the window that answers most.
  var peak = (0, 0)
  /// Answers of windows whose rows are all alike, or whose columns are, but that are not constant.
  var straightEdges: Set<Double> = []

  init(picture: [[Double]], kernel: [[Double]], answers: [[Double]]) {
    for (row, line) in answers.enumerated() {
      for (column, answer) in line.enumerated() {
        let window = (0..<kernel.count).map { Array(picture[row + $0][column..<column + kernel[0].count]) }
        let sameRows = window.allSatisfy { $0 == window[0] }
        let sameColumns = window.allSatisfy { line in line.allSatisfy { $0 == line[0] } }
        if sameRows, sameColumns {
          constantWindows += 1
          largestOnConstant = max(largestOnConstant, abs(answer))
        } else if sameRows || sameColumns {
          straightEdges.insert(answer)
        }
        if answer > largest {
          (next, largest, countOfLargest, peak) = (largest, answer, 1, (row, column))
        } else if answer == largest {
          countOfLargest += 1
        } else {
          next = max(next, answer)
        }
      }
    }
  }
}
