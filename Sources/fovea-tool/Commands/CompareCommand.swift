import ArgumentParser
import Batch
import Fovea
import Reports
import Synchronization
import SystemPackage

struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Set two pictures, or two networks, side by side on one scale.",
    discussion: """
      Two pictures go through one network, or one picture through two networks (--with; layers of the same name and shape \
      are compared). Every layer becomes a sheet <A>_<B>/<NNN>_<layer>.png with A, B and A - B for the channels that differ \
      most; comparison.csv tells for every layer how far they lie apart.

      EXAMPLES
        fovea compare model.h5 one.jpg other.jpg
        fovea compare before.h5 --with after.h5 photo.jpg --layers conv
        fovea compare model.h5 one.jpg other.jpg --layers conv1,pool5 --top 12 --json -o seen
      """)

  @OptionGroup var model: ModelOptions

  @Argument(
    help: ArgumentHelp("Two pictures, or one with --with.", valueName: "pictures"), completion: .file())
  var pictures: [String]

  @Option(
    help: ArgumentHelp(
      "The second network: a file, or an architecture's name with --with-weights.", valueName: "model"),
    completion: .file())
  var with: String?

  @Option(
    help: ArgumentHelp("The weights of a second network that is named.", valueName: "file"),
    completion: .file())
  var withWeights: String?

  @OptionGroup var layers: LayerOptions
  @OptionGroup(title: "Sheet") var sheet: SheetOptions

  @OptionGroup var labels: LabelOptions

  @OptionGroup(title: "Preprocessing") var preprocessing: PreprocessingOptions
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Input") var loading: LoadingOptions
  @OptionGroup(title: "Run") var running: RunOptions

  func validate() throws {
    let expected = with == nil ? 2 : 1
    if pictures.count != expected {
      throw ValidationError(
        with == nil
          ? "two pictures are compared, not \(pictures.count); to compare two networks name the second one with --with"
          : "two networks are compared on one picture, not \(pictures.count)")
    }
    if pictures.contains("-") {
      throw ValidationError("the pictures to compare are named, not listed by '-'")
    }
    if withWeights != nil, with == nil { throw ValidationError("--with-weights goes with --with") }
  }

  func run() throws {
    let given = try labels.given()
    let paths = pictures.map { FilePath(argument: $0) }
    if let folder = paths.first(where: { FileFacts.ifPresent($0)?.kind == .folder }) {
      throw wrongUsage("\(folder.displayed) is a folder; pictures are compared one with one")
    }
    let inputs = try InputList([paths[0]], isMine: { _ in true })
    let network = try model.network(for: inputs, json: running.json, preprocessing.applied)
    let labels = ClassLabels.names(given, of: network).map(\.label)
    let recorded = try layers.recorded(of: network.graph)
    preprocessing.explain(network, try InputList(paths, isMine: { _ in true }), loading.loadOptions)
    let other = try with.map { with in
      // Parsed, so that options added later have their defaults.
      try ModelOptions.parse((withWeights.map { ["--weights=\($0)"] } ?? []) + ["--", with])
    }
    let second = try other?.network(for: inputs, json: running.json, preprocessing.applied)
    let sides =
      if let other { (model.title, other.title) } else {
        (paths[0].lastComponent?.string ?? pictures[0], paths[1].lastComponent?.string ?? pictures[1])
      }
    let options = ComparisonSheetOptions(
      first: sides.0, second: sides.1, model: second == nil ? model.title : nil,
      input: second == nil ? nil : paths[0].lastComponent?.string, note: sheet.note,
      scale: sheet.scale ?? .layer,
      colorMap: sheet.colorMap?.map, top: sheet.top ?? 24, zoom: sheet.zoom, labels: labels)
    let title =
      [sides.0, sides.1].map { fileName(FilePath($0).stem ?? $0) }.joined(separator: "_") + output.suffix
    let compared = second.map { second in recorded.filter { second.graph[$0.name] != nil } } ?? recorded
    let facts = FileFacts.ifPresent(paths[paths.count - 1])
    let against = other?.settings ?? "\(paths[paths.count - 1]) \(facts?.size ?? 0) \(facts?.modified ?? 0)"
    let loading = loading.loadOptions
    let batch = Batch(
      inputs: inputs, outputs: output.map(fileSuffixes: []), options: running.batchOptions(processors: 1),
      settings:
        "fovea \(toolVersion) compare \(model.settings) \(against) \(compared.map(\.name)) \(sheet.settings) \(labels) \(network.effectivePreprocessing)",
      files: { target in
        let folder = target.folder.appending(title)
        return (compared.map { $0.fileStem + ".png" } + ["comparison.csv"]).map { folder.appending($0) }
      }, explain: problem(of:)
    ) { job, outputs in
      var rows: [LayerComparison] = []
      var options = options
      let folder = job.outputs[0].folder
      let pairs = try Self.pairs(
        network, second, compared, leftOut: recorded.count - compared.count, paths, loading)
      if options.scale == .model {
        // One more run for the range, so that a layer can still be drawn and let go.
        try pairs { _, a, b in
          let both = [a, b].map { ChannelStatistics.of($0) }
          guard let next = ChannelStatistics.combined(both).range else { return }
          options.modelRange = options.modelRange?.union(next) ?? next
        }
      }
      try pairs { layer, a, b in
        rows.append(LayerComparison(name: layer.name, a, b))
        options.title = layer.name
        let drawn = try ContactSheet(comparing: a, with: b, options: options)
        SheetText.check(drawn)
        try outputs.write(folder.appending(layer.fileStem + ".png")) { try drawn.write(to: $0) }
      }
      guard !rows.isEmpty else { throw NothingToCompare() }
      try outputs.write(folder.appending("comparison.csv")) {
        try writeText(LayerComparison.table(rows), to: $0)
      }
      return ComparisonReport(rows)
    }
    try batch.runAsCommand()
  }

  private typealias Pairs = ((RecordedName, Tensor, Tensor) throws -> Void) throws -> Void

  /// What hands over the two outputs of each layer.
  private static func pairs(
    _ network: Network, _ second: Network?, _ compared: [RecordedName], leftOut: Int, _ paths: [FilePath],
    _ options: LoadOptions
  ) throws -> Pairs {
    let x = try network.input(contentsOf: paths[0], options: options)
    guard let second else {
      let y = try network.input(contentsOf: paths[1], options: options)
      guard x.shape == y.shape, x.shape[0] == 1 else {
        throw VisualizationError.notDrawable(
          y.shape, expected: "an input of the first one's shape \(x.shape)")
      }
      // Both go through at once as a batch, so that a layer is compared and let go.
      let both = Tensor(x.scalars + y.scalars, shape: Shape([2] + x.shape.dimensions.dropFirst()))
      let compiled = try network.compiled(for: both.shape, recording: compared.map(\.name))
      return { body in
        try compiled.run(both) { (layer: RecordedLayer) throws in
          let shape = Shape([1] + layer.output.shape.dimensions.dropFirst())
          let values = layer.output.scalars
          try body(
            RecordedName(name: layer.name, index: layer.index),
            Tensor(Array(values.prefix(shape.count)), shape: shape),
            Tensor(Array(values.suffix(shape.count)), shape: shape))
        }
      }
    }
    if leftOut > 0 {
      StandardError.line(
        "fovea: \(leftOut) of \(compared.count + leftOut) layers are in the first network only: left out")
    }
    guard !compared.isEmpty else { throw NothingToCompare() }
    let y = try second.input(contentsOf: paths[0], options: options)
    let seen = try network.compiled(for: x.shape, recording: compared.map(\.name)).run(x)
    let compiled = try second.compiled(for: y.shape, recording: compared.map(\.name))
    let told = Mutex<Set<String>>([])
    return { body in
      try compiled.run(y) { (layer: RecordedLayer) throws in
        guard let first = seen[layer.name] else { return }
        guard first.shape == layer.output.shape else {
          guard told.withLock({ $0.insert(layer.name).inserted }) else { return }
          StandardError.line(
            "fovea: layer '\(layer.name)' is \(first.shape) in the first network and \(layer.output.shape) in the second: left out"
          )
          return
        }
        try body(RecordedName(name: layer.name, index: layer.index), first, layer.output)
      }
    }
  }
}

/// Two networks without a layer in common.
private struct NothingToCompare: Error, CustomStringConvertible {
  let description = "the two have no layer of the same name and shape"
}

/// `"layers"` of `compare --json`: how far the two lie apart.
private struct ComparisonReport: Encodable, Sendable {
  struct Row: Encodable, Sendable {
    let name: String
    let shape: [Int]
    let mean_a: Double
    let mean_b: Double
    let mean_abs_difference: Double
    let max_abs_difference: Double
    let cosine: Double
  }

  let layers: [Row]

  init(_ rows: [LayerComparison]) {
    layers = rows.map { row in
      Row(
        name: row.name, shape: row.shape.dimensions, mean_a: row.meanOfFirst, mean_b: row.meanOfSecond,
        mean_abs_difference: row.meanDifference, max_abs_difference: row.largestDifference, cosine: row.cosine
      )
    }
  }
}
