import Batch
import Fovea
import SystemPackage

/// What `activations` does with one picture: a layer is drawn, dumped and let go before the next one comes.
struct ActivationWork: Sendable {
  let network: Network
  let layers: [RecordedName]
  let draws: Bool
  let dump: DumpFormat?
  let overlays: Bool
  let scale: Scaling
  let sheet: ActivationSheetOptions
  let loading: LoadOptions
  /// Whether somebody reads what is said of the layers, which are looked through for it.
  let reports: Bool
  private let compiled: CompiledSizes

  init(
    network: Network, layers: [RecordedName], draws: Bool, dump: DumpFormat?, overlays: Bool, scale: Scaling,
    sheet: ActivationSheetOptions, loading: LoadOptions, reports: Bool
  ) {
    self.network = network
    self.layers = layers
    self.draws = draws
    self.dump = dump
    self.overlays = overlays
    self.scale = scale
    self.sheet = sheet
    self.loading = loading
    self.reports = reports
    compiled = CompiledSizes(network: network, names: layers.map(\.name))
  }

  /// The outputs of one input: its dump, then its sheets.
  @Sendable func files(_ target: OutputTarget) -> [FilePath] {
    (dump?.files(target, layers) ?? [])
      + (draws ? layers.map { sheetPath($0, target) } : [])
  }

  private func sheetPath(_ layer: RecordedName, _ target: OutputTarget) -> FilePath {
    target.subfolder.appending(layer.fileStem + ".png")
  }

  /// The shapes of the layers' outputs, in the order of execution.
  private func shapes(for input: Shape) throws -> [(name: String, shape: Shape)] {
    let (graph, shapes) = (network.graph, try network.graph.shapes(for: input))
    return try layers.compactMap { recorded in
      shapes[graph.layers[try graph.recorded(recorded.name).layer].name].map { (recorded.name, $0) }
    }
  }

  func run(_ job: Batch.Job, _ outputs: inout Transaction) throws -> (any Encodable & Sendable)? {
    let x = try network.input(contentsOf: job.input.path, options: loading)
    guard x.shape[0] == 1 || !draws else { throw VisualizationError.severalSamples(x.shape[0]) }
    let compiled = try compiled.network(for: x.shape)
    var options = sheet
    options.input = job.input.path.lastComponent?.string
    if draws, scale == .model { options.modelRange = compiled.recordedRange(x) }
    if overlays {
      guard x.shape.rank == 4 else {
        throw VisualizationError.notDrawable(x.shape, expected: "a picture to lay maps over")
      }
      options.overlay = Raster(network.effectivePreprocessing.picture(of: x))
    }
    let metadata = [
      "fovea": toolVersion, "model": sheet.model ?? "", "input": options.input ?? "", "layout": "NHWC",
      "preprocessing": beginsAsArray(job.input.path)
        ? "none: an array" : preprocessingText(network.effectivePreprocessing),
    ]
    var writer: LayerDump? = nil
    if let dump {
      writer = try LayerDump(
        dump, dump.files(job.target, layers), metadata: metadata, shapes: try shapes(for: x.shape), &outputs)
    }
    var report = LayerReport()
    // Several pictures at a time keep the processors busy by themselves.
    try withSideThread(isUsed: Parallelism.threads > 1) { side in
      try compiled.run(x) { (layer: RecordedLayer) throws -> Void in
        if reports { report.layers.append(.init(layer)) }
        try writer?.add(layer, &outputs)
        guard draws else { return }
        options.title = layer.name
        // Names belong to layers with as many units, not to every dense layer on the way.
        options.labels = layer.output.shape[-1] == sheet.labels.count ? sheet.labels : []
        let sheet = try ContactSheet(of: layer.output, scale: scale, options: options)
        SheetText.check(sheet)
        let path = try outputs.reserve(sheetPath(.init(name: layer.name, index: layer.index), job.target))
        try side.start { try Parallelism.limited(to: 1) { try sheet.write(to: path) } }
      }
    }
    if let writer { try writer.finish(&outputs) }
    return reports ? report : nil
  }
}

/// `"layers"` of `activations --json`.
private struct LayerReport: Encodable, Sendable {
  struct Row: Encodable, Sendable {
    let name: String
    let shape: [Int]
    let min: Float
    let max: Float
    let mean: Float
    let std: Float
    /// The share of zeros, 0...1.
    let zero: Float

    init(_ layer: RecordedLayer) {
      let statistics = ChannelStatistics.of(layer.output)
      name = layer.name
      shape = layer.output.shape.dimensions
      min = statistics.minimum
      max = statistics.maximum
      mean = statistics.mean
      std = statistics.deviation
      zero = statistics.zeroFraction
    }
  }

  var layers: [Row] = []
}
