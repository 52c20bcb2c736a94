import Convolution
import NeuralNetwork
import TensorCore
import Testing

/// The numbers of the lecture on convolutional networks.
@Suite struct LectureTests {
  private func summary(_ shape: InputShape, _ operation: NeuralNetwork.Operation) throws -> NetworkSummary.Row
  {
    let graph = try Graph([Layer("x", .input(shape)), Layer("layer", operation, from: "x")])
    return try graph.summary().rows[1]
  }

  @Test func theSobelNetworkHasTwentyParameters() throws {
    let row = try summary(
      InputShape(height: 512, width: 512, channels: 1), .convolution(.init(filters: 2, kernelSize: 3)))
    #expect(row.parameters == 20)
    #expect(row.outputShape == [1, 510, 510, 2])
  }

  @Test func theColourNetworkHas976() throws {
    let row = try summary(
      InputShape(height: 368, width: 487, channels: 3), .convolution(.init(filters: 4, kernelSize: 9)))
    #expect(row.parameters == 976)
    #expect(row.outputShape == [1, 360, 479, 4])
  }

  @Test func alexNetsSecondLayerWouldNeedFarMoreWeightsWereItFullyConnected() throws {
    let row = try summary(
      InputShape(height: 55, width: 55, channels: 96),
      .convolution(.init(filters: 256, kernelSize: 5, padding: .same)))
    #expect(row.parameters == 614_400 + 256)
    #expect(row.outputShape == [1, 55, 55, 256])
    let (inputs, outputs) = (55 * 55 * 96, row.outputShape.count)
    #expect(outputs == 774_400)
    #expect(inputs * outputs == 224_885_760_000)
  }

  @Test func poolingTakesTheMaximumOrTheMeanOfEverySquare() throws {
    let x = Tensor([2, 3, 4, 0, 1, 5, 3, 2, 0, 4, 2, 3, 1, 0, 6, 1], shape: [1, 4, 4, 1])
    func pooled(_ kind: Pooling.Kind) throws -> [Float] {
      let graph = try Graph([
        Layer("x", .input(InputShape(height: 4, width: 4, channels: 1))),
        Layer("pool", .pooling(.init(kind, size: 2, stride: 2)), from: "x"),
      ])
      return try Network(graph: graph, weights: [:]).compiled(for: x.shape).run(x).layer("pool").scalars
    }
    #expect(try pooled(.maximum) == [5, 4, 4, 6])
    #expect(try pooled(.average) == [2.75, 2.25, 1.25, 3])
  }
}
