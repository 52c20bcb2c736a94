import Fovea

/// What `fovea inspect --json` prints.
private struct InspectAnswer: Decodable {
  struct Entry: Decodable {
    let name: String
    let shape: [Int]
  }

  let tensors: [Entry]
}

/// Sobel's two kernels as a layer of a network.
func gradientLayer(in workplace: Workplace) throws -> Exhibit {
  try layerExhibit(
    Exhibit("gradient-layer", "A layer of two gradients"), "Samples/networks/sobel.h5", layer: "sobel",
    picture: workplace.path("square.png"),
    text: """
      The two gradients as one layer of a network: one channel in, two out, the weights set by hand where training would
      normally set them. 3 · 3 · 1 · 2 weights and 2 biases make the parameters; valid convolution takes a pixel from each side.
      """, alt: "Two maps: vertical edges and horizontal edges", in: workplace)
}

/// Four colours as a layer of a network.
func colourLayer(in workplace: Workplace) throws -> Exhibit {
  try layerExhibit(
    Exhibit("colour-layer", "A layer that sees colours"), "Samples/networks/colours.h5", layer: "colours",
    picture: "Samples/still-life-487x368.png",
    text: """
      Three channels in, four out, 9 × 9: each kernel averages over space by a Gaussian (σ = 2) and weighs the colours, so that
      red, green, blue, and red with blue each excite one channel: W[i, j, k, l] = G[i, j] · C[l, k].
      """, alt: "Four maps, each bright where its colour is", in: workplace)
}

private func layerExhibit(
  _ empty: Exhibit, _ network: String, layer: String, picture: String, text: String, alt: String,
  in workplace: Workplace
) throws -> Exhibit {
  var exhibit = empty
  let summary = try workplace.fovea("summary", network)
  let counted = try workplace.fovea("summary", network, "--json").decoded(as: SummaryAnswer.self)
  let inspected = try workplace.fovea("inspect", network, "--json").decoded(as: InspectAnswer.self)
  let drawing = try workplace.fovea(
    "activations", network, picture, "--layers", layer, "--scale", "symmetric", "--columns", "2", "-o",
    workplace.path("\(layer)-layer"))
  exhibit.say(text)
  exhibit.show(summary, drawing)
  let sheet = drawing.printed.split(separator: "\n").first.map(String.init) ?? ""
  let name = String(sheet.dropFirst(workplace.path("").count))
  exhibit.show([
    try workplace.picture(
      name, alt, "The layer’s channels as fovea draws them: 0 in the middle of the scale", shown: 820)
  ])
  exhibit.number("parameters", "Parameters", counted.total_parameters)
  let kernel = inspected.tensors.first { $0.name.hasSuffix("kernel") }
  exhibit.shape("weights", "Shape of W", kernel?.shape ?? [])
  exhibit.shape("output", "Shape of the output", counted.layers.last?.shape ?? [])
  exhibit.showNumbers()
  return exhibit
}

/// The first kernels of a network as colour pictures.
func firstLayerFilters(in workplace: Workplace) throws -> Exhibit {
  var exhibit = Exhibit("first-filters", "First-layer filters, drawn as pictures")
  let alexNet = try workplace.fovea("summary", "alexnet", "--json").decoded(as: SummaryAnswer.self)
  let first = alexNet.layers.first { $0.macs > 0 }
  exhibit.say(
    """
    A kernel of the first layer has as many channels as the picture, so it is a small colour picture itself: it shows what the
    unit answers to most. AlexNet’s first layer has 96 of 11 × 11 × 3. Trained on photographs such kernels become edges and
    stripes of all directions, and blobs of opposite colours.
    """)
  let trained = Samples.trained
  let network = trained ?? "Samples/networks/synthetic-gabor-bank.h5"
  let run = try workplace.fovea("filters", network, "-o", workplace.path("first-filters.png"))
  exhibit.show(run)
  exhibit.show([
    try workplace.picture(
      "first-filters.png", "A sheet of kernels: stripes and blobs of many directions and colours",
      trained == nil
        ? "A synthetic bank of AlexNet’s shape, made from formulas and not trained: what such kernels look like"
        : "The first layer of a network that Fovea trained on CIFAR-10", shown: 820)
  ])
  exhibit.number("alexnet", "Parameters of AlexNet’s first layer", first?.parameters ?? 0)
  exhibit.shape("alexnet-output", "Its output", first?.shape ?? [])
  exhibit.showNumbers()
  return exhibit
}
