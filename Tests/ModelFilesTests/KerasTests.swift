import ModelFiles
import NeuralNetwork
import TensorCore
import TestSupport
import Testing

@Suite(.enabled(if: SharedData.isPresent)) struct RealKerasFilesTests {
  @Test(arguments: [
    ("mnist_cnn_h5/mnist_cnn.h5", 11), ("fer2013_mini_xception/fer2013_mini_XCEPTION.102-0.66.hdf5", 40),
    ("mobilenet_v1_1.0_224_trunc/mobilenet_v1_1.0_224_trunc_conv_pw_12.h5", 76), ("cifar10_keras_v3/cifar10.keras", 9),
    ("mnist_keras_v3/mnist.keras", 3),
  ])
  func aFileThatDescribesItselfBecomesANetwork(path: String, layers: Int) throws {
    let network = try Network(contentsOf: SharedData.path("models/keras/" + path))
    #expect(network.graph.layers.count >= layers)
  }
}
