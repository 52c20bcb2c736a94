import ArgumentParser
import Batch
import Fovea
import SystemPackage

struct TransferCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "transfer",
    abstract: "Train a new head on what a trained network sees in labelled pictures.",
    discussion: """
      The base is frozen and shown every picture once; its features, averaged over the picture, train a new dense layer. \
      With --fine-tune the base's last layers are then trained too. The folder -o receives model.h5 (base and head, where \
      Keras has all its layers), head.h5, labels.txt and history.csv.

      EXAMPLES
        fovea transfer --base squeezenet1.1 --weights squeezenet.caffemodel --data ants-and-bees -o transferred
        fovea transfer --base vgg16 --weights vgg16.h5 --data photos --fine-tune 3 --unfreeze 2 -o transferred
      """)

  @Option(
    help: ArgumentHelp(
      "A file that describes itself, or an architecture with --weights.", valueName: "model"),
    completion: .file())
  var base: String

  @Option(
    help: ArgumentHelp("The file with the weights of a named architecture.", valueName: "file"),
    completion: .file())
  var weights: String?

  @Option(
    help: ArgumentHelp(
      "The layer whose output is used (default: what the last layer of weights reads).", valueName: "name"))
  var layer: String?

  @Option(help: ArgumentHelp("Epochs in which the base's last layers are trained as well.", valueName: "n"))
  var fineTune = 0

  @Option(
    help: ArgumentHelp("How many of the base's layers of weights that are, from its end.", valueName: "n"))
  var unfreeze = 2

  @OptionGroup(title: "Data") var data: DataOptions
  @OptionGroup(title: "Data") var size: PictureSizeOptions
  @OptionGroup(title: "Learning") var learning: OptimizerOptions

  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: ArgumentHelp("The folder for what comes out.", valueName: "folder"), completion: .directory)
  var output = "Output/transferred"

  @Flag(name: .shortAndLong, help: "Tell problems only.")
  var quiet = false

  func validate() throws {
    if fineTune < 0 { throw ValidationError("--fine-tune is at least 0, not \(fineTune)") }
    if unfreeze < 1 { throw ValidationError("--unfreeze is at least 1, not \(unfreeze)") }
  }

  func run() throws {
    try Parallelism.limited(to: learning.threads ?? Parallelism.processors) { try transfer() }
  }

  private func loadedBase() throws -> Network {
    guard let weights else { return try Network(contentsOf: FilePath(argument: base)) }
    let architecture: Architecture
    do throws(NetworkError) { architecture = try Architecture.named(base) } catch {
      throw wrongUsage("\(error); fovea models lists them all")
    }
    return try Network(architecture: architecture, weights: FilePath(argument: weights))
  }

  private func transfer() throws {
    let whole = try saying { try loadedBase() }
    let record = whole.effectivePreprocessing
    let height = size.inputSize?.height ?? record.height ?? 224
    let width = size.inputSize?.width ?? record.width ?? 224
    let (loaded, unreadable) = try data.pictures(height: height, width: width, seed: learning.seed)
    let folder = FilePath(argument: output)
    try makeFolder(folder)
    try saying {
      let pictures = try loaded.resized(height: height, width: width)
      let cut = try whole.cut(after: layer).resized(height: height, width: width)
      if !quiet {
        StandardError.line(
          "features of \(pictures.training.count + (pictures.test?.count ?? 0)) pictures of \(width) x \(height) pixels "
            + "at \(cut.graph.outputs[0]), computed once")
      }
      let features = try cut.features(of: pictures.training)
      let testFeatures = try pictures.test.map { ($0, try cut.features(of: $0)) }
      var head = try FeatureHead(
        features, labels: pictures.training.labels, classes: pictures.training.classNames.count,
        settings: learning.settings(loss: .crossEntropy, pictures: pictures.training.count),
        batchSize: learning.batch)
      var voice = TrainingVoice(epochs: learning.epochs + fineTune, isQuiet: quiet)
      var history: [EpochRecord] = []
      for _ in 0..<learning.epochs {
        let record = try head.record(test: testFeatures.map { ($0.1, $0.0.labels) })
        voice.tell(record)
        history.append(record)
      }
      var joined = try cut.joined(to: try head.network())
      tellTest(history, "head", of: pictures)
      if fineTune > 0 { joined = try fineTuned(joined, pictures, &history, &voice) }
      try TrainingFolder(folder, resumes: true, overwrites: true).writeHistory(
        history, title: "transfer from \(base)")
      try head.network().write(to: folder.appending("head.h5"), as: .h5)
      try writeText(
        pictures.training.classNames.joined(separator: "\n") + "\n", to: folder.appending("labels.txt"))
      do throws(ModelFileError) { try joined.write(to: folder.appending("model.h5"), as: .h5) } catch {
        StandardError.line("fovea: model.h5 is not written: \(error)")
      }
    }
    if unreadable > 0 { throw ExitCode(1) }
  }

  private func tellTest(_ history: [EpochRecord], _ what: String, of pictures: LabelledSet) {
    guard let last = history.last?.testAccuracy else { return }
    StandardOutput.write(
      "\(what): \(decimal(last * 100)) % of \(pictures.test?.count ?? 0) test pictures right\n")
  }

  private func fineTuned(
    _ network: Network, _ pictures: LabelledSet, _ history: inout [EpochRecord], _ voice: inout TrainingVoice
  ) throws -> Network {
    let weighted = network.graph.layers.map(\.name).filter { network.weights[$0]?.isEmpty == false }
    var settings = learning.settings(
      loss: .crossEntropy, pictures: pictures.training.count, epochs: fineTune,
      frozen: Set(weighted.dropLast(unfreeze + 1)))
    settings.learningRate /= 10
    var run = try TrainingRun(
      network, settings, Epochs(fineTune, batchSize: learning.batch), training: pictures.training,
      test: pictures.test)
    while var record = try run.epoch(progress: { voice.show($0) }) {
      record.epoch += learning.epochs
      voice.tell(record)
      history.append(record)
    }
    tellTest(history, "fine-tuned", of: pictures)
    return try run.network()
  }
}
