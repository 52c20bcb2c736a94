import Fovea

/// What batch normalisation does to the values of a layer, and to training.
func batchNormalisation(in workplace: Workplace) throws -> Exhibit {
  var exhibit = Exhibit("batch-normalisation", "Batch normalisation")
  let channels = [3, 40, 90]
  let statistics = try BatchStatistics(
    bank: Samples.trained ?? "Samples/networks/synthetic-gabor-bank.h5", picture: "Samples/still-life.png",
    channels: channels)
  exhibit.say(
    """
    When the weights of a layer move, the layer behind it meets numbers of another size. Batch normalisation brings every channel
    to mean 0 and variance 1 over the mini-batch, and then lets training choose a scale γ and a shift β for it. Below, pieces of
    the still life go through a first layer of kernels; three of its channels before and after.
    """)
  exhibit.show(
    Formula.displayed(
      .sub(.name("y"), .name("i")), .sign("="), .name("γ"),
      .fraction(
        .row(.sub(.name("x"), .name("i")), .sign("−"), .name("μ")),
        .root(.row(.power(.name("σ"), .number(2)), .sign("+"), .name("ε")))), .sign("+"), .name("β")))
  try exhibit.show(program: "Computations/BatchStatistics.swift", in: workplace)
  for (title, values) in [("Before", statistics.before), ("After, with γ = 1 and β = 0", statistics.after)] {
    exhibit.show(
      Curves(
        title: title, across: "value", up: "share of the values",
        lines: zip(channels, values).map { channel, values in
          Curves.Line("channel \(channel)", histogram(values))
        }
      ).html)
  }
  exhibit.number("means-before", "Means before", statistics.before.map { mean($0) })
  exhibit.number("deviations-before", "Deviations before", statistics.before.map { deviation($0) })
  exhibit.number("means-after", "Means after", statistics.after.map { (mean($0) * 1e5).rounded() / 1e5 })
  exhibit.number("deviations-after", "Deviations after", statistics.after.map { deviation($0) })
  exhibit.showNumbers()
  try addLearningRates(to: &exhibit, in: workplace)
  return exhibit
}

/// The share of values in each of some steps, without the outermost hundredths.
private func histogram(_ values: [Double]) -> [(x: Double, y: Double)] {
  let sorted = values.sorted()
  let (low, high) = (sorted[sorted.count * 3 / 100], sorted[sorted.count - 1 - sorted.count * 3 / 100])
  let bins = 48
  let step = max((high - low) / Double(bins), .leastNormalMagnitude)
  var counts = [Int](repeating: 0, count: bins)
  for value in values where value >= low && value < high {
    counts[min(bins - 1, Int((value - low) / step))] += 1
  }
  return counts.enumerated().map {
    (low + (Double($0.offset) + 0.5) * step, Double($0.element) / Double(values.count))
  }
}

/// Three learning rates with and without, here on points and, where their histories are among the samples, on CIFAR-10.
private func addLearningRates(to exhibit: inout Exhibit, in workplace: Workplace) throws {
  let times = [1, 5, 30]
  exhibit.say(
    """
    Because the layers no longer disturb each other, the learning rate may be raised. The paper that introduced the method
    (Ioffe and Szegedy, 2015) compares the usual rate with 5 and 30 times as much. The same on a small scale: the two spirals of
    above, three layers of 24 units, plain gradient descent, the loss averaged over ten steps.
    """)
  try exhibit.show(program: "Computations/LearningRates.swift", in: workplace)
  var lines: [Curves.Line] = []
  for normalises in [false, true] {
    for factor in times {
      let losses = try spiralLosses(rate: 0.05 * Double(factor), normalises: normalises, steps: 400)
      let words = "\(normalises ? "with" : "without"), \(factor)×"
      lines.append(Curves.Line(words, losses))
      exhibit.number(
        "loss-\(normalises ? "with" : "without")-\(factor)", "Loss at the end: \(words)",
        [losses.last?.y ?? .nan])
    }
  }
  exhibit.show(
    Curves(
      title: "Loss with and without batch normalisation at three learning rates", across: "step", up: "loss",
      lines: lines
    ).html)
  exhibit.showNumbers()
  let names = [("baseline", "without"), ("batch-norm", "with")].flatMap { network, words in
    times.map { (file: "cifar10-\(network)-rate-\($0)", words: "\(words), \($0)×") }
  }
  let histories = try names.compactMap { name -> Curves.Line? in
    try Samples.history(name.file).map { Curves.Line(name.words, values: $0.testAccuracies) }
  }
  guard !histories.isEmpty else {
    exhibit.show(
      command: trainingCommand("--limit 10000 --epochs 12 --learning-rate 0.005 --batch-norm"),
      because: """
        For the CIFAR-10 network the histories of that comparison are not among the samples
        (<code>Samples/histories/cifar10-batch-norm-rate-5.csv</code> and so on). This makes one of them:
        """)
    return
  }
  exhibit.show(
    command: trainingCommand("--limit 10000 --epochs 12 --learning-rate 0.005 --batch-norm"),
    because: """
      The CIFAR-10 network on its first 10,000 training pictures; the histories are committed
      (<code>Samples/histories/cifar10-batch-norm-rate-5.csv</code> and so on), and this made one of them:
      """)
  exhibit.show(
    Curves(
      title:
        "The CIFAR-10 network with and without batch normalisation at 1, 5 and 30 times the learning rate",
      across: "epoch", up: "accuracy on data not trained on", lines: histories
    ).html)
}
