import ArgumentParser
import Batch
import Fovea
import Reports
import SystemPackage

struct FiltersCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "filters",
    abstract: "Draw the kernels of a layer as one sheet.",
    discussion: """
      Kernels of three input channels are drawn in colour, others as signed grids. The sheet is called \
      <model>_<layer>.png.

      EXAMPLES
        fovea filters model.h5
        fovea filters vgg16 --weights vgg16.h5 --scale symmetric -o conv1.png
        fovea filters model.h5 --layer block2_conv1 --top 16
        fovea filters cifar10_quick.caffemodel --channel-order rgb
      """)

  @OptionGroup var model: ModelOptions

  @Option(help: ArgumentHelp("The layer (default: the first that convolves).", valueName: "name"))
  var layer: String?

  @Option(
    help: ArgumentHelp(
      "The order in which the network reads colours, where its file does not say or is wrong: rgb or bgr.",
      valueName: "order"))
  var channelOrder: Preprocessing.ChannelOrder?

  @OptionGroup(title: "Sheet") var sheet: SheetOptions
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Run") var running: RunOptions

  func run() throws {
    let inputs = try InputList([model.weightsPath], isMine: { _ in true })
    let network = try model.network(for: inputs, json: running.json)
    let layer = try chosen(in: network.graph)
    guard let kernels = network.weights[layer.name]?[.kernel] else {
      throw wrongUsage("layer '\(layer.name)' has no kernels to draw")
    }
    let name = "\(model.name)_\(fileName(layer.name))\(output.suffix).png"
    let (options, scale) = (options(for: layer, of: network), sheet.scale)
    let batch = Batch(
      inputs: inputs,
      outputs: output.map(fileSuffixes: ["png"]),
      options: running.batchOptions(processors: 1),
      settings: "fovea \(toolVersion) filters \(model.settings) \(layer.name) \(sheet.settings)"
        + (channelOrder.map { " \($0)" } ?? ""),
      files: { [$0.namedFile ?? $0.file(named: name)] }, explain: problem(of:)
    ) { job, outputs in
      let sheet = try ContactSheet(filters: kernels, scale: scale, options: options)
      SheetText.check(sheet)
      for file in job.outputs { try outputs.write(file) { try sheet.write(to: $0) } }
      return nil
    }
    try batch.runAsCommand()
  }

  private func chosen(in graph: Graph) throws -> Layer {
    if let layer {
      do throws(NetworkError) { return graph.layers[try graph.index(of: layer)] } catch {
        throw wrongUsage("\(error)")
      }
    }
    guard let first = graph.layers.first(where: { $0.operation.convolves }) else {
      throw wrongUsage("the network has no convolution; --layer names another layer with weights")
    }
    return first
  }

  private func options(for layer: Layer, of network: Network) -> FilterSheetOptions {
    var options = FilterSheetOptions(
      title: layer.name, model: model.title, note: sheet.note, top: sheet.top, colorMap: sheet.colorMap?.map,
      columns: sheet.columns, zoom: sheet.zoom)
    options.channelOrder = channelOrder ?? network.preprocessing?.channelOrder ?? .rgb
    switch layer.operation {
    case .convolution(let convolution): options.groups = convolution.groups
    case .depthwiseConvolution, .separableConvolution: options.kind = .depthwise
    default: break
    }
    return options
  }
}

extension Operation {
  /// Whether the layer slides kernels over its input.
  var convolves: Bool {
    switch self {
    case .convolution, .transposedConvolution, .depthwiseConvolution, .separableConvolution: true
    default: false
    }
  }
}
