import Isolation
import ModelFiles
import NeuralNetwork
import SystemPackage
import TensorCore
import TestSupport
import Testing
import WeightFiles

private let tinyWeights = repositoryFolder + "/Tests/WeightFilesTests/Fixtures/tiny_weights.h5"

/// A file of weights alone (layers `conv` and `dense`) and networks that it suits, or not.
@Suite struct WeightsOnlyTests {
  private func graph(_ first: String, _ last: String, filters: Int = 2, extra: Bool = false) throws -> Graph {
    var layers = [
      Layer("input", .input(InputShape(height: 4, width: 4, channels: 1))),
      Layer(first, .convolution(.init(filters: filters, kernelSize: 3)), from: "input"),
      Layer("flat", .flatten(.channelsLast), from: first),
      Layer(last, .dense(.init(units: 3)), from: "flat"),
    ]
    if extra { layers.append(Layer("more", .dense(.init(units: 3)), from: last)) }
    return try Graph(layers)
  }

  @Test(arguments: [("conv", "dense"), ("block1_conv1", "predictions")])
  func weightsAreFoundByNameOrByPosition(first: String, last: String) throws {
    let file = try WeightFile(contentsOf: tinyWeights)
    let network = try Network(graph: graph(first, last), kerasWeights: file, preprocessing: nil)
    #expect(try network.weights[first]?[.kernel] == file.tensor(named: "conv/conv/kernel:0"))
    #expect(try network.weights[last]?[.bias] == file.tensor(named: "dense/dense/bias:0"))
  }

  @Test func anotherShapeNamesTheLayerAndBothShapes() throws {
    let file = try WeightFile(contentsOf: tinyWeights)
    let error = #expect(throws: ModelFileError.self) {
      try Network(graph: graph("a", "b", filters: 4), kerasWeights: file, preprocessing: nil)
    }
    let expected =
      tinyWeights + ": layer 'a' needs weights of shapes [3, 3, 1, 4] [4], 'conv' holds [3, 3, 1, 2] [2]"
    #expect(error.map { "\($0)" } == expected)
  }

  @Test func anotherNumberOfLayersSaysWhereTheyPart() throws {
    let file = try WeightFile(contentsOf: tinyWeights)
    let error = #expect(throws: ModelFileError.self) {
      try Network(graph: graph("a", "b", extra: true), kerasWeights: file, preprocessing: nil)
    }
    let text = error.map { "\($0)" } ?? ""
    #expect(text.contains("holds weights for 2 layers, the network has 3 layers with weights"), "\(text)")
  }

  @Test func aFileOfWeightsAloneAsksForAnArchitecture() {
    let error = #expect(throws: ModelFileError.self) { try Network(contentsOf: tinyWeights) }
    #expect(error.map { "\($0)" }?.contains("name an architecture") == true)
  }

  @Test func weightsOfAnotherArchitectureAreRefused() {
    let error = #expect(throws: ModelFileError.self) {
      try Network(architecture: .vgg16, weights: tinyWeights)
    }
    let text = error.map { "\($0)" } ?? ""
    #expect(text.contains("holds weights for 2 layers, the network has 16 layers with weights"), "\(text)")
  }
}
