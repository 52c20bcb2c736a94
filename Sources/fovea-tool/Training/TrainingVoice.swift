import Batch
import Fovea

/// Tells how a training comes along: a line that moves on a terminal, and a line an epoch.
struct TrainingVoice {
  let epochs: Int
  let isQuiet: Bool
  /// Epochs of an earlier part of the same training.
  var earlier = 0
  private let clock = ContinuousClock()
  private var lastShown: ContinuousClock.Instant?

  init(epochs: Int, isQuiet: Bool) {
    self.epochs = epochs
    self.isQuiet = isQuiet
  }

  mutating func show(_ progress: TrainingRun.Progress) {
    guard StandardError.isTerminal, !isQuiet else { return }
    let now = clock.now
    if let lastShown, now - lastShown < .milliseconds(100), progress.shown < progress.ofCount { return }
    lastShown = now
    let filled = Int(Double(progress.shown) / Double(progress.ofCount) * 20)
    let epoch = earlier + progress.epoch
    let left = Double(progress.ofCount - progress.shown) + Double((epochs - epoch) * progress.ofCount)
    StandardError.showProgress(
      "epoch \(epoch) of \(epochs) [\(String(repeating: "#", count: filled))"
        + "\(String(repeating: ".", count: 20 - filled))]   loss \(lossText(progress.loss))"
        + "\(share("accuracy", progress.accuracy))   \(decimal(progress.imagesPerSecond)) images/s   "
        + "\(clockText(left / progress.imagesPerSecond)) left")
  }

  func tell(_ record: EpochRecord) {
    StandardError.showProgress("")
    guard !isQuiet else { return }
    var test = share("test", record.testAccuracy)
    if test.isEmpty, let loss = record.testLoss { test = "   test loss \(lossText(loss))" }
    StandardError.line(
      "epoch \(record.epoch) of \(epochs)   loss \(lossText(record.loss))\(share("accuracy", record.accuracy))"
        + "\(test)   \(decimal(record.imagesPerSecond)) images/s")
  }

  private func lossText(_ loss: Double) -> String { decimal(loss, places: 6) }

  private func share(_ name: String, _ share: Double?) -> String {
    share.map { "   \(name) \(decimal($0 * 100)) %" } ?? ""
  }
}
