import Fovea

/// Back-propagation through a convolution is a correlation again.
func gradientAsCorrelation(in workplace: Workplace) throws -> Exhibit {
  var exhibit = Exhibit("weight-gradient", "The gradient of the weights is a correlation, too")
  let small = try WeightGradient(samples: 1, side: 5, channels: 1, filters: 1, seed: 4)
  let batch = try WeightGradient(samples: 3, side: 12, channels: 2, filters: 4, seed: 5)
  exhibit.say(
    """
    Training asks how the loss J changes with every weight. W[k₁, k₂, n, m] multiplies U[i, j₁ + k₁, j₂ + k₂, n] wherever it is
    used, so its gradient adds up those inputs, each times the gradient that comes back to the output it went to: the input
    correlated with the output’s gradient. The first line below is one picture; the table compares a batch of 3 pictures with
    2 channels in and 4 out.
    """)
  exhibit.show(
    Formula.displayed(
      .fraction(
        .row(.sign("∂"), .name("J")), .row(.sign("∂"), .entry("W", "k1", "k2", "n", "m"))),
      .sign("="), .sum(over: "i", "j1", "j2"), .entry("U", "i", "j1 + k1", "j2 + k2", "n"),
      .fraction(.row(.sign("∂"), .name("J")), .row(.sign("∂"), .entry("Z", "i", "j1", "j2", "m")))))
  try exhibit.show(program: "Computations/WeightGradient.swift", in: workplace)
  exhibit.show(
    beside(
      NumberGrid(small.input.rows.roundedToHundredths, title: "U", marking: (0..<3, 0..<3), side: 46).html,
      "∗",
      NumberGrid(small.outputGradient.rows.roundedToHundredths, title: "∂J/∂Z", side: 46).html, "=",
      NumberGrid(
        small.propagated.reshaped([3, 3]).rows.roundedToHundredths, title: "∂J/∂W, from training",
        marking: (0..<1, 0..<1), side: 46
      ).html))
  for (key, words, gradient) in [("small", "one picture", small), ("batch", "the batch", batch)] {
    let agreement = gradient.correlated.agreement(with: gradient.propagated)
    exhibit.number(
      key, "Largest difference of the two ways, relative to the largest gradient: \(words)",
      [Double(agreement?.relativeToMaximum ?? .nan)])
  }
  exhibit.showNumbers()
  return exhibit
}

extension [[Double]] {
  fileprivate var roundedToHundredths: [[Double]] { map { $0.map { ($0 * 100).rounded() / 100 } } }
}
