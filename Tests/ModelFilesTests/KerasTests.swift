import ModelFiles
import NeuralNetwork
import TensorCore
import TestSupport
import Testing
import WeightFiles

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

let fixtures = repositoryFolder + "/Tests/ModelFilesTests/Fixtures/"

/// The input of `Scripts/fixtures/keras_layers.py`: sums of sines, in 0...1.
func waves(_ shape: Shape) -> Tensor {
  var values: [Float] = []
  for y in 0..<shape[1] {
    for x in 0..<shape[2] {
      for c in 0..<shape[3] {
        let (x, y, c) = (Double(x), Double(y), Double(c))
        let sum = sin(0.31 * x + 0.7 * c) + sin(0.17 * y * (1 + 0.3 * c)) + sin(0.013 * x * y)
        values.append(Float(sum / 6 + 0.5))
      }
    }
  }
  return Tensor(values, shape: shape)
}

/// Expects every layer that `expected` holds to be what Keras computed: same shape, sampled values within 1e-5 of the layer's maximum.
func expectLayers(of network: Network, toBe expected: String, on input: Shape) throws {
  let file = try WeightFile(contentsOf: fixtures + expected)
  let names = file.entries.map(\.name).filter { $0.hasPrefix("values/") }.map { String($0.dropFirst(7)) }
  #expect(!names.isEmpty)
  let seen = try network.compiled(for: input, recording: names).run(waves(input))
  for name in names {
    let layer = try #require(seen[name], "no \(name)")
    let shape = try file.tensor(named: "shape/" + name).scalars.map { Int($0) }
    #expect(layer.shape == Shape(shape), "\(name)")
    let values = try file.tensor(named: "values/" + name).scalars
    let indices = try file.tensor(named: "indices/" + name).scalars.map { Int($0) }
    let maximum = try file.tensor(named: "maximum/" + name).scalars[0]
    let scalars = layer.scalars
    let worst = zip(indices, values).map { abs(scalars[$0] - $1) }.max() ?? 0
    #expect(worst <= 1e-5 * maximum, "\(name): differs by \(worst / maximum) of its maximum")
  }
}

@Suite struct KerasTests {
  @Test(arguments: ["everything.h5", "everything.keras"])
  func everySupportedLayerAgreesWithKeras(file: String) throws {
    let network = try Network(contentsOf: fixtures + file)
    try expectLayers(of: network, toBe: "everything_layers.npz", on: [1, 16, 16, 3])
  }

  @Test(arguments: ["normalised.h5", "normalised.keras"])
  func normalisationsAndFunctionsBetweenLayersAgreeWithKeras(file: String) throws {
    let network = try Network(contentsOf: fixtures + file)
    try expectLayers(of: network, toBe: "normalised_layers.npz", on: [1, 12, 10, 3])
  }
}

@Suite(.enabled(if: SharedData.isPresent)) struct RealKerasFilesTests {
  @Test(arguments: [
    ("mnist_cnn_h5/mnist_cnn.h5", "mnist_cnn_layers.npz", [1, 28, 28, 1]),
    (
      "fer2013_mini_xception/fer2013_mini_XCEPTION.102-0.66.hdf5", "mini_xception_layers.npz", [1, 64, 64, 1]
    ),
    (
      "mobilenet_v1_1.0_224_trunc/mobilenet_v1_1.0_224_trunc_conv_pw_12.h5", "mobilenet_layers.npz",
      [1, 224, 224, 3]
    ),
    ("cifar10_keras_v3/cifar10.keras", "cifar10_layers.npz", [1, 32, 32, 3]),
  ])
  func everyLayerAgreesWithKeras(path: String, expected: String, input: [Int]) throws {
    let network = try Network(contentsOf: SharedData.path("models/keras/" + path))
    try expectLayers(of: network, toBe: expected, on: Shape(input))
  }
}
