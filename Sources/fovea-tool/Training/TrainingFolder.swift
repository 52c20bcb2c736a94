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

  var checkpoint: FilePath { path.appending("checkpoint.fovea") }
  var model: FilePath { path.appending("model.h5") }

  /// Makes the folder; unless the training goes on from what is there, that must not be another's.
  init(_ path: FilePath, resumes: Bool, overwrites: Bool) throws {
    self.path = path
    try makeFolder(path)
    guard !resumes, !overwrites else { return }
    for file in [model, checkpoint] where FileFacts.ifPresent(file) != nil {
      throw failed("\(file.displayed) is already there: --resume goes on from it, --overwrite replaces it")
    }
  }

  /// Writes the network for Keras and for readers of safetensors, the names of its classes, and the history as table and curves.
  ///
  /// Of a network that Keras has no layers for there are the weights alone, which is said. Returns the file to go on with.
  func write(_ network: Network, classes: [String], history: [EpochRecord], title: String) throws -> FilePath
  {
    let weights = path.appending("model.safetensors")
    try network.write(to: weights, as: .safetensors)
    try writeText(classes.joined(separator: "\n") + "\n", to: path.appending("labels.txt"))
    try writeHistory(history, title: title)
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

  func writeHistory(_ history: [EpochRecord], title: String) throws {
    try writeText(TrainingHistory.csv(history), to: path.appending("history.csv"))
    func panel(_ title: String, _ own: (EpochRecord) -> Double, _ test: (EpochRecord) -> Double?)
      -> LineChart.Panel
    {
      var lines = [LineChart.Line(name: "training, as shown", values: history.map(own))]
      if history.contains(where: { test($0) != nil }) {
        lines.append(LineChart.Line(name: "test", values: history.map { test($0) ?? .nan }))
      }
      return LineChart.Panel(title: title, lines: lines)
    }
    let seconds = history.map(\.seconds).reduce(0, +)
    let chart = LineChart(
      title: title,
      lines: ["\(history.count) epochs · \(decimal(seconds / 60)) minutes of training"],
      panels: [
        panel("loss", \.loss, \.testLoss),
        panel("accuracy, %", { $0.accuracy * 100 }, { $0.testAccuracy.map { $0 * 100 } }),
      ])
    try writeText(chart.svg(), to: path.appending("curves.svg"))
    let sheet = chart.sheet()
    SheetText.check(sheet)
    try sheet.write(to: path.appending("curves.png"))
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

/// Tells how a training comes along: a line that moves on a terminal, and a line an epoch.
struct TrainingVoice {
  let epochs: Int
  let isQuiet: Bool
  private let clock = ContinuousClock()
  private var lastShown: ContinuousClock.Instant?

  init(epochs: Int, isQuiet: Bool) {
    self.epochs = epochs
    self.isQuiet = isQuiet
  }

  mutating func show(_ progress: TrainingRun.Progress) {
    guard StandardError.isTerminal, !isQuiet else { return }
    let now = clock.now
    if let lastShown, now - lastShown < .milliseconds(100), progress.pictures < progress.ofPictures { return }
    lastShown = now
    let done = Double(progress.pictures) / Double(progress.ofPictures)
    let filled = Int(done * 20)
    let left =
      (Double(progress.ofPictures - progress.pictures)
        + Double((epochs - progress.epoch) * progress.ofPictures))
      / progress.imagesPerSecond
    StandardError.showProgress(
      "epoch \(progress.epoch) of \(epochs) [\(String(repeating: "#", count: filled))"
        + "\(String(repeating: ".", count: 20 - filled))]   loss \(decimal(progress.loss))   "
        + "accuracy \(decimal(progress.accuracy * 100)) %   \(decimal(progress.imagesPerSecond)) images/s   "
        + "\(clockText(left)) left")
  }

  func tell(_ record: EpochRecord) {
    StandardError.showProgress("")
    guard !isQuiet else { return }
    let test = record.testAccuracy.map { "   test \(decimal($0 * 100)) %" } ?? ""
    StandardError.line(
      "epoch \(record.epoch) of \(epochs)   loss \(decimal(record.loss))   accuracy "
        + "\(decimal(record.accuracy * 100)) %\(test)   \(decimal(record.imagesPerSecond)) images/s")
  }
}
