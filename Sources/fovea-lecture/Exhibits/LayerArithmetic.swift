import Fovea

/// A convolutional layer of two channels in and two out, added up by hand.
func layerArithmetic(in workplace: Workplace) throws -> Exhibit {
  var exhibit = Exhibit("layer", "What a convolutional layer adds up")
  let file = try workplace.write(try SmallLayer.network(), "layer.h5")
  let pixels = (0..<16).flatMap { place in SmallLayer.input.map { Float($0[place / 4][place % 4]) } }
  let input = try workplace.write(Tensor(pixels, shape: [4, 4, 2]), "layer-input.npy")
  let (run, dump) = try workplace.activations(of: file, input, to: "layer")
  let answer = try dump.tensor(named: "conv")
  exhibit.say(
    """
    Arrays of a network are tensors: a grey picture has rows and columns, a colour picture a third axis of channels, a batch of
    pictures a fourth before them. A layer with weights of shape (K₁, K₂, N<sub>in</sub>, N<sub>out</sub>) has a kernel for every
    pair of an input channel n and an output channel m. It correlates each input channel with its kernel, adds the results up
    over the input channels, and adds the bias b[m].
    """)
  exhibit.show(
    Formula.displayed(
      .entry("Z", "i1", "i2", "m"), .sign("="), .sum(over: "k1", "k2", "n"),
      .entry("W", "k1", "k2", "n", "m"),
      .entry("U", "i1 + k1", "i2 + k2", "n"), .sign("+"), .entry("b", "m")))
  exhibit.show(run)
  try exhibit.show(program: "Computations/SmallNetworks.swift", in: workplace)
  for m in 0..<2 {
    var parts: [String] = []
    for n in 0..<2 {
      parts += [
        NumberGrid(SmallLayer.input[n], title: "U[:, :, \(n)]", side: 30).html, "∗",
        NumberGrid(SmallLayer.kernels[n][m], title: "W[:, :, \(n), \(m)]", side: 30).html, "=",
        NumberGrid(SmallLayer.part(from: n, to: m), title: "from channel \(n)", side: 30).html,
      ]
    }
    let bias = SmallLayer.bias[m]
    exhibit.show(beside(parts[0], parts[1], parts[2], parts[3], parts[4]))
    exhibit.show(
      beside(
        parts[5], parts[6], parts[7], parts[8], parts[9], "+ b[\(m)] = \(numberText(bias)) →",
        NumberGrid(answer.rows(channel: m), title: "Z[:, :, \(m)], from fovea", side: 30).html))
    exhibit.number("z\(m)", "Z[:, :, \(m)], row by row", answer.rows(channel: m).flatMap { $0 })
  }
  let byHand = (0..<2).map { m in
    zip(SmallLayer.part(from: 0, to: m).joined(), SmallLayer.part(from: 1, to: m).joined())
      .map { $0 + $1 + SmallLayer.bias[m] }
  }
  let differences = (0..<2).flatMap { m in
    zip(byHand[m], answer.rows(channel: m).joined()).map { abs($0 - $1) }
  }
  exhibit.number("difference", "Largest difference from the sums by hand", [differences.max() ?? .nan])
  exhibit.showNumbers()
  return exhibit
}

/// Pooling of the lecture's four by four pixels.
func poolingExample(in workplace: Workplace) throws -> Exhibit {
  var exhibit = Exhibit("pooling", "Making it smaller: stride, largest, mean")
  let file = try workplace.write(try poolingNetwork(), "pooling.h5")
  let pixels = fourByFour.joined().map { Float($0) }
  let input = try workplace.write(Tensor(pixels, shape: [4, 4, 1]), "pooling-input.npy")
  let (run, dump) = try workplace.activations(of: file, input, to: "pooling")
  exhibit.say(
    """
    A stride of 2 keeps the upper left pixel of every 2 × 2. Max pooling keeps the largest, average pooling the mean; both do it
    in every channel by itself, and the window moves by the stride.
    """)
  exhibit.show(run)
  try exhibit.show(program: "Computations/SmallNetworks.swift", in: workplace)
  var grids = [NumberGrid(fourByFour, title: "U", marking: (0..<2, 0..<2)).html, "→"]
  for (layer, words) in [("stride", "stride 2"), ("maximum", "max pooling"), ("average", "average pooling")] {
    let answer = try dump.tensor(named: layer).rows
    grids.append(NumberGrid(answer, title: words, marking: (0..<1, 0..<1)).html)
    exhibit.number(layer, "2 × 2, \(words)", answer.flatMap { $0 })
  }
  exhibit.show(beside(grids[0], grids[1], grids[2], grids[3], grids[4]))
  exhibit.showNumbers()
  return exhibit
}
