import Foundation
import Fovea

/// The first layers of a network, and a new head on them.
func transferLearning(in workplace: Workplace) throws -> Exhibit {
  var exhibit = Exhibit("transfer", "Transfer learning")
  let textures = try TextureFolder(in: workplace)
  let base = Samples.trained ?? "Samples/networks/synthetic-gabor-bank.h5"
  exhibit.say(
    """
    The first layers of a network trained on many pictures are of use for other pictures too. They are kept as they are, what they
    make of one’s own few pictures is computed once, and only a new last layer is trained on that. Here the base is
    <code>\(escaped(base))</code>, and the new classes are four materials: \(textures.count) pieces of the still life of each.
    """)
  let run = try workplace.fovea(
    "transfer", "--base", base, "--data", textures.path, "--hold-out", "0.3", "--epochs", "30", "--optimizer",
    "adam",
    "--learning-rate", "0.01", "-o", workplace.path("transferred"))
  exhibit.show(run)
  exhibit.show(
    try textures.examples.map { name, file in
      try workplace.picture(file, "A piece of \(name)", name, shown: 128, magnified: true)
    })
  let text = try String(contentsOfFile: workplace.path("transferred/history.csv"), encoding: .utf8)
  guard let history = TrainingHistory.records(csv: text), let last = history.last else {
    throw LectureError.unexpected(what: "history.csv", found: "no history of a training")
  }
  exhibit.show(
    Curves(
      title: "The new head’s accuracy, epoch by epoch", across: "epoch", up: "accuracy",
      lines: [
        .init("pieces trained on", values: history.map { $0.accuracy ?? .nan }),
        .init("pieces kept apart", values: history.testAccuracies),
      ]
    ).html)
  exhibit.number(
    "accuracy", "Right of the pieces kept apart", [last.testAccuracy ?? .nan],
    text: percent(last.testAccuracy ?? .nan))
  exhibit.number(
    "chance", "Right by chance", [1 / Double(textures.examples.count)],
    text: percent(1 / Double(textures.examples.count)))
  exhibit.showNumbers()
  exhibit.show(
    command:
      "fovea transfer --base vgg16 --weights vgg16_weights_tf_dim_ordering_tf_kernels.h5 --data folder-of-classes -o classifier",
    because: "Published weights are not part of this project. With a file of them:")
  return exhibit
}

/// A folder of classes cut out of the still life: pieces of four materials.
private struct TextureFolder {
  let path: String
  let count = 24
  /// A name and one file of each class.
  private(set) var examples: [(name: String, file: String)] = []

  init(in workplace: Workplace) throws {
    let side = 40
    path = workplace.path("materials")
    let picture = try Image(contentsOf: "Samples/still-life.png").tensor()
    var generator = SeededGenerator(seed: 9)
    // Rows and columns where only that material is seen.
    for (name, rows, places) in [
      ("wall", 10...90, 20...300), ("wood", 450...470, 20...120), ("cloth", 390...430, 240...420),
      ("grapes", 310...370, 490...580),
    ] {
      try FileManager.default.createDirectory(atPath: "\(path)/\(name)", withIntermediateDirectories: true)
      for number in 0..<count {
        let row = Int.random(in: rows, using: &generator)
        let column = Int.random(in: places, using: &generator)
        try Raster(picture.square(side, row: row, column: column)).image()
          .write(to: "\(path)/\(name)/\(number).png")
      }
      examples.append((name, "materials/\(name)/0.png"))
    }
  }
}
