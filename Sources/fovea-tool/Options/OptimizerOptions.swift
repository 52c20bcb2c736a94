import ArgumentParser
import Fovea

/// How a network learns.
struct OptimizerOptions: ParsableArguments {
  enum Name: String, ExpressibleByArgument, CaseIterable {
    case sgd, momentum, nesterov, rmsprop, adam, adamw
  }

  @Option(help: ArgumentHelp("Times every picture is shown.", valueName: "n"))
  var epochs = 10

  @Option(help: ArgumentHelp("Pictures in a step.", valueName: "n"))
  var batch = 32

  @Option(
    help: ArgumentHelp(
      "sgd, momentum (0.9), nesterov, rmsprop, adam or adamw (default: rmsprop; for denoise and segment adam).",
      valueName: "name"))
  var optimizer: Name?

  @Option(
    help: ArgumentHelp(
      "The learning rate of the first step (default: 0.001; for denoise 0.002, for segment 0.003).",
      valueName: "rate"))
  var learningRate: Double?

  @Option(
    help: ArgumentHelp("The rate at step t is rate / (1 + decay t), as in older Keras.", valueName: "decay"))
  var decay = 0.0

  @Flag(
    inversion: .prefixedNo,
    help:
      "Let the rate fall to 0 along half a cosine over all epochs (default: only for denoise and segment).")
  var cosine: Bool?

  @Option(
    help: ArgumentHelp(
      "Weight decay: this times the squares of all kernels is added to the loss.", valueName: "factor"))
  var l2: Float = 0

  @Option(help: ArgumentHelp("Shrink gradients to this norm where theirs is larger.", valueName: "norm"))
  var clip: Float?

  @Option(
    help: ArgumentHelp(
      "Fixes the first weights, the order of pictures, dropout and augmentation.", valueName: "n"))
  var seed: UInt64 = 1

  @Option(
    help: ArgumentHelp(
      "Stop when the loss on the pictures to test on has not fallen for so many epochs.", valueName: "n"))
  var patience: Int?

  @Option(
    help: ArgumentHelp(
      "Threads to use (default: the number of processors); the weights do not depend on it.", valueName: "n"))
  var threads: Int?

  func validate() throws {
    if epochs < 1 { throw ValidationError("--epochs is at least 1, not \(epochs)") }
    if batch < 1 { throw ValidationError("--batch is at least 1, not \(batch)") }
    if let learningRate, !(learningRate > 0) {
      throw ValidationError("--learning-rate is above 0, not \(learningRate)")
    }
    if let patience, patience < 1 { throw ValidationError("--patience is at least 1, not \(patience)") }
    if let threads, threads < 1 { throw ValidationError("--threads is at least 1, not \(threads)") }
    if decay < 0 { throw ValidationError("--decay is at least 0, not \(decay)") }
    if cosine == true, decay > 0 { throw ValidationError("either --cosine or --decay") }
  }

  var plan: Epochs { Epochs(epochs, batchSize: batch, patience: patience) }

  /// What a command does where it is not told.
  struct Defaults {
    var optimizer = Name.rmsprop
    var learningRate = 1e-3
    var cosine = false
  }

  /// The settings for so many pictures an epoch; `epochs` where they are not those of the option.
  func settings(
    loss: Loss, pictures: Int, epochs: Int? = nil, frozen: Set<String> = [], defaults: Defaults = Defaults()
  ) -> TrainingSettings {
    let optimizer: Optimizer =
      switch self.optimizer ?? defaults.optimizer {
      case .sgd: .sgd()
      case .momentum: .sgd(momentum: 0.9)
      case .nesterov: .sgd(momentum: 0.9, nesterov: true)
      case .rmsprop: .rmsprop()
      case .adam: .adam()
      case .adamw: .adamW()
      }
    let schedule: Schedule =
      if decay > 0 {
        .inverseTime(decay: decay)
      } else if cosine ?? defaults.cosine {
        .cosine(steps: (epochs ?? self.epochs) * ((pictures + batch - 1) / batch))
      } else {
        .constant
      }
    return TrainingSettings(
      loss: loss, optimizer: optimizer, learningRate: learningRate ?? defaults.learningRate,
      schedule: schedule, l2: l2, clipNorm: clip, seed: seed, frozen: frozen)
  }
}

/// Random changes of the pictures a network is shown.
struct AugmentationOptions: ParsableArguments {
  @Flag(
    help:
      "Change pictures at random: flipped left to right and shifted by up to a tenth, unless told otherwise.")
  var augment = false

  @Option(help: ArgumentHelp("Shift by up to this share of height and width.", valueName: "share"))
  var shift: Float = 0.1

  @Option(help: ArgumentHelp("Turn by up to so many degrees.", valueName: "degrees"))
  var rotation: Float = 0

  @Option(help: ArgumentHelp("Scale each axis by 1 - z to 1 + z.", valueName: "z"))
  var scale: Float = 0

  @Option(help: ArgumentHelp("Cut pictures out of themselves padded by so many pixels.", valueName: "pixels"))
  var crop = 0

  @Flag(inversion: .prefixedNo, help: "Flip every second picture left to right.")
  var flip = true

  @Option(help: ArgumentHelp("Beyond the edges: nearest, constant (0), reflect or wrap.", valueName: "mode"))
  var fillMode = FillMode.nearest

  enum FillMode: String, ExpressibleByArgument, CaseIterable { case nearest, constant, reflect, wrap }

  func validate() throws {
    if shift < 0 || rotation < 0 || crop < 0 || !(0..<1).contains(scale) {
      throw ValidationError("--shift, --rotation and --crop are at least 0, --scale between 0 and 1")
    }
  }

  var augmentation: Augmentation? {
    guard augment else { return nil }
    return Augmentation(
      flips: flip, rotation: rotation, shift: shift, zoom: scale, crop: crop,
      fill: Augmentation.Fill(rawValue: fillMode.rawValue) ?? .nearest)
  }
}
