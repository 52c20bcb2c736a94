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
      --method cam: class activation maps, for networks that end in global average pooling and at most one dense or \
      1x1 layer (SqueezeNet, ResNet, MobileNet, Inception, DenseNet, Xception): no gradients, no guessing of layers. \
      --method grad-cam: for any network, the maps of one layer weighed by the mean gradients of the class's score, \
      what speaks against the class cut off; --layer says which, by default the last with rows and columns. \
      --method saliency: how much each pixel of the input matters, the largest |d score / d input| of its channels. \
      The score is what a final softmax reads.
      The sheet <input name>_cam.png shows the input as the network saw it, the map, and the map over the input; \
      --dump npz writes the maps too, one array [rows, columns] a class.

      EXAMPLES
        fovea cam model.h5 photo.jpg
        fovea cam resnet50 --weights resnet50.h5 photos --top 3 --labels synset_words.txt
        fovea cam mobilenet --weights mobilenet.h5 photo.jpg --class 281 -o where.png
        fovea cam vgg16 --weights vgg16.h5 photo.jpg --method grad-cam --layer block5_conv3
        fovea cam vgg16 --weights vgg16.h5 photo.jpg --method saliency
      """)

  enum Dump: String, ExpressibleByArgument, CaseIterable { case npz }

  enum Method: String, ExpressibleByArgument, CaseIterable {
    case cam
    case gradCam = "grad-cam"
    case saliency

    var ofMaps: ClassMapMethod {
      switch self {
      case .cam: .cam
      case .gradCam: .gradCam
      case .saliency: .saliency
      }
    }
  }

  @OptionGroup var given: NetworkWork

  @Option(help: ArgumentHelp("cam, grad-cam or saliency.", valueName: "name"))
  var method = Method.cam

  @Option(
    help: ArgumentHelp(
      "The layer of grad-cam (default: the last with rows and columns); NAME:linear is before its activation.",
      valueName: "name"))
  var layer: String?

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
    if layer != nil, method != .gradCam {
      throw ValidationError(
        "--layer is for --method grad-cam: cam reads the layer that the network averages, saliency the input")
    }
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
    let (loading, method, dumps) = (given.loading.loadOptions, method.ofMaps, dump != nil)
    let options = ClassMapSheetOptions(
      model: given.model.title, note: look.remark.note, method: method, colorMap: look.colorMap?.map,
      opacity: opacity, zoom: look.zoom)
    let work = try ClassMapWork(network, method, layer: layer, wanted: wanted, top: top, names: names)
    let batch = Batch(
      inputs: inputs, outputs: given.output.map(fileSuffixes: ["png"]),
      options: given.batchOptions,
      settings:
        "fovea \(toolVersion) cam \(given.model.settings) \(classes ?? "") \(top) \(layer ?? "") \(names) \(options) \(dumps) \(record)",
      files: { target in
        let sheet = target.namedFile ?? target.file(addition: "_cam", suffix: "png")
        return [sheet] + (dumps ? [sheet.withSuffix("npz")] : [])
      }, explain: problem(of:)
    ) { job, outputs in
      try Parallelism.limited(to: max(1, Parallelism.processors / job.jobs)) {
        let x = try network.input(contentsOf: job.input.path, options: loading)
        let (layer, maps) = try work.maps(of: x)
        for map in maps where map.isConstant || map.isNotFinite {
          StandardError.line(
            "fovea: \(job.input.path.displayed): the map of class \(map.index) "
              + (map.isNotFinite
                ? "has values that are NaN or infinite: shown as a neutral tile"
                : "is \(map.map.scalars[0]) everywhere"
                  + (method == .gradCam ? " (nothing in layer \(layer) speaks for it)" : "")
                  + ": shown flat, there is no place to point at"))
        }
        var sheetOptions = options
        sheetOptions.features = layer
        sheetOptions.input = job.input.path.lastComponent?.string
        let sheet = ContactSheet(classMaps: maps, on: Raster(record.picture(of: x)), options: sheetOptions)
        SheetText.check(sheet)
        try outputs.write(job.outputs[0]) { try sheet.write(to: $0) }
        if dumps {
          var writer = try NpzWriter(outputs.reserve(job.outputs[1]))
          for map in maps { try writer.add(map.map, named: "\(map.index)") }
          try writer.finish()
        }
        return ClassMapReport(method: method, features: layer, maps: maps)
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

  let method: String
  let features: String
  let class_maps: [Row]

  init(method: ClassMapMethod, features: String, maps: [ClassMap]) {
    self.method = method.rawValue
    self.features = features
    class_maps = maps.map { map in
      let range = ValueRange(of: map.map.scalars)
      return Row(
        index: map.index, label: map.label, score: map.score, shape: map.map.shape.dimensions,
        min: range?.low ?? .nan, max: range?.high ?? .nan, constant: map.isConstant)
    }
  }
}
