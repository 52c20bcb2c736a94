import ArgumentParser
import Batch
import Fovea
import Reports
import SystemPackage

struct CamCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cam",
    abstract: "Show where in a picture a network sees a class.",
    discussion: """
      Class activation maps, for networks that end in global average pooling and at most one dense or 1x1 layer \
      (SqueezeNet, ResNet, MobileNet, Inception, DenseNet, Xception): no gradients, no guessing of layers. The sheet \
      <input name>_cam.png shows the input as the network saw it, the map, and the map over the input; --dump npz writes \
      the maps too, one array [rows, columns] a class.

      EXAMPLES
        fovea cam model.h5 photo.jpg
        fovea cam resnet50 --weights resnet50.h5 photos --top 3 --labels synset_words.txt
        fovea cam mobilenet --weights mobilenet.h5 photo.jpg --class 281 -o where.png
      """)

  enum Dump: String, ExpressibleByArgument, CaseIterable { case npz }

  @OptionGroup var given: NetworkWork

  @Option(
    name: .customLong("class"),
    help: ArgumentHelp(
      "Classes to map, by index, such as 281,282 (default: the likeliest).", valueName: "list"))
  var classes: String?

  @Option(help: ArgumentHelp("How many of the likeliest classes to map.", valueName: "k"))
  var top = 1

  @OptionGroup var labels: LabelOptions

  @Option(
    help: ArgumentHelp("How much the map's colours weigh over the picture, 0 to 1.", valueName: "share"))
  var opacity: Float = 0.5

  @OptionGroup(title: "Sheet") var look: LookOptions

  @Option(help: ArgumentHelp("Write the maps' values too: npz.", valueName: "format"))
  var dump: Dump?

  func validate() throws {
    if top < 1 { throw ValidationError("--top is at least 1, not \(top)") }
    if !(0...1).contains(opacity) { throw ValidationError("--opacity is between 0 and 1, not \(opacity)") }
  }

  func run() throws {
    let wanted: [Int]?
    do throws(VisualizationError) {
      wanted = try classes.map { (text) throws(VisualizationError) in try [Int](parsingChannels: text) }
    } catch {
      throw wrongUsage("--class: not a list of classes: \"\(classes ?? "")\" (write indices, as in 281,282)")
    }
    let listed = try labels.given()
    let (inputs, network) = try given.open()
    let names = ClassLabels.names(listed, of: network)
    let record = network.effectivePreprocessing
    let (loading, top, dumps) = (given.loading.loadOptions, top, dump != nil)
    let options = ClassMapSheetOptions(
      model: given.model.title, note: look.remark.note, colorMap: look.colorMap?.map, opacity: opacity,
      zoom: look.zoom)
    let heads = ClassMapHeads(network)
    let batch = Batch(
      inputs: inputs, outputs: given.output.map(fileSuffixes: ["png"]),
      options: given.batchOptions,
      settings:
        "fovea \(toolVersion) cam \(given.model.settings) \(classes ?? "") \(top) \(names) \(options) \(dumps) \(record)",
      files: { target in
        let sheet = target.namedFile ?? target.file(addition: "_cam", suffix: "png")
        return [sheet] + (dumps ? [sheet.withSuffix("npz")] : [])
      }, explain: problem(of:)
    ) { job, outputs in
      try Parallelism.limited(to: max(1, Parallelism.processors / job.jobs)) {
        let x = try network.input(contentsOf: job.input.path, options: loading)
        let (head, compiled) = try heads.head(for: x.shape)
        guard x.shape[0] == 1 else { throw VisualizationError.severalSamples(x.shape[0]) }
        let seen = compiled.run(x)
        let scores = try seen.layer(network.graph.outputs[0])
        let shown = wanted ?? Prediction.best(top, in: scores).map(\.index)
        if let beyond = shown.first(where: { $0 >= head.classes }) {
          throw VisualizationError.noSuchClass(beyond, classes: head.classes)
        }
        let features = try seen.layer(head.features)
        let maps = shown.map { index in
          ClassMap(
            index: index, label: names.indices.contains(index) ? names[index].label : nil,
            score: scores.scalars[index],
            map: head.map(of: index, from: features))
        }
        for map in maps where map.isConstant || map.isNotFinite {
          StandardError.line(
            "fovea: \(job.input.path.displayed): the map of class \(map.index) "
              + (map.isNotFinite
                ? "has values that are NaN or infinite: shown as a neutral tile"
                : "is \(map.map.scalars[0]) everywhere: shown flat, there is no place to point at"))
        }
        var sheetOptions = options
        sheetOptions.features = head.features
        sheetOptions.input = job.input.path.lastComponent?.string
        let sheet = ContactSheet(classMaps: maps, on: Raster(record.picture(of: x)), options: sheetOptions)
        SheetText.check(sheet)
        try outputs.write(job.outputs[0]) { try sheet.write(to: $0) }
        if dumps {
          var writer = try NpzWriter(outputs.reserve(job.outputs[1]))
          for map in maps { try writer.add(map.map, named: "\(map.index)") }
          try writer.finish()
        }
        return ClassMapReport(features: head.features, maps: maps)
      }
    }
    try batch.runAsCommand()
  }
}

/// `"class_maps"` of `cam --json`.
private struct ClassMapReport: Encodable, Sendable {
  struct Row: Encodable, Sendable {
    let index: Int
    let label: String?
    let score: Float
    let shape: [Int]
    let min: Float
    let max: Float
    let constant: Bool
  }

  let features: String
  let class_maps: [Row]

  init(features: String, maps: [ClassMap]) {
    self.features = features
    class_maps = maps.map { map in
      let range = ValueRange(of: map.map.scalars)
      return Row(
        index: map.index, label: map.label, score: map.score, shape: map.map.shape.dimensions,
        min: range?.low ?? .nan, max: range?.high ?? .nan, constant: map.isConstant)
    }
  }
}

/// The network's end and the network compiled to record it, for the sizes that came last.
private struct ClassMapHeads: Sendable {
  private let network: Network
  private let sizes: CompiledSizes

  init(_ network: Network) {
    self.network = network
    // Which layer is recorded may depend on the size only through what it is found to be; its name does not change.
    sizes = CompiledSizes(network: network) { shape in
      [try network.classMapHead(for: shape).features] + network.graph.outputs
    }
  }

  func head(for shape: Shape) throws -> (ClassMapHead, CompiledNetwork) {
    (try network.classMapHead(for: shape), try sizes.network(for: shape))
  }
}
