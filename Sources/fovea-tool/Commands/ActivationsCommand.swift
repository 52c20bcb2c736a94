import ArgumentParser
import Batch
import Fovea
import SystemPackage

struct ActivationsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "activations",
    abstract: "Draw what the layers of a network make of pictures, and dump the numbers.",
    discussion: """
      Every layer becomes a sheet, <input name>/<NNN>_<layer>.png; --dump writes all of them to <input name>.npz under \
      their names, channels last. An .npy input goes in as it is: [H, W, C] or [N, H, W, C].

      EXAMPLES
        fovea activations model.h5 photo.jpg
        fovea activations model.h5 photos --layers conv --scale symmetric -o seen
        fovea activations vgg16 --weights vgg16.h5 photo.jpg --layers block1_conv1,block5_pool --dump npz
      """)

  enum Dump: String, ExpressibleByArgument, CaseIterable { case npz }

  @OptionGroup var model: ModelOptions
  @OptionGroup var input: InputOptions

  @OptionGroup var layers: LayerOptions

  @OptionGroup var channels: ChannelOptions

  @OptionGroup(title: "Sheet") var sheet: SheetOptions

  @Option(help: ArgumentHelp("Write the raw values too: npz.", valueName: "format"))
  var dump: Dump?

  @Flag(help: "Draw no sheets.")
  var noSheets = false

  @OptionGroup(title: "Preprocessing") var preprocessing: PreprocessingOptions
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Input") var loading: LoadingOptions
  @OptionGroup(title: "Run") var running: RunOptions

  func validate() throws {
    if noSheets, dump == nil {
      throw ValidationError("--no-sheets leaves nothing to do; --dump npz writes the values")
    }
  }

  func run() throws {
    let selection = try channels.selection(top: sheet.top)
    let inputs = try input.pictures()
    let network = try model.network(for: inputs, json: running.json, preprocessing.applied)
    let recorded = try layers.recorded(of: network.graph)
    let work = ActivationWork(
      network: network, layers: recorded, draws: !noSheets, dumps: dump == .npz, scale: sheet.scale ?? .layer,
      sheet: ActivationSheetOptions(
        model: model.title, note: sheet.note, selection: selection, colorMap: sheet.colorMap?.map,
        columns: sheet.columns,
        zoom: sheet.zoom), loading: loading.loadOptions)
    let batch = Batch(
      inputs: inputs, outputs: output.map(fileSuffixes: dump == nil ? [] : ["npz"]),
      options: running.batchOptions(processors: Parallelism.processors),
      settings:
        "fovea \(toolVersion) activations \(model.settings) \(recorded.map(\.name)) \(selection) \(sheet.settings) \(network.effectivePreprocessing)",
      files: work.files, explain: problem(of:)
    ) { job, outputs in
      try Parallelism.limited(to: max(1, Parallelism.processors / job.jobs)) { try work.run(job, &outputs) }
    }
    try batch.runAsCommand()
  }
}
