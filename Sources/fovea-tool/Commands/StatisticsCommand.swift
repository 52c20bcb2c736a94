import ArgumentParser
import Batch
import Fovea
import SystemPackage

struct StatisticsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "statistics",
    abstract: "Measure the layers and channels of a network over pictures.",
    discussion: """
      Mean, standard deviation, smallest and largest value, share of zeros and of dead channels, over all pictures: \
      statistics-layers.csv (a row a layer), statistics-channels.csv (a row a channel), and a chart against depth as \
      statistics.png and statistics.svg. A layer's dead channels are zero in every picture; a channel's dead_percent is \
      the share of pictures in which it is zero throughout.

      EXAMPLES
        fovea statistics model.h5 photos
        fovea statistics vgg16 --weights vgg16.h5 photos --layers conv -o measured
      """)

  @OptionGroup var given: NetworkWork
  @OptionGroup var layers: LayerOptions

  @OptionGroup var remark: NoteOption

  func run() throws {
    if given.running.resume {
      throw wrongUsage(
        "statistics are made in one go: --overwrite replaces them, --resume cannot continue them")
    }
    let (inputs, network) = try given.open()
    let recorded = try layers.recorded(of: network.graph)
    let compiled = CompiledSizes(network: network, names: recorded.map(\.name))
    let loading = given.loading.loadOptions
    let (title, note) = (given.model.title, remark.note)
    let names = ["-layers.csv", "-channels.csv", ".svg", ".png"].map {
      "statistics\(given.output.suffix)\($0)"
    }
    let folder = FilePath(argument: given.output.output)
    let work = FolderWork<PictureStatistics, FolderStatistics>(
      inputs: inputs, options: given.batchOptions, folder: folder,
      files: names)
    try work.run(from: FolderStatistics()) { job in
      let x = try network.input(contentsOf: job.input.path, options: loading)
      return PictureStatistics(of: x, in: try compiled.network(for: x.shape))
    } add: { whole, part, _ in
      whole.add(part)
    } write: { statistics, outputs in
      let chart = statistics.chart(model: title, note: note)
      let texts = [statistics.layerTable(), statistics.channelTable(), chart.svg()]
      for (name, text) in zip(names, texts) {
        try outputs.write(folder.appending(name)) { try writeText(text, to: $0) }
      }
      let sheet = chart.sheet()
      SheetText.check(sheet)
      try outputs.write(folder.appending(names[3])) { try sheet.write(to: $0) }
    }
  }
}
