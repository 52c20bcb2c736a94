import ArgumentParser
import Batch
import Fovea
import SystemPackage

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a classifier on labelled pictures.",
    discussion: """
      The folder -o (default: Output/trained) receives model.h5 and model.keras, which Keras opens with the same predictions, model.safetensors, \
      labels.txt, history.csv, curves.svg and .png, and after every epoch checkpoint.fovea, from which --resume goes on: \
      a training that was killed ends with the same weights, bit for bit, as one that was not. The same seed gives the \
      same weights whatever the number of threads.

      EXAMPLES
        fovea train --network cifar10-cnn --batch-norm --dropout --data cifar10 --epochs 20 -o trained
        fovea train --network resnet20 --data cifar10 --augment --optimizer momentum --learning-rate 0.1 -o trained
        fovea train --network model.json --data photos --augment --rotation 15 -o trained
        fovea train --network cifar10-cnn --data cifar10 --epochs 50 --resume -o trained
      """)

  @Option(
    help: ArgumentHelp(
      "An architecture (cifar10-cnn, resnet20, ...; fovea models lists them) or a Keras model_config as a .json file.",
      valueName: "network"),
    completion: .file())
  var network = "cifar10-cnn"

  @Flag(help: "Put batch normalisation into cifar10-cnn.")
  var batchNorm = false

  @Flag(help: "Put dropout of a half before the dense layers of cifar10-cnn.")
  var dropout = false

  @OptionGroup(title: "Data") var data: DataOptions
  @OptionGroup(title: "Data") var size: PictureSizeOptions
  @OptionGroup(title: "Learning") var learning: OptimizerOptions
  @OptionGroup(title: "Augmentation") var augmentation: AugmentationOptions

  @OptionGroup(title: "Output") var output: TrainingOutputOptions

  func validate() throws {
    guard batchNorm || dropout else { return }
    if network != "cifar10-cnn" {
      throw ValidationError("--batch-norm and --dropout are for --network cifar10-cnn, not \(network)")
    }
    if dropout, !batchNorm { throw ValidationError("--dropout goes with --batch-norm") }
  }

  func run() throws {
    try Parallelism.limited(to: learning.threads ?? Parallelism.processors) { try train() }
  }

  private func train() throws {
    let source = try TrainedNetwork(network + (batchNorm ? "-bn" : "") + (dropout ? "-dropout" : ""))
    let wanted = size.inputSize
    let (loaded, unreadable) = try data.pictures(
      height: wanted?.height ?? source.height, width: wanted?.width ?? source.width, seed: learning.seed)
    let pictures =
      try wanted.map { size in
        try saying { try loaded.resized(height: size.height, width: size.width) }
      } ?? loaded
    let start = try saying { try source.initialised(for: pictures.training, seed: learning.seed) }
    let folder = try output.folder(default: "Output/trained", results: ["model.h5", "model.safetensors"])
    let (run, written) = try saying {
      let examples = try LabelledExamples(
        pictures.training, test: pictures.test, augmentation: augmentation.augmentation, for: start)
      var run = try TrainingRun(
        start, learning.settings(loss: .crossEntropy, pictures: pictures.training.count), learning.plan,
        on: examples)
      try folder.train(
        &run,
        title: "\(source.name) on \(FilePath(argument: data.data).lastComponent?.string ?? data.data)")
      return (run, try folder.write(try run.network(), classes: pictures.training.classNames))
    }
    if let last = run.history.last {
      let test = last.testAccuracy.map {
        "\(decimal($0 * 100)) % of \(pictures.test?.count ?? 0) test pictures"
      }
      StandardOutput.write(
        "\(written.displayed): \(test ?? "\(decimal((last.accuracy ?? 0) * 100)) % of the training pictures") right\n"
      )
    }
    if unreadable > 0 {
      StandardError.line("fovea: \(unreadable) \(unreadable == 1 ? "picture was" : "pictures were") left out")
      throw ExitCode(1)
    }
  }
}

extension Graph {
  /// Whether what reads the input is a rescaling.
  fileprivate var rescalesItsInput: Bool {
    guard let input = inputLayers.first?.name else { return false }
    return layers.contains { layer in
      if case .rescaling = layer.operation { layer.inputs.contains(input) } else { false }
    }
  }
}

/// A network to be trained from nothing: an architecture, or layers that a Keras file describes.
struct TrainedNetwork {
  let name: String
  private let architecture: Architecture?
  private let graph: Graph?

  init(_ name: String) throws {
    let path = FilePath(argument: name)
    if name.hasSuffix(".json") {
      guard FileFacts.ifPresent(path) != nil else { throw failed("\(NoSuchModel(path: path))") }
      graph = try saying { try Graph(kerasConfig: try text(of: path), file: path) }
      architecture = nil
      self.name = path.stem ?? name
      return
    }
    do throws(NetworkError) { architecture = try Architecture.named(name) } catch {
      throw wrongUsage("\(error); fovea models lists them all")
    }
    graph = nil
    self.name = name
  }

  /// The size of pictures that the network wants.
  var height: Int { graph?.inputShape()?[1] ?? architecture?.inputSide ?? 32 }
  var width: Int { graph?.inputShape()?[2] ?? architecture?.preprocessing.width ?? height }

  /// The network for the size and the classes of `pictures`, with first weights drawn by `seed`.
  func initialised(for pictures: LabelledPictures, seed: UInt64) throws -> Network {
    if let graph {
      return try Network(
        initialising: graph, seed: seed,
        preprocessing: Preprocessing(
          height: pictures.height, width: pictures.width,
          channelOrder: graph.inputShape()?[3] == 1 ? .grey : .rgb,
          // Layers that bring values into a range of their own are given them as they are.
          scale: graph.rescalesItsInput ? 1 : 1 / 255))
    }
    guard let architecture else { throw wrongUsage("no network called \(name)") }
    var record = architecture.preprocessing
    (record.height, record.width) = (pictures.height, pictures.width)
    let graph = try architecture.graph(
      height: pictures.height, columns: pictures.width, classes: pictures.classNames.count)
    return try Network(initialising: graph, seed: seed, preprocessing: record)
  }
}
