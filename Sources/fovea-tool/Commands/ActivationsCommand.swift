public import ArgumentParser
import Batch
public import Fovea
import SystemPackage

struct ActivationsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "activations",
    abstract: "Draw what the layers of a network make of pictures, and dump the numbers.",
    discussion: """
      Every layer becomes a sheet, <input name>/<NNN>_<layer>.png; --dump writes their values, channels last, to \
      <input name>.npz, .h5 or .safetensors under the layers' names, or to a .csv a layer; model, input and preprocessing \
      go with them (archive comment, attributes, __metadata__, metadata.json). An .npy input goes in as it is: [H, W, C] or [N, H, W, C].

      EXAMPLES
        fovea activations model.h5 photo.jpg
        fovea activations model.h5 photos --layers conv --scale symmetric -o seen
        fovea activations model.h5 photo.jpg --layers conv5 --sort max --top 16 --caption statistics --overlay
        fovea activations vgg16 --weights vgg16.h5 photo.jpg --layers block1_conv1,block5_pool --dump npz
      """)

  @OptionGroup var given: NetworkWork

  @OptionGroup var layers: LayerOptions

  @OptionGroup var channels: ChannelOptions

  @OptionGroup(title: "Sheet") var sheet: SheetOptions

  @Option(
    help: ArgumentHelp(
      "What stands under a tile: none, index or statistics (index, mean, max, share of zeros).",
      valueName: "kind"))
  var caption = ActivationSheetOptions.Caption.index

  @Flag(help: "Lay every map over the input, as the network saw it, in grey.")
  var overlay = false

  @OptionGroup var labels: LabelOptions

  @Option(
    help: ArgumentHelp(
      "Write the raw values too: npz, h5, safetensors, or csv (a file a layer: n,h,w,c,value).",
      valueName: "format"))
  var dump: DumpFormat?

  @Flag(help: "Draw no sheets.")
  var noSheets = false

  func validate() throws {
    if noSheets, dump == nil {
      throw ValidationError("--no-sheets leaves nothing to do; --dump writes the values")
    }
  }

  func run() throws {
    let selection = try channels.selection(top: sheet.top)
    let listed = try labels.given()
    let (inputs, network) = try given.open()
    let recorded = try layers.recorded(of: network.graph)
    let labels = ClassLabels.names(listed, of: network).map(\.label)
    let work = ActivationWork(
      network: network, layers: recorded, draws: !noSheets, dump: dump, overlays: overlay,
      scale: sheet.scale ?? .layer,
      sheet: ActivationSheetOptions(
        model: given.model.title, note: sheet.note, selection: selection, caption: caption,
        colorMap: sheet.colorMap?.map,
        columns: sheet.columns,
        zoom: sheet.zoom, labels: labels), loading: given.loading.loadOptions,
      reports: given.running.json)
    let batch = Batch(
      inputs: inputs,
      outputs: given.output.map(fileSuffixes: dump.map { $0 == .csv ? [] : [$0.rawValue] } ?? []),
      options: given.batchOptions,
      settings:
        "fovea \(toolVersion) activations \(given.model.settings) \(recorded.map(\.name)) \(selection) \(caption) \(overlay) \(dump.map { "\($0)" } ?? "") \(labels) \(sheet.settings) \(network.effectivePreprocessing)",
      files: work.files, explain: problem(of:)
    ) { job, outputs in
      try Parallelism.limited(to: max(1, Parallelism.processors / job.jobs)) { try work.run(job, &outputs) }
    }
    try batch.runAsCommand()
  }
}

extension ActivationSheetOptions.Caption: ExpressibleByArgument {}
