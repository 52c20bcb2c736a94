import Fovea

/// A training of the lecture's CIFAR-10 network, as it is typed.
func trainingCommand(_ options: String) -> String {
  "fovea train --network cifar10-cnn --data cifar10 --decay 1e-4 \(options) -o run"
}

/// The lecture's network for CIFAR-10, trained four ways.
func fourClassifiers(in workplace: Workplace) throws -> Exhibit {
  var exhibit = Exhibit("cifar10", "Four classifiers for CIFAR-10")
  exhibit.say(
    """
    Ten classes, pictures of 32 × 32 pixels. Two convolutions with max pooling, a dense layer of 512 units and one of 10; then
    the same with batch normalisation, with dropout before the dense layers as well, and with augmented pictures on top.
    RMSprop, learning rate 10⁻³ falling as 1/(1 + 10⁻⁴ step), batches of 32; the lecture trains 100 epochs on 50,000 pictures.
    The data are not part of this project, the histories of trainings are: each line was read from a file that its command made.
    """)
  let classifiers = [
    ("baseline", "baseline", ""), ("batch-norm", "batch normalisation", " --batch-norm"),
    ("dropout", "and dropout", " --batch-norm --dropout"),
    ("augmentation", "and augmentation", " --batch-norm --dropout --augment"),
  ]
  var lines: [Curves.Line] = []
  var bars: [(name: String, value: Double, text: String)] = []
  for (file, words, options) in classifiers {
    let path = "cifar10-\(file)"
    let history = try Samples.history(path)
    let command = trainingCommand("--epochs \(history?.count ?? 100)\(options)")
    guard let history, let last = history.testAccuracies.last else {
      exhibit.show(
        command: command,
        because:
          "\(words): there is no history <code>Samples/histories/\(path).csv</code> yet. This makes it:")
      continue
    }
    lines.append(Curves.Line(words, values: history.testAccuracies))
    bars.append(("\(words), \(history.count) epochs", last, percent(last)))
    exhibit.number(
      file, "\(words), after \(history.count) epochs", [last], text: percent(last))
    exhibit.show(FoveaRun(typed: command, printed: ""))
  }
  if !lines.isEmpty {
    exhibit.show(
      Curves(
        title: "Accuracy on the 1,000 test pictures, epoch by epoch", across: "epoch", up: "accuracy",
        lines: lines
      ).html)
    exhibit.show(Bars(title: "After the last epoch of each training", rows: bars).html)
  }
  exhibit.showNumbers()
  return exhibit
}

extension [EpochRecord] {
  /// The accuracy on pictures not trained on, epoch by epoch.
  var testAccuracies: [Double] { map { $0.testAccuracy ?? .nan } }
}
