import ArgumentParser
import Batch
import Fovea
import SystemPackage

struct BenchmarkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "benchmark",
    abstract: "Time a network's forward pass, or a step of its training, on this machine.",
    discussion: """
      The network runs on one input again and again: a few passes to warm up, then those that count. Reading the file and \
      making the network ready are not part of the time. An architecture without --weights gets random ones. GFLOP are 10^9 multiplications and additions, counted as in \
      summary (two for each MAC), whatever the method saves.

      EXAMPLES
        fovea benchmark model.h5
        fovea benchmark vgg16 --threads 1 --batch 8 --json
        fovea benchmark squeezenet1.1 --layers
        fovea benchmark cifar10-cnn-bn-dropout --training --batch 32
      """)

  @OptionGroup var model: ModelOptions

  @Option(help: ArgumentHelp("Threads to use (default: the number of processors).", valueName: "n"))
  var threads: Int?

  @Option(help: ArgumentHelp("Inputs in one pass.", valueName: "n"))
  var batch = 1

  @Option(help: ArgumentHelp("Passes that count.", valueName: "n"))
  var runs = 21

  @Option(
    help: ArgumentHelp(
      "The input, [N, H, W, C] (default: random numbers, normal, seeded).", valueName: "npy"),
    completion: .file())
  var input: String?

  @Flag(
    help: "Time steps of training instead: forwards, backwards and RMSprop, on random pictures and labels.")
  var training = false

  @Flag(help: "Tell the time, method and memory of each layer too, beside this machine's measured peak.")
  var layers = false

  @Flag(
    help: ArgumentHelp(
      "Run one pass for each line of standard input and answer it with the milliseconds.",
      visibility: .hidden))
  var eachLine = false

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    guard threads ?? 1 >= 1 else { throw ValidationError("--threads must be 1 or more.") }
    if training, layers { throw ValidationError("--layers is for forward passes, not for --training.") }
    guard batch >= 1, runs >= 1 else { throw ValidationError("--batch and --runs must be 1 or more.") }
  }

  func run() throws {
    let network = try saying { try model.networkOrRandom() }
    let x = try saying { try tensor(for: network) }
    let threads = threads ?? Parallelism.processors
    let summary = try saying { try network.graph.summary(for: x.shape) }
    if training {
      var steps = try saying { try TrainingSteps(network, x) }
      return try Parallelism.limited(to: threads) {
        if eachLine { return try answerLines { try steps.take() } }
        let seconds = try times { try steps.take() }
        // Backwards costs twice what forwards does: the gradients of inputs and of weights.
        tell(
          Listing(
            seconds: seconds, threads: threads, batch: x.shape[0], operations: 6 * summary.totalOperations))
      }
    }
    let compiled = try saying { try network.compiled(for: x.shape) }
    if eachLine {
      Parallelism.limited(to: threads) { answerLines { _ = compiled.run(x) } }
      return
    }
    let seconds = Parallelism.limited(to: threads) { times { _ = compiled.run(x) } }
    var result = Listing(
      seconds: seconds, threads: threads, batch: x.shape[0], operations: 2 * summary.totalOperations)
    if layers {
      let steps = Parallelism.limited(to: threads) { compiled.profile(x, runs: max(5, min(runs, 21))) }
      let speed = try Parallelism.limited(to: threads) { try MachineSpeed.measured() }
      result.layers = LayerTimes(
        steps, peak: 2 * speed.operationsPerSecond / 1e9, arena: compiled.arenaBytes,
        weights: compiled.weightBytes)
    }
    tell(result)
  }

  private func tell(_ result: Listing) {
    StandardOutput.write(json ? jsonLine(result) : Array(text(result).utf8))
  }

  private func answerLines(_ pass: () throws -> Void) rethrows {
    let clock = ContinuousClock()
    while readLine() != nil {
      let seconds = try clock.measure { try pass() } / .seconds(1)
      StandardOutput.write(Array("\(seconds * 1000)\n".utf8))
    }
  }

  private func tensor(for network: Network) throws -> Tensor {
    if let input { return try Tensor(npy: FilePath(argument: input)) }
    let side = network.preprocessing?.height ?? 224
    guard let shape = network.graph.inputShape(batch: batch, freeSide: side) else {
      throw failed("\(model.model): has several inputs or none; it cannot be timed on a made-up one")
    }
    var generator = SeededGenerator(seed: 1)
    return Tensor(normal: shape, using: &generator)
  }

  /// The seconds of each pass that counts, in order.
  private func times(_ pass: () throws -> Void) rethrows -> [Double] {
    let clock = ContinuousClock()
    for _ in 0..<min(5, runs) { try pass() }
    return try (0..<runs).map { _ in try clock.measure { try pass() } / .seconds(1) }
  }

  private func text(_ result: Listing) -> String {
    let times = result.milliseconds
    return """
      \(model.name): \(decimal(times.median)) ms a \(training ? "step" : "pass") (median of \(runs); \(decimal(times.min)) to \
      \(decimal(times.max))), batch \(result.batch), \(result.threads) threads
      \(decimal(result.gflops)) GFLOP/s, \(decimal(result.imagesPerSecond)) inputs/s

      """ + (result.layers?.text ?? "")
  }

  private struct Listing: Encodable {
    var layers: LayerTimes?
    struct Milliseconds: Encodable {
      let median: Double
      let min: Double
      let max: Double
    }

    let milliseconds: Milliseconds
    let threads: Int
    let batch: Int
    let gflops: Double
    let imagesPerSecond: Double

    enum CodingKeys: String, CodingKey {
      case milliseconds, threads, batch, gflops, layers
      case imagesPerSecond = "images_per_second"
    }

    init(seconds: [Double], threads: Int, batch: Int, operations: Int) {
      let sorted = seconds.sorted()
      let median = (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
      milliseconds = Milliseconds(
        median: median * 1000, min: sorted[0] * 1000, max: sorted[sorted.count - 1] * 1000)
      self.threads = threads
      self.batch = batch
      gflops = Double(operations) / median / 1e9
      imagesPerSecond = Double(batch) / median
    }
  }
}

/// Steps of training on made-up pictures and labels, one after another.
private struct TrainingSteps {
  private var trainer: Trainer
  private let pictures: Tensor
  private let labels: [Int]

  init(_ network: Network, _ pictures: Tensor) throws {
    trainer = try Trainer(network, TrainingSettings(optimizer: .rmsprop(), learningRate: 1e-3))
    self.pictures = pictures
    let output = try network.graph.shapes(for: pictures.shape)[network.graph.outputs[0]]
    guard let output, output.rank == 2 else {
      throw failed("only a network that names one class a picture can be timed in training")
    }
    labels = (0..<pictures.shape[0]).map { $0 * 7 % output[1] }
  }

  mutating func take() throws { _ = try trainer.step(pictures, .labels(labels)) }
}
