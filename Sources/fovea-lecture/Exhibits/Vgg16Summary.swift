import Fovea

/// VGG16, layer by layer.
func vgg16Summary(in workplace: Workplace) throws -> Exhibit {
  var exhibit = Exhibit("vgg16", "VGG16, layer by layer")
  let run = try workplace.fovea("summary", "vgg16")
  let counted = try workplace.fovea("summary", "vgg16", "--json").decoded(as: SummaryAnswer.self)
  let weighted = counted.layers.filter { $0.parameters > 0 }
  exhibit.say(
    """
    Small kernels, many layers: \(weighted.count) with weights. Of the parameters the first dense layer alone holds most; of the
    multiplications it does hardly any.
    """)
  exhibit.show(run)
  exhibit.show(
    Bars(
      title: "Parameters of the layers that have any",
      rows: weighted.map { ($0.name, Double($0.parameters), grouped($0.parameters)) }
    ).html)
  exhibit.number("parameters", "Parameters", counted.total_parameters)
  exhibit.number("weighted-layers", "Layers with weights", weighted.count)
  exhibit.showNumbers()
  return exhibit
}
