/// What an epoch showed.
public struct EpochRecord: Sendable, Hashable {
  /// From 1.
  public var epoch: Int
  /// The mean over the epoch's batches as they came, weight decay included.
  public var loss: Double
  /// The share of right answers (a picture's class; in segmentation a pixel's), as they came; `nil` where none is right or wrong.
  public var accuracy: Double?
  /// The same of the examples to test on, after the epoch.
  public var testLoss: Double?
  public var testAccuracy: Double?
  /// Of the epoch's last step.
  public var learningRate: Double
  public var seconds: Double
  public var imagesPerSecond: Double

  package init(
    epoch: Int, loss: Double, accuracy: Double?, testLoss: Double?, testAccuracy: Double?,
    learningRate: Double,
    seconds: Double, imagesPerSecond: Double
  ) {
    self.epoch = epoch
    self.loss = loss
    self.accuracy = accuracy
    self.testLoss = testLoss
    self.testAccuracy = testAccuracy
    self.learningRate = learningRate
    self.seconds = seconds
    self.imagesPerSecond = imagesPerSecond
  }
}

/// The epochs of a training as a table of text.
public enum TrainingHistory {
  static let head = "epoch,loss,accuracy,test_loss,test_accuracy,learning_rate,seconds,images_per_second"

  /// Comma-separated, a line an epoch under a line of names; numbers in full, so that they read back the same.
  public static func csv(_ records: [EpochRecord]) -> String {
    ([head]
      + records.map { record in
        func text(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }
        return
          "\(record.epoch),\(record.loss),\(text(record.accuracy)),\(text(record.testLoss)),\(text(record.testAccuracy)),"
          + "\(record.learningRate),\(record.seconds),\(record.imagesPerSecond)"
      }).joined(separator: "\n") + "\n"
  }

  /// The records of such a table; `nil` when it is none.
  public static func records(csv: String) -> [EpochRecord]? {
    let lines = csv.split(separator: "\n")
    guard lines.first == head[...] else { return nil }
    var records: [EpochRecord] = []
    for line in lines.dropFirst() {
      let cells = line.split(separator: ",", omittingEmptySubsequences: false)
      guard cells.count == 8, let epoch = Int(cells[0]), let loss = Double(cells[1]),
        let rate = Double(cells[5]), let seconds = Double(cells[6]),
        let speed = Double(cells[7])
      else { return nil }
      records.append(
        EpochRecord(
          epoch: epoch, loss: loss, accuracy: Double(cells[2]), testLoss: Double(cells[3]),
          testAccuracy: Double(cells[4]), learningRate: rate, seconds: seconds, imagesPerSecond: speed))
    }
    return records
  }
}
