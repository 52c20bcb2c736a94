import Foundation
import Fovea

/// How many weights a convolution saves.
func parameterCounts(in workplace: Workplace) throws -> Exhibit {
  var exhibit = Exhibit("parameters", "Weights of a convolution and of a fully connected layer")
  let (convolution, dense) = try secondLayers()
  let biases = (
    convolution.rows.last?.outputShape[-1] ?? 0, dense.rows.last?.outputShape[-1] ?? 0
  )
  let weights = (convolution.totalParameters - biases.0, dense.totalParameters - biases.1)
  exhibit.say(
    """
    AlexNet’s second layer turns 55 × 55 pixels of 96 channels into as many of 256. As a convolution it has K₁K₂ weights for each
    pair of channels, the same ones at every place. Fully connected it would have one for each pair of an input and an output.
    """)
  exhibit.show(
    Formula.displayed(
      .sub(.name("n"), .words("conv")), .sign("="), .sub(.name("K"), .number(1)),
      .sub(.name("K"), .number(2)),
      .sub(.name("N"), .words("in")), .sub(.name("N"), .words("out")), .sign(","),
      .sub(.name("n"), .words("dense")), .sign("="), .sub(.name("N"), .number(1)),
      .sub(.name("N"), .number(2)),
      .sub(.name("N"), .words("in")), .sub(.name("M"), .number(1)), .sub(.name("M"), .number(2)),
      .sub(.name("N"), .words("out"))))
  try exhibit.show(program: "Computations/SecondLayers.swift", in: workplace)
  exhibit.show(
    Bars(
      title: "Weights, on a logarithmic scale: ten times as many are one step more",
      rows: [("convolution", weights.0), ("fully connected", weights.1)].map { name, count in
        (name, log10(Double(count)), scientific(Double(count)))
      }
    ).html)
  for (key, label, count) in [
    ("convolution-weights", "Convolution 5 × 5: weights", weights.0),
    ("convolution-biases", "and biases", biases.0),
    ("dense-weights", "Fully connected: weights", weights.1), ("dense-biases", "and biases", biases.1),
  ] {
    let text = count < 10_000 ? grouped(count) : "\(grouped(count)) ≈ \(scientific(Double(count)))"
    exhibit.number(key, label, [Double(count)], text: text)
  }
  exhibit.number("times", "Times as many", [Double(weights.1 / weights.0)])
  exhibit.showNumbers()
  return exhibit
}
