import ModelFiles
import NeuralNetwork
import TensorCore
import TestSupport
import Testing
import WeightFiles

@Suite(.enabled(if: SharedData.isPresent)) struct NamedWeightsTests {
  private let squeezeNet = SharedData.path("models/safetensors/squeezenet_v1.1/squeezenet_v1.1.safetensors")
  private let resNet = SharedData.path("models/torch/cifar10_resnet20/resnet20-12fca82f.th")

  @Test func caffesNamesFindTheirLayers() throws {
    let network = try Network(architecture: .named("squeezenet1.1"), weights: squeezeNet)
    let file = try WeightFile(contentsOf: squeezeNet)
    let stored = try file.tensor(named: "fire2/squeeze1x1.weight")
    #expect(network.weights["fire2/squeeze1x1"]?[.kernel] == stored.transposed([2, 3, 1, 0]))
    #expect(network.preprocessing == (try Architecture.named("squeezenet1.1").preprocessing))
  }

  @Test func aFileOfWeightsAloneNamesTheArchitecturesItFits() {
    let error = #expect(throws: ModelFileError.self) { try Network(contentsOf: squeezeNet) }
    #expect(error.map { "\($0)" }?.contains("squeezenet1.1") == true)
  }

  @Test func anotherNetworksWeightsAreRefused() {
    let error = #expect(throws: ModelFileError.self) { try Network(architecture: .vgg16, weights: resNet) }
    let text = error.map { "\($0)" } ?? ""
    #expect(text.contains("layer"), "\(text)")
  }

  /// The first ten pictures of the test set give the stored scores, the pictures being 32x32 RGB planes after a label.
  @Test func resNet20GivesItsStoredScores() throws {
    let network = try Network(architecture: .named("resnet20"), weights: resNet)
    let bytes = try MappedFile(SharedData.path("datasets/cifar10/test_batch.bin")).withBytes {
      Array($0.prefix(10 * 3073))
    }
    let (mean, deviation): ([Float], [Float]) = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
    let pictures = Tensor(shape: [10, 32, 32, 3]) { x in
      for n in 0..<10 {
        for c in 0..<3 {
          for pixel in 0..<1024 {
            let value = Float(bytes[n * 3073 + 1 + c * 1024 + pixel]) / 255
            x[(n * 1024 + pixel) * 3 + c] = (value - mean[c]) / deviation[c]
          }
        }
      }
    }
    let text = try MappedFile(
      SharedData.path("models/torch/cifar10_resnet20/EXPECTED_LOGITS_first10_test.csv")
    )
    .withBytes { String(decoding: $0, as: UTF8.self) }
    let rows = text.split(whereSeparator: \.isNewline).map {
      $0.split(separator: ",").compactMap { Float($0) }
    }
    let expected = Tensor(rows.filter { $0.count == 10 }.suffix(10).flatMap { $0 }, shape: [10, 10])
    let last = try #require(network.graph.outputs.first)
    let seen = try network.compiled(for: pictures.shape, recording: [last]).run(pictures)
    // The file has five digits after the point.
    expectAgreement(try #require(seen[last]), expected, to: 1e-5)
  }

  @Test func tinyVGGAgreesWithKeras() throws {
    let network = try Network(contentsOf: SharedData.path("models/tfjs/tiny_vgg/model.json"))
    try expectLayers(of: network, toBe: "tiny_vgg_layers.npz", on: [1, 64, 64, 3])
  }
}
