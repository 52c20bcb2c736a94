import Fovea

/// What training costs on this machine, by network.
func whenAGpuPays(in workplace: Workplace) throws -> Exhibit {
  var exhibit = Exhibit("gpu", "When a GPU pays")
  exhibit.say(
    """
    The multiplications of a network can be counted, and how many of them this machine does in a second can be measured; the
    quotient says how long running and training take. <code>fovea summary</code> ends with that estimate. A training step costs
    about three passes: forwards, back to the inputs, back to the weights.
    """)
  var bars: [(name: String, value: Double, text: String)] = []
  for name in ["squeezenet1.1", "resnet50", "vgg16"] {
    let run = try workplace.fovea("summary", name)
    exhibit.show(run) { $0.hasPrefix("MACs:") || $0.hasPrefix("Here (") || $0.hasPrefix("50,000") }
    let counted = try workplace.fovea("summary", name, "--json").decoded(as: SummaryAnswer.self)
    let operations = counted.layers.reduce(0) { $0 + $1.macs }
    bars.append(
      (name, Double(operations), scientific(Double(operations))))
    exhibit.number(name, "Multiply-adds of \(name) for one picture", operations)
  }
  exhibit.show(Bars(title: "Multiply-adds for one picture", rows: bars).html)
  exhibit.showNumbers()
  return exhibit
}
