import ArgumentParser
import Batch
import Fovea
import SystemPackage

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Count how often a classifier is right on labelled pictures.",
    discussion: """
      Prints the accuracy; the folder -o receives confusion.csv and confusion.png (how many of each class were taken for \
      each) and mistakes.png, the surest of the wrong answers.

      EXAMPLES
        fovea evaluate trained/model.h5 --data cifar10 -o evaluated
        fovea evaluate resnet20 --weights resnet20.th --data cifar10
      """)

  @OptionGroup var model: ModelOptions
  @OptionGroup(title: "Data") var data: DataOptions

  @Flag(help: "Evaluate on the pictures to train on.")
  var onTraining = false

  @Option(help: ArgumentHelp("How many mistakes to show.", valueName: "n"))
  var mistakes = 24

  @OptionGroup(title: "Preprocessing") var preprocessing: PreprocessingOptions

  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: ArgumentHelp("The folder for what comes out.", valueName: "folder"), completion: .directory)
  var output = "Output/evaluated"

  @Option(
    help: ArgumentHelp(
      "Fixes what is held out where the folder keeps no test pictures apart.", valueName: "n"))
  var seed: UInt64 = 1

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    let network = try saying { try preprocessing.applied(to: try model.network()) }
    let input = network.graph.inputShape()
    let side = network.preprocessing?.height ?? 32
    let height = input?[1] ?? side
    let width = input?[2] ?? network.preprocessing?.width ?? side
    let (pictures, unreadable) = try data.pictures(height: height, width: width, seed: seed)
    let (shown, seen) = try saying {
      let shown = try (onTraining ? pictures.training : pictures.test ?? pictures.training).resized(
        height: height, width: width)
      return (shown, try Evaluation(of: network, on: shown))
    }
    let folder = FilePath(argument: output)
    try makeFolder(folder)
    try saying { try write(seen, shown, to: folder) }
    let right = seen.verdicts.count { $0.label == $0.predicted }
    if json {
      StandardOutput.write(
        jsonLine(Listing(pictures: shown.count, right: right, accuracy: seen.accuracy, loss: seen.loss)))
    } else {
      StandardOutput.write(
        "\(decimal(seen.accuracy * 100)) % right (\(right) of \(shown.count)), mean cross-entropy \(decimal(seen.loss))\n"
      )
    }
    if unreadable > 0 { throw ExitCode(1) }
  }

  private struct Listing: Encodable {
    let pictures: Int
    let right: Int
    let accuracy: Double
    let loss: Double
  }

  private func write(_ seen: Evaluation, _ pictures: LabelledPictures, to folder: FilePath) throws {
    let names = seen.classNames
    let table = seen.confusion
    let rows = [["class"] + names] + table.indices.map { row in [names[row]] + table[row].map(String.init) }
    try writeText(rows.map(csvLine).joined(), to: folder.appending("confusion.csv"))
    let sheet = ContactSheet(
      confusion: table, classes: names, title: "\(model.title) · confusion",
      lines: ["\(pictures.count) pictures · \(decimal(seen.accuracy * 100)) % right"])
    SheetText.check(sheet)
    try sheet.write(to: folder.appending("confusion.png"))
    let worst = seen.worstMistakes.prefix(mistakes)
    guard !worst.isEmpty else { return }
    let tiles = worst.map { verdict in
      CaptionedPicture(
        Raster(pictures.picture(verdict.picture)),
        caption: [
          "\(names[verdict.predicted]) \(decimal(Double(verdict.probability) * 100)) %",
          "is \(names[verdict.label]) (\(decimal(Double(verdict.probabilityOfLabel) * 100)) %)",
        ])
    }
    try ContactSheet(
      pictures: tiles, title: "\(model.title) · surest mistakes",
      lines: ["what the network said, and below what the picture is, each with its probability"]
    ).write(to: folder.appending("mistakes.png"))
  }
}
