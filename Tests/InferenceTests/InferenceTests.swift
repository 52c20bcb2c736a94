import Convolution
import Imaging
import Inference
import NeuralNetwork
import TensorCore
import TestSupport
import Testing

@Suite struct InferenceTests {
  /// 4 x 6 pixels, each channel a ramp of its own.
  private func picture() throws -> Image {
    let pixels = (0..<24).flatMap { [UInt8($0), UInt8(100 + $0), UInt8(200 + $0)] }
    return try Image(pixels: pixels, height: 4, width: 6, channels: 3)
  }

  @Test func caffesRecordTurnsTheChannelsAndSubtractsTheMean() throws {
    let x = try Preprocessing.caffe(height: 4, width: 6).tensor(from: picture())
    #expect(x.shape == [1, 4, 6, 3])
    #expect(abs(x[0, 0, 0, 0] - (200 - 103.939)) < 1e-4)
    #expect(abs(x[0, 0, 0, 1] - (100 - 116.779)) < 1e-4)
    #expect(abs(x[0, 1, 2, 2] - (8 - 123.68)) < 1e-4)
  }

  @Test func torchsAndTensorFlowsRecordsScale() throws {
    let torch = try Preprocessing.torch(height: 4, width: 6).tensor(from: picture())
    #expect(abs(torch[0, 0, 0, 1] - (100.0 / 255 - 0.456) / 0.224) < 1e-5)
    let tf = try Preprocessing.tf(height: 4, width: 6).tensor(from: picture())
    #expect(abs(tf[0, 0, 0, 2] - (200.0 / 127.5 - 1)) < 1e-5)
  }

  @Test func coverCutsTheMiddleOfThePictureScaledToItsShortSide() throws {
    let record = Preprocessing(height: 2, width: 2, fit: .cover(shortSide: 4), resampling: .nearest)
    let x = try record.tensor(from: picture())
    // Rows 1 and 2, columns 2 and 3 of the picture itself, whose short side is 4 already.
    #expect(x[0, 0, 0, 0] == 8 && x[0, 0, 1, 0] == 9 && x[0, 1, 0, 0] == 14 && x[0, 1, 1, 0] == 15)
  }

  @Test func numbersThatDoNotSuitTheChannelsAreRefused() throws {
    let record = Preprocessing(height: 4, width: 6, mean: [1, 2])
    #expect(throws: NetworkError.unusablePreprocessing("2 numbers of mean for 3 channels")) {
      _ = try record.tensor(from: picture())
    }
  }

  private func network(preprocessing: Preprocessing?) throws -> Network {
    let graph = try Graph([
      Layer("x", .input(InputShape(height: 4, width: 6, channels: 3))),
      Layer("pool", .globalPooling(.average, keepsAxes: false), from: "x"),
      Layer("probability", .activation(.softmax), from: "pool"),
    ])
    return try Network(graph: graph, weights: [:], preprocessing: preprocessing)
  }

  @Test func predictionsComeBestFirst() throws {
    let network = try network(preprocessing: Preprocessing(scale: 1 / 255))
    let found = try network.predict(picture(), top: 2)
    #expect(found.map(\.index) == [2, 1])
    #expect(found[0].probability > found[1].probability)
    let seen = try network.activations(of: picture(), at: ["pool"])
    #expect(abs(try seen.layer("pool")[0, 0] - 11.5 / 255) < 1e-5)
  }

  @Test func equalOutputsKeepTheirOrder() {
    let output = Tensor([1, 3, 3, 2], shape: [1, 4])
    #expect(Prediction.best(3, in: output).map(\.index) == [1, 2, 3])
    #expect(Prediction.best(2, in: Tensor([.nan, 0.5, .nan, 0.9], shape: [1, 4])).map(\.index) == [3, 1])
  }

  @Test func rangesThatContradictTheNetworkAreSaid() throws {
    let network = try network(preprocessing: .caffe())
    let sound = try network.explainPreprocessing(of: picture())
    #expect(sound.warnings.isEmpty)
    #expect(sound.before.map(\.channel) == ["R", "G", "B"] && sound.after.map(\.channel) == ["B", "G", "R"])
    #expect(sound.before[0].minimum == 0 && sound.before[0].maximum == 23)
    let scaled = Tensor((0..<72).map { Float($0) / 72 }, shape: [4, 6, 3])
    let warned = try network.explainPreprocessing(of: Image(tensor: scaled))
    #expect(warned.warnings.count == 1 && warned.warnings[0].contains("scaled already"))
  }
}
