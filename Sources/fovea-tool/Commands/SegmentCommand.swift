import ArgumentParser
import Batch
import Fovea
import SystemPackage

struct SegmentCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "segment",
    abstract: "Train an encoder-decoder that finds the shapes in drawn pictures.",
    discussion: """
      The pictures are drawn by --seed: discs, squares and triangles of any colour on a shaded, noisy ground, 48x48 pixels; \
      every pixel is to be given its class. The network, segnet-small, pools three times and un-pools with the encoder's \
      own indices, as SegNet does. The folder -o (default: Output/segmented) receives segmentation.png (pictures, truth, what was found), \
      segmentation.csv (how well each class is found), history.csv, curves.svg and .png, and segnet-small.safetensors, \
      which other commands read as the weights of segnet-small.

      EXAMPLES
        fovea segment -o segmenter
        fovea activations segnet-small --weights segmenter/segnet-small.safetensors photo.jpg
      """)

  @Option(
    help: ArgumentHelp("How many pictures to draw to learn from; a fifth as many to test on.", valueName: "n")
  )
  var pictures = 5000

  @OptionGroup(title: "Learning") var learning: OptimizerOptions

  @OptionGroup(title: "Output") var output: TrainingOutputOptions

  func validate() throws {
    if !(5...100_000).contains(pictures) {
      throw ValidationError("--pictures is 5 to 100000, not \(pictures)")
    }
  }

  func run() throws {
    try Parallelism.limited(to: learning.threads ?? Parallelism.processors) { try train() }
  }

  private func train() throws {
    let training = SegmentedPictures(drawing: pictures, seed: learning.seed)
    // Others than those learned from, whatever the seed.
    let test = SegmentedPictures(drawing: pictures / 5, seed: ~learning.seed)
    let name = "segnet-small.safetensors"
    let folder = try output.folder(default: "Output/segmented", results: [name])
    try saying {
      let architecture = Architecture.segnetSmall
      let start = try Network(
        initialising: architecture.graph(
          height: training.height, columns: training.width, classes: training.classNames.count),
        seed: learning.seed, preprocessing: architecture.preprocessing)
      let settings = learning.settings(
        loss: .crossEntropy, pictures: pictures,
        defaults: .init(optimizer: .adam, learningRate: 3e-3, cosine: true))
      var run = try TrainingRun(
        start, settings, learning.plan, on: SegmentationExamples(training, test: test, for: start))
      try folder.train(&run, title: "segnet-small on drawn shapes, pixels")
      let network = try run.network()
      try network.write(to: folder.path.appending(name), as: .safetensors)
      try report(try Segmentation(of: network, on: test), test, to: folder.path)
    }
  }

  private func report(_ found: Segmentation, _ test: SegmentedPictures, to folder: FilePath) throws {
    let (names, shares) = (test.classNames, test.shares)
    let rows =
      [["class", "share_of_pixels", "intersection_over_union"]]
      + names.indices.map { [names[$0], "\(shares[$0])", "\(found.overlaps[$0])"] }
    try writeText(rows.map(csvLine).joined(), to: folder.appending("segmentation.csv"))
    let summary = "\(decimal(found.accuracy * 100)) % of \(found.classes.count) pixels right"
    let ground = "the ground alone is \(decimal((shares.max() ?? 0) * 100)) %"
    let (height, width) = (test.height, test.width)
    let pictures = (0..<min(6, test.count)).flatMap { index in
      let own = index * height * width..<(index + 1) * height * width
      func classes(_ all: [UInt8]) -> Raster {
        Raster(
          Tensor(all[own].flatMap { Self.colors[Int($0) % Self.colors.count] }, shape: [height, width, 3]))
      }
      let right = own.count { found.classes[$0] == test.classes[$0] }
      return [
        CaptionedPicture(
          Raster(test.pictures(index..<index + 1).reshaped([height, width, 3])), caption: ["picture"]),
        CaptionedPicture(classes(test.classes), caption: ["truth"]),
        CaptionedPicture(
          classes(found.classes),
          caption: ["found, \(decimal(Double(right) / Double(own.count) * 100)) % right"]),
      ]
    }
    let sheet = ContactSheet(
      pictures: pictures, title: "segmentation · segnet-small, un-pooling with the encoder's indices",
      lines: [
        "\(test.count) test pictures: \(summary); \(ground)",
        "ground dark · disc blue · square orange · triangle green",
        "intersection over union: "
          + zip(names, found.overlaps).map { "\($0) \(decimal($1))" }.joined(separator: ", "),
      ], columns: 6, zoom: 2)
    SheetText.check(sheet)
    try sheet.write(to: folder.appending("segmentation.png"))
    StandardOutput.write("\(summary); \(ground)\n")
    for (name, overlap) in zip(names, found.overlaps) {
      StandardOutput.write("\(name)\tintersection over union \(decimal(overlap))\n")
    }
  }

  /// Of ground, disc, square and triangle: told apart by the colour-blind too.
  private static let colors: [[Float]] = [[40, 40, 48], [86, 180, 233], [230, 159, 0], [0, 158, 115]]
}
