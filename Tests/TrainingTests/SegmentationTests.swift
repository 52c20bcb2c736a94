import Datasets
import NeuralNetwork
import TensorCore
import Testing
import Training

/// A small encoder-decoder that un-pools with its encoder's indices, on drawn shapes.
@Suite struct SegmentationTests {
  static func run(pictures: Int) throws -> SegmentationRun {
    let graph = try Architecture.segnetSmall.graph(height: 48, columns: 48, classes: 4)
    return try SegmentationRun(
      Network(initialising: graph, seed: 1),
      TrainingSettings(optimizer: .adam(), learningRate: 1e-2, seed: 1), batchSize: 8,
      training: SegmentedPictures(drawing: pictures, seed: 1),
      test: SegmentedPictures(drawing: pictures / 5, seed: ~1))
  }

  @Test("it learns more than the share of the ground")
  func learns() throws {
    var run = try Self.run(pictures: 96)
    for _ in 0..<18 { _ = try run.epoch() }
    let last = try #require(run.history.last)
    let ground = try #require(run.test.shares.max())
    #expect(last.testAccuracy ?? 0 > ground + 0.02, "\(last) against \(ground)")
    #expect(last.loss < run.history[0].loss / 2)
    let found = try Segmentation(of: run.network(), on: run.test)
    #expect(found.accuracy == last.testAccuracy && found.classes.count == 19 * 48 * 48)
    #expect(found.overlaps[0] > 0.88 && found.overlaps.allSatisfy { (0...1).contains($0) })
  }

  @Test("the weights do not depend on the number of threads")
  func threadsDoNotMatter() throws {
    var (one, two) = (try Self.run(pictures: 20), try Self.run(pictures: 20))
    try Parallelism.limited(to: 1) { _ = try one.epoch() }
    try Parallelism.limited(to: 2) { _ = try two.epoch() }
    #expect(try one.network().weights == two.network().weights)
  }

  @Test("a network of other classes is refused")
  func refuses() throws {
    let graph = try Architecture.segnetSmall.graph(height: 24, columns: 24, classes: 3, width: 0.25)
    #expect(throws: TrainingError.self) {
      try SegmentationRun(
        Network(initialising: graph, seed: 1), TrainingSettings(), batchSize: 8,
        training: SegmentedPictures(drawing: 8, side: 24, seed: 1),
        test: SegmentedPictures(drawing: 8, side: 24, seed: 2))
    }
  }
}
