import Fovea

/// Half the units left out, another half at every step.
func dropout(in workplace: Workplace) throws -> Exhibit {
  var exhibit = Exhibit("dropout", "Dropout")
  let (side, rate) = (20, Float(0.5))
  exhibit.say(
    """
    During training every unit of a dense layer is multiplied by D: by 0, or by 1/p with probability p, here a half. No unit can
    rely on another being there, so each has to be of use by itself. The 1/p keeps the mean of the sums; when the network is
    used, nothing is left out and nothing is scaled. Each square is one of \(side * side) units in three steps of training.
    """)
  exhibit.show(
    Formula.displayed(
      .sub(.name("u"), .name("i")), .sign("←"), .sub(.name("D"), .name("i")), .sub(.name("u"), .name("i")),
      .sign(","),
      .name("P"),
      .row(
        .sign("("), .sub(.name("D"), .name("i")), .sign("="), .fraction(.number(1), .name("p")), .sign(")")),
      .sign("="), .name("p")))
  try exhibit.show(program: "Computations/DropoutFactors.swift", in: workplace)
  var grids: [String] = []
  var all: [Double] = []
  for step in 1...3 {
    let factors = try dropoutFactors(count: side * side, rate: rate, seed: UInt64(step))
    all += factors
    let rows = (0..<side).map { Array(factors[$0 * side..<($0 + 1) * side]) }
    grids.append(
      NumberGrid(rows, title: "Step \(step): \(factors.count { $0 == 0 }) left out", side: 10).html)
  }
  exhibit.show(beside(grids[0], grids[1], grids[2]))
  let atTest = try dropoutAtTest(count: side * side, rate: rate)
  exhibit.number(
    "dropped", "Share left out in the three steps", [Double(all.count { $0 == 0 }) / Double(all.count)])
  exhibit.number("factor", "Factor of the others", [all.max() ?? .nan])
  exhibit.number("mean", "Mean factor", [mean(all)])
  exhibit.number(
    "test", "Smallest and largest factor when the network is used",
    [atTest.min() ?? .nan, atTest.max() ?? .nan])
  exhibit.showNumbers()
  return exhibit
}
