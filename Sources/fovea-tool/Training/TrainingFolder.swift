import Batch
import Fovea
import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What a training leaves in its folder: the network, its classes, its history and the way back into it.
struct TrainingFolder {
  let path: FilePath
  private let resumes: Bool
  private let isQuiet: Bool

  private var checkpoint: FilePath { path.appending("checkpoint.fovea") }

  /// Makes the folder; unless the training goes on from what is there or replaces it, none of `results` may be there.
  init(_ path: FilePath, results: [String], options: TrainingOutputOptions) throws {
    self.path = path
    resumes = options.resume
    isQuiet = options.quiet
    try makeFolder(path)
    guard !options.resume, !options.overwrite else { return }
    for file in [checkpoint] + results.map({ path.appending($0) }) where FileFacts.ifPresent(file) != nil {
      throw failed("\(file.displayed) is already there: --resume goes on from it, --overwrite replaces it")
    }
  }

  /// Trains to the end, from the checkpoint where that is asked for: every epoch is told, and leaves the history and a checkpoint.
  ///
  /// `earlier` are epochs of a first part of the same training, which the history begins with; what takes seconds needs no
  /// checkpoint.
  func train(
    _ run: inout TrainingRun, title: String, after earlier: [EpochRecord] = [], keepsCheckpoint: Bool = true
  ) throws {
    if resumes, keepsCheckpoint, FileFacts.ifPresent(checkpoint) != nil { try run.resume(from: checkpoint) }
    var voice = TrainingVoice(epochs: earlier.count + run.plan.count, isQuiet: isQuiet)
    voice.earlier = earlier.count
    while let record = try run.epoch(progress: { voice.show($0) }) {
      voice.tell(record.later(by: earlier.count))
      if keepsCheckpoint { try run.writeCheckpoint(to: checkpoint) }
      try writeHistory(earlier + run.history.map { $0.later(by: earlier.count) }, title: title)
    }
    guard let best = run.bestEpoch, run.history.count < run.plan.count, let patience = run.plan.patience,
      !isQuiet
    else { return }
    let isTested = run.history.last?.testLoss != nil
    StandardError.line(
      "fovea: stopped after epoch \(earlier.count + run.history.count): the \(isTested ? "test " : "")loss has not "
        + "fallen for \(patience) \(patience == 1 ? "epoch" : "epochs") (lowest in epoch \(earlier.count + best))"
    )
  }

  /// Writes the network for Keras and for readers of safetensors, the names of its classes, and the history as table and curves.
  ///
  /// Of a network that Keras has no layers for there are the weights alone, which is said. Returns the file to go on with.
  func write(_ network: Network, classes: [String]) throws -> FilePath {
    let weights = path.appending("model.safetensors")
    try network.write(to: weights, as: .safetensors)
    try writeLabels(classes)
    let model = path.appending("model.h5")
    do throws(ModelFileError) {
      try network.write(to: model, as: .h5)
      try network.write(to: path.appending("model.keras"), as: .keras)
    } catch {
      guard case .damagedDescription = error else { throw error }
      StandardError.line("fovea: \(error): \(weights.displayed) holds the weights")
      return weights
    }
    return model
  }

  /// The names of the classes, a line each.
  func writeLabels(_ classes: [String]) throws {
    try writeText(classes.joined(separator: "\n") + "\n", to: path.appending("labels.txt"))
  }

  private func writeHistory(_ history: [EpochRecord], title: String) throws {
    try writeText(TrainingHistory.csv(history), to: path.appending("history.csv"))
    func panel(_ title: String, _ own: [Double?], _ test: [Double?]) -> LineChart.Panel? {
      let lines = [("training, as shown", own), ("test", test)].compactMap { name, values in
        values.contains { $0 != nil }
          ? LineChart.Line(name: name, values: values.map { $0 ?? .nan }) : nil
      }
      return lines.isEmpty ? nil : LineChart.Panel(title: title, lines: lines)
    }
    let seconds = history.map(\.seconds).reduce(0, +)
    let chart = LineChart(
      title: title,
      lines: [
        "\(history.count) \(history.count == 1 ? "epoch" : "epochs") · "
          + (seconds < 60 ? "\(decimal(seconds)) seconds" : "\(decimal(seconds / 60)) minutes")
          + " of training"
      ],
      panels: [
        panel("loss", history.map(\.loss), history.map(\.testLoss)),
        panel(
          "accuracy, %", history.map { $0.accuracy.map { $0 * 100 } },
          history.map { $0.testAccuracy.map { $0 * 100 } }),
      ].compactMap(\.self))
    try writeText(chart.svg(), to: path.appending("curves.svg"))
    let sheet = chart.sheet()
    SheetText.check(sheet)
    try sheet.write(to: path.appending("curves.png"))
  }
}

extension EpochRecord {
  /// The same epoch after so many others.
  fileprivate func later(by epochs: Int) -> EpochRecord {
    var record = self
    record.epoch += epochs
    return record
  }
}

/// Makes a folder and those above it.
func makeFolder(_ path: FilePath) throws {
  var above = FilePath(root: path.root)
  for part in path.components {
    above.append(part)
    if FileFacts.ifPresent(above)?.kind == .folder { continue }
    let made = above.withPlatformString { mkdir($0, 0o777) }
    guard made == 0 || FileFacts.ifPresent(above)?.kind == .folder else {
      throw failed("\(above.displayed): cannot make this folder: \(Errno(rawValue: errno))")
    }
  }
}
