import Datasets
import Foundation
import NeuralNetwork
import SystemPackage
import TensorCore
import TestSupport
import Testing
import Training

/// Whole trainings of tiny networks on drawn pictures.
@Suite struct TrainingRunTests {
  /// Pictures of 6x6 whose class is the brighter half: left, right or top.
  static func drawn(_ count: Int, seed: UInt64) -> LabelledPictures {
    var generator = SeededGenerator(seed: seed)
    var (pixels, labels): ([UInt8], [Int]) = ([], [])
    for index in 0..<count {
      let label = index % 3
      for row in 0..<6 {
        for column in 0..<6 {
          let isBright = label == 0 ? column < 3 : (label == 1 ? column >= 3 : row < 3)
          for _ in 0..<3 { pixels.append(UInt8((isBright ? 150 : 60) + Int(generator.next() % 60))) }
        }
      }
      labels.append(label)
    }
    return LabelledPictures(
      height: 6, width: 6, channels: 3, pixels: pixels, labels: labels, classNames: ["left", "right", "top"])
  }

  static func network() throws -> Network {
    try Network(
      initialising: Graph([
        Layer("input", .input(InputShape(height: 6, width: 6, channels: 3))),
        Layer("conv", .convolution(.init(filters: 6, kernelSize: 3, activation: .relu)), from: "input"),
        Layer("pool", .pooling(.init(.maximum, size: 2, stride: 2)), from: "conv"),
        Layer("norm", .batchNormalization(.init(epsilon: 1e-3, momentum: 0.9)), from: "pool"),
        Layer("flatten", .flatten(.channelsLast), from: "norm"),
        Layer("dropout", .dropout(rate: 0.2), from: "flatten"),
        Layer("dense", .dense(.init(units: 3, activation: .softmax)), from: "dropout"),
      ]), seed: 3, preprocessing: Preprocessing(height: 6, width: 6, scale: 1 / 255))
  }

  static func run(_ epochs: Int, seed: UInt64 = 5) throws -> TrainingRun {
    let network = try network()
    return try TrainingRun(
      network, TrainingSettings(optimizer: .adam(), learningRate: 1e-2, seed: seed),
      Epochs(epochs, batchSize: 8),
      on: LabelledExamples(
        drawn(60, seed: 1), test: drawn(30, seed: 2), augmentation: Augmentation(flips: false, shift: 0.1),
        for: network))
  }

  private func temporary() -> FilePath {
    FilePath(NSTemporaryDirectory()).appending("fovea-checkpoint-\(UInt64.random(in: 0...UInt64.max))")
  }

  @Test("a classifier learns drawn pictures and says so in its history")
  func learns() throws {
    var run = try Self.run(12)
    while try run.epoch() != nil {}
    let last = try #require(run.history.last)
    #expect(run.history.count == 12 && last.epoch == 12 && run.isDone)
    #expect(last.testAccuracy ?? 0 > 0.9)
    #expect(last.loss < run.history[0].loss / 2)
    let seen = try Evaluation(of: run.network(), on: Self.drawn(30, seed: 2))
    #expect(seen.accuracy == last.testAccuracy)
    #expect(seen.confusion.joined().reduce(0, +) == 30)
    #expect(seen.worstMistakes.allSatisfy { $0.label != $0.predicted })
  }

  @Test(
    "a training that is taken up from a checkpoint ends with the same weights, bit for bit, on any threads")
  func resumes() throws {
    var whole = try Self.run(4)
    while try whole.epoch() != nil {}
    let file = temporary()
    defer { unlink(file.string) }
    var first = try Self.run(2)
    try Parallelism.limited(to: 1) { while try first.epoch() != nil {} }
    try first.writeCheckpoint(to: file)
    var second = try Self.run(4)
    try second.resume(from: file)
    #expect(second.history.count == 2)
    while try second.epoch() != nil {}
    #expect(try second.network().weights == whole.network().weights)
  }

  @Test("damaged checkpoints and those of other trainings are refused by name")
  func refusesCheckpoints() throws {
    let file = temporary()
    defer { unlink(file.string) }
    var run = try Self.run(1)
    _ = try run.epoch()
    try run.writeCheckpoint(to: file)
    var other = try Self.run(2, seed: 6)
    #expect(throws: TrainingError.self) { try other.resume(from: file) }
    let bytes = try Data(contentsOf: URL(filePath: file.string))
    for length in [0, 7, 47, bytes.count / 2, bytes.count - 1] {
      try bytes.prefix(length).write(to: URL(filePath: file.string))
      var same = try Self.run(2)
      #expect(throws: TrainingError.self, "\(length) bytes") { try same.resume(from: file) }
    }
    for place in stride(from: 8, to: 48, by: 1) {
      var damaged = bytes
      damaged[place] ^= 0xFF
      try damaged.write(to: URL(filePath: file.string))
      var same = try Self.run(2)
      // A changed count of steps alone is a number like any other.
      if place < 24 || place >= 32 {
        #expect(throws: TrainingError.self, "byte \(place)") { try same.resume(from: file) }
      }
    }
  }

