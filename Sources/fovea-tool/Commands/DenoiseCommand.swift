import ArgumentParser
import Batch
import Fovea
import SystemPackage

struct DenoiseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "denoise",
    abstract: "Train an autoencoder that takes noise out of pictures, or apply one.",
    discussion: """
      The folder -o is Output/denoised by default. With --data the autoencoder is trained on a data set's pictures with normal noise added, tested on those kept \
      apart, and written to -o as denoiser.h5 beside denoising.png (clean, noisy, Gaussian, median, denoised) and \
      denoising.csv (mean PSNR of each). With --model and pictures, these are denoised into -o.

      EXAMPLES
        fovea denoise --data cifar10 --epochs 10 -o denoiser
        fovea denoise --model denoiser/denoiser.h5 photos -o clean
      """)

  @Argument(help: ArgumentHelp("Pictures or folders to denoise.", valueName: "inputs"), completion: .file())
  var inputs: [String] = []

  @Option(
    help: ArgumentHelp("An autoencoder that was trained before, to apply.", valueName: "file"),
    completion: .file())
  var model: String?

  @Option(
    help: ArgumentHelp("The folder of a data set to train on.", valueName: "folder"), completion: .directory)
  var data: String?

  @Option(help: ArgumentHelp("Take only so many of the pictures to train on.", valueName: "n"))
  var limit: Int?

  @Option(help: ArgumentHelp("Channels of the code: 32 or 16.", valueName: "n"))
  var channels = 32

  @Option(
    help: ArgumentHelp("The standard deviation of the noise, as a share of the range.", valueName: "sigma"))
  var noise: Float = 0.1

  @OptionGroup(title: "Learning") var learning: OptimizerOptions
  @OptionGroup(title: "Input") var loading: LoadingOptions

  @OptionGroup(title: "Output") var output: TrainingOutputOptions

  private static let defaultOutput = "Output/denoised"

  func validate() throws {
    if (model == nil) == (data == nil) {
      throw ValidationError("either --data FOLDER to train, or --model FILE and pictures to denoise")
    }
    if model != nil, inputs.isEmpty { throw ValidationError("--model needs pictures to denoise") }
    if data != nil, !inputs.isEmpty {
      throw ValidationError("with --data no pictures are denoised: use --model")
    }
    if !(1...64).contains(channels) { throw ValidationError("--channels is 1 to 64, not \(channels)") }
    if !(noise > 0) { throw ValidationError("--noise is above 0, not \(noise)") }
  }

  func run() throws {
    try Parallelism.limited(to: learning.threads ?? Parallelism.processors) {
      if let model { try apply(FilePath(argument: model)) } else { try train() }
    }
  }

  private func train() throws {
    let (pictures, unreadable) = try labelledSet(
      in: FilePath(argument: data ?? ""), limit: limit, holdOut: 0.1, options: loading.loadOptions,
      height: 32,
      width: 32, seed: learning.seed)
    let test = pictures.test ?? pictures.training
    let name = "denoiser.h5"
    let folder = try output.folder(default: Self.defaultOutput, results: [name])
    try saying {
      let graph = try Architecture.named("autoencoder").graph(
        height: test.height, columns: test.width, classes: 3, width: Double(channels) / 32)
      let start = try Network(
        initialising: graph, seed: learning.seed,
        preprocessing: Preprocessing(height: test.height, width: test.width, scale: 1 / 255))
      let settings = learning.settings(
        loss: .meanSquaredError, pictures: pictures.training.count,
        defaults: .init(optimizer: .adam, learningRate: 2e-3, cosine: true))
      let examples = try NoisyExamples(
        pictures.training, test: test, noise: noise, seed: learning.seed, for: start)
      var run = try TrainingRun(start, settings, learning.plan, on: examples)
      try folder.train(&run, title: "denoising · autoencoder with a code of \(channels) channels")
      let network = try run.network()
      try network.write(to: folder.path.appending(name), as: .h5)
      try report(try DenoisingTest(network, on: test, of: examples), to: folder.path)
    }
    if unreadable > 0 { throw ExitCode(1) }
  }

  private func report(_ test: DenoisingTest, to folder: FilePath) throws {
    let rows = [["method", "mean_psnr_db"]] + test.means.map { [$0.name, "\($0.decibels)"] }
    try writeText(rows.map(csvLine).joined(), to: folder.appending("denoising.csv"))
    let sheet = ContactSheet(
      pictures: test.examples, title: "denoising · autoencoder with a code of \(channels) channels",
      lines: [
        "\(test.count) test pictures, normal noise of \(noise) of the range; under each its PSNR in dB",
        test.means.map { "\($0.name) \(decimal($0.decibels)) dB" }.joined(separator: " · "),
      ], columns: test.means.count + 1, zoom: 3)
    SheetText.check(sheet)
    try sheet.write(to: folder.appending("denoising.png"))
    for mean in test.means { StandardOutput.write("\(mean.name)\t\(decimal(mean.decibels)) dB\n") }
  }

  private func apply(_ path: FilePath) throws {
    let network = try saying { try Network(contentsOf: path) }
    let options = loading.loadOptions
    let folder = output.path(default: Self.defaultOutput)
    let list: InputList
    do throws(BatchError) {
      list = try InputList(inputs.map { FilePath(argument: $0) }, isMine: looksLikePicture)
    } catch { throw failed("\(error)") }
    var running = BatchOptions(jobs: 1)
    running.quiet = output.quiet
    running.overwrite = output.overwrite
    running.resume = output.resume
    let batch = Batch(
      inputs: list, outputs: OutputMap(folder, fileSuffixes: ["png"], addition: "", below: nil),
      options: running, settings: "fovea \(toolVersion) denoise \(path)",
      files: { [$0.file(suffix: "png")] }, explain: problem(of:)
    ) { job, outputs in
      let picture = try Image(contentsOf: job.input.path, options: options).colour().tensor()
      let clean = try network.denoised(picture)
      try outputs.write(job.outputs[0]) { try Image(tensor: clean).write(to: $0) }
      return nil
    }
    try batch.runAsCommand()
  }
}

