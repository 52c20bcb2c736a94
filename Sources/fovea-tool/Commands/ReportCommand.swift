import ArgumentParser
import Batch
import Fovea
import Reports
import SystemPackage

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Write HTML pages that show what a network does with pictures, layer by layer.",
    discussion: """
      A page a picture: what the network saw, its prediction, the network as a diagram in which every layer can be \
      chosen, and each layer's sheet and statistics. index.html leads to all of them. The pages open from disk and \
      load nothing from elsewhere. --single-file puts everything into one HTML file.

      EXAMPLES
        fovea report model.h5 photos -o seen
        fovea report vgg16 --weights vgg16.h5 photo.jpg --labels synset_words.txt --layers conv -o seen
        fovea report model.h5 photo.jpg --single-file -o seen.html
      """)

  @OptionGroup var given: NetworkWork

  @Flag(help: "Write one HTML file with everything in it.")
  var singleFile = false

  @OptionGroup var layers: LayerOptions
  @OptionGroup var channels: ChannelOptions

  @OptionGroup(title: "Sheet") var sheet: SheetOptions

  @Option(help: ArgumentHelp("How many of the likeliest classes to name.", valueName: "k"))
  var classes = 5

  @OptionGroup var labels: LabelOptions

  func validate() throws {
    if classes < 1 { throw ValidationError("--classes is at least 1, not \(classes)") }
    if singleFile, given.running.resume {
      throw ValidationError("--resume goes with a folder of pages; a single file is always written anew")
    }
    if !singleFile, ["html", "htm"].contains(FilePath(argument: given.output.output).suffix) {
      throw ValidationError("-o \(given.output.output) is one file: add --single-file, or name a folder")
    }
  }

  func run() throws {
    let selection = try channels.selection(top: sheet.top)
    let listed = try labels.given()
    let (inputs, network) = try given.open()
    let drawn = try layers.recorded(of: network.graph).map(\.name)
    let names = ClassLabels.names(listed, of: network)
    let record = network.effectivePreprocessing
    let settings = ReportSettings(
      model: given.model.title, note: sheet.note, drawn: drawn, scale: sheet.scale ?? .layer,
      sheet: ActivationSheetOptions(
        selection: selection, colorMap: sheet.colorMap?.map, columns: sheet.columns, zoom: sheet.zoom),
      classes: classes, labels: names, preprocessing: preprocessingText(record), record: record,
      version: toolVersion)
    let work = try saying {
      try ReportWork(
        network: network, settings: settings, output: given.output, isSingleFile: singleFile,
        loading: given.loading.loadOptions, running: given.running)
    }
    try work.run(
      inputs,
      settings:
        "fovea \(toolVersion) report \(given.model.settings) \(drawn) \(selection) \(sheet.settings) \(classes) \(names.hashValueText) \(record)"
    )
  }
}

extension [ClassName] {
  /// All names as one text, so that other names make other settings.
  fileprivate var hashValueText: String { map { ($0.synset ?? "") + $0.label }.joined(separator: "\n") }
}