  @Test("a network that does not end in the data's classes is refused with both shapes")
  func refusesOtherOutputs() throws {
    let network = try Network(
      initialising: Architecture.segnetSmall.graph(height: 8, columns: 8, classes: 3), seed: 1)
    let pictures = LabelledPictures(
      height: 8, width: 8, channels: 3, pixels: [UInt8](repeating: 9, count: 192), labels: [2],
      classNames: ["a", "b", "c"])
    #expect(
      throws: TrainingError.wrongShape(
        what: "the network's output, a number for each class", expected: [1, 3], found: [1, 8, 8, 3])
    ) { try LabelledExamples(pictures, for: network) }
  }

  @Test("patience ends a training whose test loss no longer falls")
  func stopsEarly() throws {
    var settings = try Self.run(1).plan
    settings.count = 50
    settings.patience = 2
    let network = try Self.network()
    var run = try TrainingRun(
      network, TrainingSettings(optimizer: .sgd(), learningRate: 1e-12, frozen: ["norm"]), settings,
      on: LabelledExamples(Self.drawn(12, seed: 1), test: Self.drawn(6, seed: 2), for: network))
    while try run.epoch() != nil {}
    #expect(run.history.count < 20)
  }

  @Test("a history reads back as it was written")
  func historyRoundTrip() throws {
    let records = [
      EpochRecord(
        epoch: 1, loss: 0.1 + 0.2, accuracy: 1 / 3, testLoss: nil, testAccuracy: nil, learningRate: 1e-3,
        seconds: 2.5, imagesPerSecond: 1e4 / 3),
      EpochRecord(
        epoch: 2, loss: 0.25, accuracy: nil, testLoss: 0.5, testAccuracy: nil, learningRate: 1e-3,
        seconds: 2.5, imagesPerSecond: 1e4 / 3),
    ]
    #expect(TrainingHistory.records(csv: TrainingHistory.csv(records)) == records)
    #expect(TrainingHistory.records(csv: "a,b\n") == nil)
  }

  @Test("an autoencoder comes nearer to the clean pictures")
  func denoises() throws {
    let pictures = Self.drawn(48, seed: 4)
    let network = try Network(
      initialising: Graph([
        Layer("input", .input(InputShape(height: 6, width: 6, channels: 3))),
        Layer(
          "conv", .convolution(.init(filters: 8, kernelSize: 3, padding: .same, activation: .relu)),
          from: "input"),
        Layer(
          "out", .convolution(.init(filters: 3, kernelSize: 3, padding: .same, activation: .sigmoid)),
          from: "conv"),
      ]), seed: 1)
    let run = { (epochs: Int) in
      try TrainingRun(
        network, TrainingSettings(loss: .meanSquaredError, optimizer: .adam(), learningRate: 1e-2),
        Epochs(epochs, batchSize: 8),
        on: NoisyExamples(pictures, test: Self.drawn(12, seed: 5), noise: 0.1, seed: 1, for: network))
    }
    var whole = try run(12)
    while try whole.epoch() != nil {}
    let history = whole.history
    #expect(history[11].loss < history[0].loss / 3)
    #expect(try #require(history[11].testLoss) < #require(history[0].testLoss) / 2)
    #expect(history.allSatisfy { $0.accuracy == nil && $0.testAccuracy == nil })
    // Noise is drawn by the epoch, so a training that is taken up again sees the same.
    let file = temporary()
    defer { unlink(file.string) }
    var first = try run(5)
    while try first.epoch() != nil {}
    try first.writeCheckpoint(to: file)
    var second = try run(12)
    try second.resume(from: file)
    while try second.epoch() != nil {}
    #expect(try second.network().weights == whole.network().weights)
  }

  @Test("a head on the features of a cut network is part of the network it is joined to")
  func transfers() throws {
    var run = try Self.run(3)
    while try run.epoch() != nil {}
    let cut = try run.network().cut()
    let pictures = Self.drawn(45, seed: 9)
    let features = try cut.features(of: pictures)
    #expect(features.shape[0] == 45)
    let known = FeatureExamples.Labelled(features, labels: pictures.labels)
    var head = try TrainingRun(
      Network(headOn: features.shape[1], classes: 3, seed: 0),
      TrainingSettings(optimizer: .adam(), learningRate: 1e-2), Epochs(15, batchSize: 8),
      on: FeatureExamples(known, test: known))
    while try head.epoch() != nil {}
    let right = Int(try #require(head.history.last?.testAccuracy) * 45 + 0.5)
    #expect(right > 36)
    let joined = try cut.joined(to: head.network())
    let seen = try Evaluation(of: joined, on: pictures)
    #expect(seen.verdicts.count { $0.label == $0.predicted } == right)
  }
}
