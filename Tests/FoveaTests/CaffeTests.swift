import Foundation
import Fovea
import TestSupport
import Testing

/// Caffe's own files are read and their networks are right as often as they were found to be.
@Suite(.enabled(if: SharedData.isPresent)) struct CaffeTests {
  private static let folder = "models/caffe/"

  @Test(arguments: [
    ("squeezenet1.1", "squeezenet_v1.1/squeezenet_v1.1.caffemodel", "squeezenet_v1.1/EXPECTED_TOP5.csv"),
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
}
