import ArgumentParser
import Batch
import Fovea
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

  @Flag(help: "Replace outputs that are already there.")
  var overwrite = false

  @Flag(name: .shortAndLong, help: "Tell problems only: no list of outputs.")
  var quiet = false

  func validate() throws {
    let expected = with == nil ? 2 : 1
    if pictures.count != expected {
      throw ValidationError(
        with == nil
          ? "two pictures are compared, not \(pictures.count); to compare two networks name the second one with --with"
          : "two networks are compared on one picture, not \(pictures.count)")
    }
    if withWeights != nil, with == nil { throw ValidationError("--with-weights goes with --with") }
  }

  func run() throws {
    let given = try labels.given()
    let network = try saying { try preprocessing.applied(to: try model.network()) }
    let labels = ClassLabels.names(given, of: network).map(\.label)
    let recorded = try layers.recorded(of: network.graph)
    let paths = pictures.map { FilePath(argument: $0) }
    preprocessing.explain(network, try InputList(paths, isMine: { _ in true }), loading.loadOptions)
    let sides: (first: String, second: String)
    let second: Network?
    if let with {
      // Parsed, so that options added later have their defaults.
      let other = try ModelOptions.parse((withWeights.map { ["--weights=\($0)"] } ?? []) + ["--", with])
      second = try saying { try preprocessing.applied(to: try other.network()) }
      sides = (model.title, other.title)
    } else {
      second = nil
      sides = (paths[0].lastComponent?.string ?? pictures[0], paths[1].lastComponent?.string ?? pictures[1])
    }
    var options = ComparisonSheetOptions(
      first: sides.first, second: sides.second, model: second == nil ? model.title : nil,
      input: second == nil ? nil : paths[0].lastComponent?.string, note: sheet.note,
      scale: sheet.scale ?? .layer,
      colorMap: sheet.colorMap?.map, top: sheet.top ?? 24, zoom: sheet.zoom, labels: labels)
    let title = [sides.first, sides.second].map { fileName(FilePath($0).stem ?? $0) }.joined(separator: "_")
    let folder = FilePath(argument: output.output).appending(title + output.suffix)
    let pairs = try saying { try self.pairs(network, second, recorded, paths) }
    try saying {
      try checkFree([folder.appending("comparison.csv")], replacing: overwrite)
      var rows: [LayerComparison] = []
      var written: [FilePath] = []
      try Transaction.writing(replacing: overwrite) { outputs in
        try pairs { layer, a, b in
          rows.append(LayerComparison(name: layer.name, a, b))
          options.title = layer.name
          let drawn = try ContactSheet(comparing: a, with: b, options: options)
          SheetText.check(drawn)
          written.append(folder.appending(layer.fileStem + ".png"))
          try outputs.write(folder.appending(layer.fileStem + ".png")) { try drawn.write(to: $0) }
        }
        guard !rows.isEmpty else { throw NothingToCompare() }
        written.append(folder.appending("comparison.csv"))
        try outputs.write(folder.appending("comparison.csv")) {
          try writeText(LayerComparison.table(rows), to: $0)
        }
      }
      if !quiet { for path in written { StandardOutput.write(path.bytesAndNewline) } }
    }
  }

  private typealias Pairs = ((RecordedName, Tensor, Tensor) throws -> Void) throws -> Void

  /// What hands over the two outputs of each layer.
  private func pairs(
    _ network: Network, _ second: Network?, _ recorded: [RecordedName], _ paths: [FilePath]
  ) throws -> Pairs {
    let options = loading.loadOptions
    let x = try network.input(contentsOf: paths[0], options: options)
    guard let second else {
      let y = try network.input(contentsOf: paths[1], options: options)
      guard x.shape == y.shape, x.shape[0] == 1 else {
        throw VisualizationError.notDrawable(
          y.shape, expected: "an input of the first one's shape \(x.shape)")
      }
      // Both go through at once as a batch, so that a layer is compared and let go.
      let both = Tensor(x.scalars + y.scalars, shape: Shape([2] + x.shape.dimensions.dropFirst()))
      let compiled = try network.compiled(for: both.shape, recording: recorded.map(\.name))
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
    let names = recorded.filter { second.graph[$0.name] != nil }
    let missing = recorded.count - names.count
    if missing > 0 {
      StandardError.line(
        "fovea: \(missing) of \(recorded.count) layers are in the first network only: left out")
    }
    guard !names.isEmpty else { throw NothingToCompare() }
    let y = try second.input(contentsOf: paths[0], options: options)
    let seen = try network.compiled(for: x.shape, recording: names.map(\.name)).run(x)
    let compiled = try second.compiled(for: y.shape, recording: names.map(\.name))
    return { body in
      try compiled.run(y) { (layer: RecordedLayer) throws in
        guard let first = seen[layer.name] else { return }
        guard first.shape == layer.output.shape else {
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
