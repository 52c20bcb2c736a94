import Foundation
import Fovea
import SystemPackage
import TestSupport
import Testing

/// Caffe's own files are read and their networks are right as often as they were found to be.
@Suite(.enabled(if: SharedData.isPresent)) struct CaffeTests {
  private static let folder = "models/caffe/"

  @Test(arguments: [
    ("squeezenet1.1", "squeezenet_v1.1/squeezenet_v1.1.caffemodel", "squeezenet_v1.1/EXPECTED_TOP5.csv"),
    (
      "squeezenet1.1", "../safetensors/squeezenet_v1.1/squeezenet_v1.1.safetensors",
      "squeezenet_v1.1/EXPECTED_TOP5.csv"
    ),
    (
      "squeezenet1.0", "squeezenet_v1.0_deepcompression/squeezenet_v1.0_deepcompression.caffemodel",
      "squeezenet_v1.0_deepcompression/EXPECTED_TOP5.csv"
    ),
  ])
  func squeezeNetKnowsAtLeast39Of41Pictures(name: String, weights: String, expected: String) throws {
    let architecture = try Architecture.named(name)
    let network = try Network(architecture: architecture, weights: SharedData.path(Self.folder + weights))
    let compiled = try network.compiled(for: [1, 227, 227, 3])
    let rows = try String(contentsOfFile: SharedData.path(Self.folder + expected), encoding: .utf8)
      .split(separator: "\n").dropFirst().map { $0.split(separator: ",") }
    #expect(rows.count == 41)
    var right = 0
    for row in rows {
      let image = try Image(contentsOf: SharedData.path("images/imagenet_samples/\(row[0])"))
      let x = try network.input(from: image)
      let output = try #require(compiled.run(x).layers.first).output
      if Prediction.best(1, in: output).first?.index == Int(row[2]) { right += 1 }
    }
    #expect(right >= 39, "\(right) of 41")
  }

  @Test func leNetReads496Of500Digits() throws {
    let network = try Network(
      contentsOf: SharedData.path(Self.folder + "lenet_mnist/lenet_iter_10000.caffemodel"))
    let digits = try LabelledPictures(
      idxImages: SharedData.path("datasets/mnist/t10k-images-idx3-ubyte.gz"),
      labels: SharedData.path("datasets/mnist/t10k-labels-idx1-ubyte.gz")
    ).subset(0..<500)
    var x = digits.pictures(0..<500)
    x.withUnsafeMutableScalars { x in for index in x.indices { x[index] /= 256 } }
    let compiled = try network.compiled(for: [500, 28, 28, 1])
    let scores = try #require(compiled.run(x).layers.first).output
    let right = (0..<500).filter { sample in
      (0..<10).max { scores[sample, $0] < scores[sample, $1] } == digits.labels[sample]
    }.count
    #expect(right == 496)
  }

  /// Less the mean image of the first training batch; its averages count the padding and round sizes up.
  @Test func cifar10QuickSorts380Of500Pictures() throws {
    var network = try Network(
      prototxt: FilePath(SharedData.path(Self.folder + "cifar10_quick/cifar10_quick.prototxt")),
      weights: FilePath(SharedData.path(Self.folder + "cifar10_quick/cifar10_quick_iter_5000.caffemodel")))
    let training = try LabelledPictures(cifar10: SharedData.path("datasets/cifar10/data_batch_1.bin"))
    var sums = [Int](repeating: 0, count: 32 * 32 * 3)
    for (index, value) in training.pixels.enumerated() { sums[index % sums.count] += Int(value) }
    let mean = MeanImage(
      Tensor(sums.map { Float(Double($0) / Double(training.count)) }, shape: [32, 32, 3]))
    var record = Preprocessing(height: 32, width: 32)
    record.meanImage = mean
    network = try Network(graph: network.graph, weights: network.weights, preprocessing: record)
    let pictures = try LabelledPictures(cifar10: SharedData.path("datasets/cifar10/test_batch.bin"))
    let compiled = try network.compiled(for: [1, 32, 32, 3])
    let right = try (0..<500).filter { index in
      let picture = try Image(
        pixels: Array(pictures.pixels[index * 3072..<(index + 1) * 3072]), height: 32, width: 32, channels: 3)
      let scores = try #require(compiled.run(network.input(from: picture)).layers.first).output
      return Prediction.best(1, in: scores).first?.index == pictures.labels[index]
    }.count
    #expect(right == 380)
  }
}