/// How much nearer to the clean pictures several methods come.
struct DenoisingTest {
  let count: Int
  let means: [(name: String, decibels: Double)]
  /// Rows of clean, noisy and treated pictures.
  let examples: [CaptionedPicture]

  init(_ network: Network, on pictures: LabelledPictures, of noisy: NoisyExamples) throws {
    let names = ["noisy", "Gaussian 0.7", "median 3x3", "autoencoder"]
    let compiled = try network.compiled(for: [1, pictures.height, pictures.width, 3])
    let kernel = Kernel.gaussian(sigma: 0.7)
    var sums = [Double](repeating: 0, count: names.count)
    var examples: [CaptionedPicture] = []
    for index in 0..<pictures.count {
      let (clean, noisy) = noisy.testPair(index, of: pictures)
      let plane = noisy.reshaped([pictures.height, pictures.width, 3])
      let treated = [
        noisy, correlate(plane, kernel, output: .same, boundary: .reflect),
        median(plane, height: 3, width: 3, boundary: .reflect),
        compiled.run(noisy).layers.last?.output ?? noisy,
      ].map { $0.reshaped(clean.shape) }
      let values = treated.map { $0.peakSignalToNoise(against: clean) }
      for (place, value) in values.enumerated() { sums[place] += value }
      if index < 8 {
        func raster(_ x: Tensor) -> Raster {
          Raster(Tensor(x.scalars.map { $0 * 255 }, shape: [pictures.height, pictures.width, 3]))
        }
        examples.append(CaptionedPicture(raster(clean), caption: ["clean"]))
        for (place, x) in treated.enumerated() {
          examples.append(CaptionedPicture(raster(x), caption: ["\(names[place]) \(decimal(values[place]))"]))
        }
      }
    }
    count = pictures.count
    means = zip(names, sums).map { (name: $0, decibels: $1 / Double(max(1, pictures.count))) }
    self.examples = examples
  }
}

extension Network {
  /// A picture `[H, W, 3]`, 0...255, of any size, denoised: its edges repeated to whole multiples of what the network halves.
  fileprivate func denoised(_ picture: Tensor) throws -> Tensor {
    let (height, width) = (picture.shape[0], picture.shape[1])
    let (rows, columns) = ((height + 3) / 4 * 4, (width + 3) / 4 * 4)
    let x = Tensor(shape: [1, rows, columns, 3]) { target in
      picture.withUnsafeScalars { source in
        for row in 0..<rows {
          for column in 0..<columns {
            let from = (min(row, height - 1) * width + min(column, width - 1)) * 3
            for c in 0..<3 { target[(row * columns + column) * 3 + c] = source[from + c] / 255 }
          }
        }
      }
    }
    let y = try resized(height: rows, width: columns).compiled(for: x.shape).run(x).layers.last?.output ?? x
    return Tensor(shape: picture.shape) { target in
      y.withUnsafeScalars { source in
        for row in 0..<height {
          for value in 0..<width * 3 {
            target[row * width * 3 + value] = source[row * columns * 3 + value] * 255
          }
        }
      }
    }
  }
}
