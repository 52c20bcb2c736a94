import ArgumentParser
import Batch
import Fovea
import SystemPackage

struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Name the classes a network finds likeliest.",
    discussion: """
      A row an input: its path, then the classes and their probabilities, the likeliest first. How pictures were prepared \
      for the network is said on standard error, with --json in each object.

      EXAMPLES
        fovea predict model.h5 photo.jpg --std 255
        fovea predict vgg16 --weights vgg16.h5 photos --labels synset_words.txt --top 3
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case table, csv, json }

  @OptionGroup var model: ModelOptions
  @OptionGroup var input: InputOptions

  @Option(help: ArgumentHelp("How many classes.", valueName: "k"))
  var top = 5

  @Option(help: ArgumentHelp("table, csv or json (as --json).", valueName: "format"))
  var format = Format.table

  @OptionGroup var labels: LabelOptions

  @OptionGroup(title: "Preprocessing") var preprocessing: PreprocessingOptions
  @OptionGroup(title: "Input") var loading: LoadingOptions
  @OptionGroup(title: "Run") var running: RunOptions

  func validate() throws {
    if top < 1 { throw ValidationError("--top is at least 1, not \(top)") }
  }

  func run() throws {
    let labels = try labels.given()
    let inputs = try input.pictures()
    let network = try model.network(
      for: inputs, json: running.json || format == .json, preprocessing.applied)
    preprocessing.explain(network, inputs, loading.loadOptions)
    let (top, loading, format) = (top, loading.loadOptions, format)
    let (told, toldPreparation) = (ToldOnce(), ToldOnce())
    let compiled = CompiledSizes(network: network, names: [])
    var options = running.batchOptions(processors: Parallelism.processors)
    if format == .json { options.json = true }
    let isSilent = options.json || options.quiet
    let preparation = preprocessingText(network.effectivePreprocessing)
    let batch = Batch(
      inputs: inputs, outputs: .nowhere, options: options, settings: "", files: { _ in [] },
      explain: problem(of:),
      result: { Array(($0.details as? Predictions)?.text($0.input, format).utf8 ?? "".utf8) }
    ) { job, _ in
      try Parallelism.limited(to: max(1, Parallelism.processors / job.jobs)) {
        let x = try network.input(contentsOf: job.input.path, options: loading)
        let scores = try network.scores(compiled.network(for: x.shape).run(x))
        let (labels, note) = ClassLabels.suiting(
          labels, outputs: scores.shape.count / max(1, scores.shape[0]))
        if let note { told.once { StandardError.line("fovea: \(note)") } }
        let isPicture = !beginsAsArray(job.input.path)
        if isPicture, !isSilent {
          toldPreparation.once { StandardError.line("Preprocessing: \(preparation)") }
        }
        return Predictions(
          preprocessing: isPicture ? preparation : nil,
          predictions: Prediction.best(top, in: scores).map { .init($0, labels?.row($0.index)) })
      }
    }
    try batch.runAsCommand()
  }
}

/// `"preprocessing"` and `"predictions"` of `predict --json`.
private struct Predictions: Encodable, Sendable {
  struct Row: Encodable, Sendable {
    let index: Int
    let synset: String?
    let label: String?
    let probability: Float

    init(_ prediction: Prediction, _ name: ClassLabels.Row?) {
      index = prediction.index
      synset = name?.synset
      label = name?.label
      probability = prediction.probability
    }

    private enum Key: String, CodingKey { case index, synset, label, probability }

    func encode(to encoder: any Encoder) throws {
      var object = encoder.container(keyedBy: Key.self)
      try object.encode(index, forKey: .index)
      try object.encode(synset, forKey: .synset)
      try object.encode(label, forKey: .label)
      try object.encode(probability, forKey: .probability)
    }
  }

  /// How the picture was prepared; nothing for an array, which goes in as it is.
  let preprocessing: String?
  let predictions: [Row]

  /// One line: the input, the classes, their probabilities.
  func text(_ input: FilePath, _ format: PredictCommand.Format) -> String {
    let names = predictions.map { $0.label ?? "\($0.index)" }
    let cells = [input.text] + names + predictions.map { "\($0.probability)" }
    return format == .csv ? csvLine(cells) : cells.joined(separator: "\t") + "\n"
  }
}
