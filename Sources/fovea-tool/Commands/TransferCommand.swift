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
      With --fine-tune the base's last layers are then trained too. The folder -o (default: \
      Output/transferred) receives model.h5 (base and head, where Keras has all its layers), head.h5, labels.txt, history.csv \
      and its curves. The head takes seconds; --resume goes on with the fine-tuning.

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

  @OptionGroup(title: "Output") var output: TrainingOutputOptions

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
    let folder = try output.folder(default: "Output/transferred", results: ["model.h5", "head.h5"])
    try saying {
      let pictures = try loaded.resized(height: height, width: width)
      let cut = try whole.cut(after: layer).resized(height: height, width: width)
      if !output.quiet {
        StandardError.line(
          "features of \(pictures.training.count + (pictures.test?.count ?? 0)) pictures of \(width) x \(height) pixels "
            + "at \(cut.graph.outputs[0]), computed once")
      }
      func features(_ pictures: LabelledPictures) throws -> FeatureExamples.Labelled {
        .init(try cut.features(of: pictures), labels: pictures.labels)
      }
      let training = try features(pictures.training)
      let start = try Network(
        headOn: training.features.shape[1], classes: pictures.training.classNames.count, seed: learning.seed)
      var run = try TrainingRun(
        start, learning.settings(loss: .crossEntropy, pictures: pictures.training.count), learning.plan,
        on: FeatureExamples(training, test: pictures.test.map(features)))
      let title = "transfer from \(FilePath(argument: base).lastComponent?.string ?? base)"
      try folder.train(&run, title: title, keepsCheckpoint: false)
      let head = try run.network()
      tellTest(run.history, "head", of: pictures)
      var joined = try cut.joined(to: head)
      if fineTune > 0 { joined = try fineTuned(joined, pictures, folder, title: title, after: run.history) }
      try head.write(to: folder.path.appending("head.h5"), as: .h5)
      try folder.writeLabels(pictures.training.classNames)
      do throws(ModelFileError) { try joined.write(to: folder.path.appending("model.h5"), as: .h5) } catch {
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
    _ network: Network, _ pictures: LabelledSet, _ folder: TrainingFolder, title: String,
    after head: [EpochRecord]
  ) throws -> Network {
    let weighted = network.graph.layers.map(\.name).filter { network.weights[$0]?.isEmpty == false }
    var settings = learning.settings(
      loss: .crossEntropy, pictures: pictures.training.count, epochs: fineTune,
      frozen: Set(weighted.dropLast(unfreeze + 1)))
    settings.learningRate /= 10
    var plan = learning.plan
    plan.count = fineTune
    var run = try TrainingRun(
      network, settings, plan, on: LabelledExamples(pictures.training, test: pictures.test, for: network))
    try folder.train(&run, title: title, after: head)
    tellTest(run.history, "fine-tuned", of: pictures)
    return try run.network()
  }
}
