import Datasets
import NeuralNetwork
import TensorCore
import Testing
import Training

/// A small encoder-decoder that un-pools with its encoder's indices, on drawn shapes.
@Suite struct SegmentationTests {
  static func run(pictures: Int, epochs: Int) throws -> (TrainingRun, test: SegmentedPictures) {
    let network = try Network(
      initialising: Architecture.segnetSmall.graph(height: 48, columns: 48, classes: 4), seed: 1)
    let examples = try SegmentationExamples(
      SegmentedPictures(drawing: pictures, seed: 1), test: SegmentedPictures(drawing: pictures / 5, seed: ~1),
      for: network)
    let run = try TrainingRun(
      network, TrainingSettings(optimizer: .adam(), learningRate: 1e-2, seed: 1),
      Epochs(epochs, batchSize: 8),
      on: examples)
    return (run, examples.test)
  }

  @Test("it learns more than the share of the ground")
  func learns() throws {
    var (run, test) = try Self.run(pictures: 96, epochs: 18)
    while try run.epoch() != nil {}
    let last = try #require(run.history.last)
    let ground = try #require(test.shares.max())
    #expect(last.testAccuracy ?? 0 > ground + 0.02, "\(last) against \(ground)")
    #expect(last.loss < run.history[0].loss / 2)
    let found = try Segmentation(of: run.network(), on: test)
    #expect(found.accuracy == last.testAccuracy && found.classes.count == 19 * 48 * 48)
    #expect(found.overlaps[0] > 0.88 && found.overlaps.allSatisfy { (0...1).contains($0) })
  }

  @Test("the weights do not depend on the number of threads")
  func threadsDoNotMatter() throws {
    var (one, two) = (try Self.run(pictures: 20, epochs: 1).0, try Self.run(pictures: 20, epochs: 1).0)
    try Parallelism.limited(to: 1) { _ = try one.epoch() }
    try Parallelism.limited(to: 2) { _ = try two.epoch() }
    #expect(try one.network().weights == two.network().weights)
  }

  @Test("a network of other classes is refused")
  func refuses() throws {
    let graph = try Architecture.segnetSmall.graph(height: 24, columns: 24, classes: 3, width: 0.25)
    let network = try Network(initialising: graph, seed: 1)
    #expect(throws: TrainingError.self) {
      try SegmentationExamples(
        SegmentedPictures(drawing: 8, side: 24, seed: 1),
        test: SegmentedPictures(drawing: 8, side: 24, seed: 2),
        for: network)
    }
  }
}
