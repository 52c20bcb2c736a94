import Foundation
import Fovea

func sine(_ angle: Float) -> Float { sin(angle) }
func cosine(_ angle: Float) -> Float { cos(angle) }

/// The plane as networks of one, two and three layers divide it.
func decisionRegions(in workplace: Workplace) throws -> Exhibit {
  var exhibit = Exhibit("regions", "Decision regions of one, two and three layers")
  var generator = SeededGenerator(seed: 6)
  let sets = (
    clouds: PointSet.clouds(&generator), ring: PointSet.ring(&generator),
    spirals: PointSet.spirals(&generator)
  )
  exhibit.say(
    """
    One unit computes u = σ(wᵀx + b). Its score is largest for inputs in the direction of its weights, it is
    <em>tuned</em> to them, and the line wᵀx + b = 0 cuts the plane in two. A second layer combines several such halves into
    regions with corners; with more layers the regions may wind. All five networks are trained here, on the points drawn:
    circles should come out as 0 (blue), crosses as 1 (red).
    """)
  try exhibit.show(program: "Computations/PointTraining.swift", in: workplace)
  let panels: [(name: String, set: PointSet, hidden: [Int], steps: Int, label: String, words: String)] = [
    (
      "one-layer", sets.clouds, [], 300, "one unit, two clouds",
      "One unit, two clouds. The arrow is w, the line wᵀx + b = 0"
    ),
    (
      "one-layer-ring", sets.ring, [], 300, "one unit, disc in a ring",
      "One unit, a disc in a ring: no line will do"
    ),
    (
      "two-layers", sets.ring, [5], 600, "two layers, disc in a ring",
      "Two layers: the dashed lines are the five hidden units’ halves"
    ),
    (
      "two-layers-spirals", sets.spirals, [8], 900, "two layers, spirals",
      "Two layers of 8 and 1, two spirals"
    ),
    (
      "three-layers", sets.spirals, [24, 24], 900, "three layers, spirals",
      "Three layers of 24, 24 and 1, the same spirals"
    ),
  ]
  var pictures: [Picture] = []
  for panel in panels {
    let start = try pointNetwork(hidden: panel.hidden, seed: 3)
    let (network, loss, accuracy) = try trained(start, on: panel.set, steps: panel.steps)
    try PlaneDrawing.write(network, to: workplace.path("\(panel.name).png"))
    let lines = try PlaneDrawing.lines(of: network, at: panel.hidden.count == 1 ? "hidden1" : "unit")
    pictures.append(
      try workplace.picture(
        "\(panel.name).png",
        "\(panel.words); \(percent(accuracy)) of the points are right",
        "\(panel.words). Right: \(percent(accuracy)), loss \(numberText(loss)) after \(panel.steps) steps",
        shown: 260, overlay: (panel.hidden.count < 2 ? lines : "") + PlaneDrawing.points(panel.set)))
    exhibit.number(panel.name, "Share right: \(panel.label)", [accuracy], text: percent(accuracy))
    if panel.name == "one-layer" { try noteTuning(of: network, in: &exhibit) }
  }
  exhibit.show(pictures)
  exhibit.showNumbers()
  return exhibit
}

/// The direction of the inputs of length 1 that a unit answers most, beside the direction of its weights.
private func noteTuning(of network: Network, in exhibit: inout Exhibit) throws {
  guard let weights = network.weights["unit"]?[.kernel]?.scalars else { return }
  let angles = (0..<3600).map { Float($0) / 10 }
  let around = angles.map { (x: cosine($0 * .pi / 180), y: sine($0 * .pi / 180)) }
  let answers = try outputs(of: network, at: around)
  let best = zip(answers, angles).max { $0.0 < $1.0 }?.1 ?? .nan
  let own = atan2(weights[1], weights[0]) * 180 / .pi
  exhibit.number(
    "tuning", "Its weights’ direction, and that of the input it answers most (degrees)",
    [Double(own < 0 ? own + 360 : own), Double(best)])
}

/// The square from -2 to 2, as pictures: pixel columns for x, rows from the top for y.
private enum PlaneDrawing {
  static let side = 260
  private static func place(_ value: Float) -> Float { (value + 2) / 4 * Float(side) }

  /// The unit's output at every pixel: blue 0, red 1, both pale enough for what is drawn over them.
  static func write(_ network: Network, to path: String) throws {
    let axis = (0..<side).map { (Float($0) + 0.5) / Float(side) * 4 - 2 }
    let grid = axis.reversed().flatMap { y in axis.map { (x: $0, y: y) } }
    let map = Tensor(try outputs(of: network, at: grid), shape: [side, side])
    try Raster(map: map, range: ValueRange(low: -0.7, high: 1.7), colors: .diverging).image().write(to: path)
  }

  static func points(_ set: PointSet) -> String {
    zip(set.points, set.classes).map { point, kind in
      let (x, y) = (place(point.x), place(-point.y))
      return kind == 0
        ? "<circle class=\"point0\" cx=\"\(short(x))\" cy=\"\(short(y))\" r=\"3\"/>"
        : """
        <path class="point1" d="M\(short(x - 3)) \(short(y - 3))L\(short(x + 3)) \(short(y + 3))\
        M\(short(x - 3)) \(short(y + 3))L\(short(x + 3)) \(short(y - 3))"/>
        """
    }.joined()
  }

  /// Where each unit of a layer of two inputs has the score 0; for a single unit its weights as an arrow, too.
  static func lines(of network: Network, at layer: String) throws -> String {
    guard let kernel = network.weights[layer]?[.kernel], kernel.shape[0] == 2,
      let bias = network.weights[layer]?[.bias]?.scalars
    else { return "" }
    let (taps, units) = (kernel.scalars, kernel.shape[1])
    return (0..<units).map { unit in
      let (a, b, c) = (taps[unit], taps[units + unit], bias[unit])
      let length = (a * a + b * b).squareRoot()
      let (x, y) = (-a * c / (length * length), -b * c / (length * length))
      let (dx, dy) = (-b / length * 6, a / length * 6)
      let line = """
        <line class="\(units > 1 ? "half" : "boundary")" x1="\(short(place(x - dx)))" y1="\(short(place(-y + dy)))" \
        x2="\(short(place(x + dx)))" y2="\(short(place(-y - dy)))"/>
        """
      guard units == 1 else { return line }
      let (tipX, tipY) = (place(x + 0.9 * a / length), place(-y - 0.9 * b / length))
      return line + """
        <line class="boundary" x1="\(short(place(x)))" y1="\(short(place(-y)))" x2="\(short(tipX))" y2="\(short(tipY))"/>\
        <circle class="tip" cx="\(short(tipX))" cy="\(short(tipY))" r="4"/>
        """
    }.joined()
  }

  private static func short(_ value: Float) -> String {
    let tenths = Int((min(max(value, -9999), 9999) * 10).rounded())
    return "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)"
  }
}
