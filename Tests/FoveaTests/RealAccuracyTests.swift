import Fovea
import TestSupport
import Testing

/// Networks that other people trained are as accurate here as they were found to be in their own framework.
@Suite(.enabled(if: SharedData.isPresent)) struct RealAccuracyTests {
  @Test func theMNISTNetworkReads496Of500Digits() throws {
    let network = try Network(contentsOf: SharedData.path("models/keras/mnist_cnn_h5/mnist_cnn.h5"))
    let digits = try LabelledPictures(
      idxImages: SharedData.path("datasets/mnist/t10k-images-idx3-ubyte.gz"),
      labels: SharedData.path("datasets/mnist/t10k-labels-idx1-ubyte.gz"))
    #expect(try right(network, digits.subset(0..<500), scale: 1 / 255) == 496)
  }

  /// Keras finds 491; the network takes planes `[28, 28]` and has no convolution.
  @Test func theDenseNetworkReads491Of500Digits() throws {
    let network = try Network(contentsOf: SharedData.path("models/keras/mnist_keras_v3/mnist.keras"))
    let digits = try LabelledPictures(
      idxImages: SharedData.path("datasets/mnist/t10k-images-idx3-ubyte.gz"),
      labels: SharedData.path("datasets/mnist/t10k-labels-idx1-ubyte.gz"))
    #expect(try right(network, digits.subset(0..<500), scale: 1 / 255) == 491)
  }

  @Test func theCIFARNetworkSorts330Of500Pictures() throws {
    let network = try Network(contentsOf: SharedData.path("models/keras/cifar10_keras_v3/cifar10.keras"))
    let pictures = try LabelledPictures(cifar10: SharedData.path("datasets/cifar10/test_batch.bin"))
    #expect(try right(network, pictures.subset(0..<500), scale: 1 / 255) == 330)
  }

  @Test func resNet20Sorts915Of1000Pictures() throws {
    let network = try Network(
      architecture: .named("resnet20"),
      weights: SharedData.path("models/torch/cifar10_resnet20/resnet20-12fca82f.th"))
    let pictures = try LabelledPictures(cifar10: SharedData.path("datasets/cifar10/test_batch.bin"))
    let record = try #require(network.preprocessing)
    #expect(pictures.count == 1000)
    #expect(
      try right(network, pictures) { value, channel in
        (value * record.scale - record.mean[channel]) / record.deviation[channel]
      } == 915)
  }

  private func right(_ network: Network, _ pictures: LabelledPictures, scale: Float) throws -> Int {
    try right(network, pictures) { value, _ in value * scale }
  }

  private func right(_ network: Network, _ pictures: LabelledPictures, _ prepare: (Float, Int) -> Float)
    throws -> Int
  {
    let batch = 100
    let compiled = try network.compiled(for: [batch, pictures.height, pictures.width, pictures.channels])
    var right = 0
    for start in stride(from: 0, to: pictures.count, by: batch) {
      var x = pictures.pictures(start..<start + batch)
      x.withUnsafeMutableScalars { x in
        for index in x.indices { x[index] = prepare(x[index], index % pictures.channels) }
      }
      let scores = try #require(compiled.run(x).layers.first).output
      for sample in 0..<batch {
        let best = (0..<scores.shape[1]).max { scores[sample, $0] < scores[sample, $1] }
        if best == pictures.labels[start + sample] { right += 1 }
      }
    }
    return right
  }
}
