import Fovea

/// A training of the lecture's CIFAR-10 network, as it is typed.
func trainingCommand(_ options: String) -> String {
  "fovea train --network cifar10-cnn --data cifar10 \(options) -o run"
}

/// The lecture's network for CIFAR-10, trained four ways.
func fourClassifiers(in workplace: Workplace) throws -> Exhibit {
  var exhibit = Exhibit("cifar10", "Four classifiers for CIFAR-10")
  exhibit.say(
    """
    Ten classes, pictures of 32 × 32 pixels. Two convolutions with max pooling, a dense layer of 512 units and one of 10; then
    the same with batch normalisation, with dropout before the dense layers as well, and with augmented pictures on top.
    RMSprop, learning rate 10⁻³ falling as 1/(1 + 10⁻⁴ step), batches of 32, 100 epochs.
    """)
  let classifiers = [
    ("baseline", "baseline", ""), ("batch-norm", "batch normalisation", "--batch-norm"),
    ("dropout", "and dropout", "--batch-norm --dropout"),
    ("augmentation", "and augmentation", "--batch-norm --dropout --augment"),
  ]
  var lines: [Curves.Line] = []
  var bars: [(name: String, value: Double, text: String)] = []
  for (file, words, options) in classifiers {
    let command = trainingCommand("\(options) --epochs 100".trimmingPrefix(" ").description)
    guard let accuracy = try Samples.history("cifar10-\(file)")?.accuracy, let last = accuracy.last else {
      exhibit.show(
        command: command,
        because: "\(words): no history of this training is among the samples yet "
          + "(<code>Samples/histories/cifar10-\(file).csv</code>). This makes it:")
      continue
    }
    lines.append(Curves.Line(words, values: accuracy))
    bars.append((words, last, percent(last)))
    exhibit.number(file, "Accuracy after \(accuracy.count) epochs: \(words)", [last], text: percent(last))
    exhibit.show(
      command: command,
      because: "\(words): read from <code>Samples/histories/cifar10-\(file).csv</code>, which this made:")
  }
  if !lines.isEmpty {
    exhibit.show(
      Curves(
        title: "Accuracy on pictures not trained on, epoch by epoch", across: "epoch", up: "accuracy",
        lines: lines
      ).html)
    exhibit.show(Bars(title: "After the last epoch", rows: bars).html)
  }
  exhibit.showNumbers()
  return exhibit
}

extension History {
  /// The accuracy on data that was not trained on.
  var accuracy: [Double]? { self["val_accuracy", "test_accuracy", "accuracy"] }
}
