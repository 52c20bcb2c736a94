import NeuralNetwork
import SystemPackage
import TensorCore
import TestSupport
import Testing

/// Every architecture at an eighth of its width and its smallest input, each layer against Keras's, torch's or OpenCV's.
///
/// `Scripts/fixtures/narrow.py` and `caffe.py` stored what those computed. Input and weights come from the same hash of names on both sides.
@Suite struct NarrowTests {
  static let names = [
    "vgg16", "vgg19", "resnet50", "resnet101", "resnet152", "mobilenet", "mobilenetv2", "densenet121",
    "densenet169", "densenet201", "inceptionv3", "xception", "inceptionresnetv2", "autoencoder",
    "alexnet-torch", "vgg16-torch", "vgg19-torch", "squeezenet1.0-torch", "squeezenet1.1-torch",
    "googlenet-torch", "resnet18-torch", "resnet34-torch", "resnet50-torch", "resnet101-torch",
    "resnet152-torch", "densenet121-torch", "densenet169-torch", "densenet201-torch", "mobilenetv2-torch",
    "alexnet", "googlenet", "squeezenet1.0", "squeezenet1.1", "inceptionv4", "bninception", "resnet20",
    "segnet",
  ]

  @Test(arguments: names)
  func everyLayerAgreesWithItsFramework(name: String) throws {
    let folder = repositoryFolder + "/Tests/NeuralNetworkTests/Fixtures/"
    let stored = try Tensor(npy: FilePath(folder + "narrow/\(name).npy"))
    let side = Int(stored[0, 0])
    let graph = try Architecture.named(name).graph(height: side, columns: side, classes: 10, width: 1 / 8)
    let layers = try Self.layers(name, graph, folder: folder)
    #expect(layers.count == stored.shape[0] - 1)
    var weights: [String: [WeightRole: Tensor]] = [:]
    for need in try graph.weightShapes() {
      weights[need.layer, default: [:]][need.role] = Self.weight(need)
    }
    let network = try Network(graph: graph, weights: weights, preprocessing: nil)
    let x = Tensor(shape: [1, side, side, 3]) { target in
      for (index, value) in Self.numbers("input", count: target.count).enumerated() {
        target[index] = Float(value)
      }
    }
    let seen = try network.compiled(for: x.shape, recording: layers).run(x)
    for (row, layer) in layers.enumerated() {
      let scalars = try seen.layer(layer).scalars
      let expected = (0..<8).map { Double(stored[row + 1, $0]) }
      guard scalars.count == Int(expected[0]) else {
        Issue.record("\(name), \(layer): \(scalars.count) elements, its framework has \(expected[0])")
        continue
      }
      let places = (1...5).map { ($0 * 2_654_435_761 + 97) % scalars.count }
      let worst = zip(places, expected[3...]).map { abs(Double(scalars[$0]) - $1) }.max() ?? 0
      #expect(worst <= 1e-5 * expected[1], "\(name), \(layer): \(worst / expected[1]) of its maximum")
      let sum = zip(scalars, Self.numbers("projection", count: scalars.count))
        .reduce(0) { $0 + Double($1.0) * $1.1 }
      // Rounding errors add up as their root, a wrong element does so whole.
      let allowed = 1e-5 * expected[1] * Double(scalars.count).squareRoot() + 1e-6 * abs(expected[2])
      #expect(
        abs(sum - expected[2]) <= allowed, "\(name), \(layer): sums to \(sum), expected \(expected[2])")
    }
  }

  /// The layers in the peer's order, the input left out; where it wrote no list, they are ours.
  private static func layers(_ name: String, _ graph: Graph, folder: String) throws -> [String] {
    let inputs = Set(graph.inputLayers.map(\.name))
    guard !["segnet", "autoencoder"].contains(name) else {
      return graph.layers.map(\.name).filter { !inputs.contains($0) }
    }
    let isCaffe = ["alexnet", "googlenet", "squeezenet1.0", "squeezenet1.1"].contains(name)
    let list = isCaffe ? "narrow/\(name).txt" : "architectures/\(name).tsv"
    let text = try MappedFile(FilePath(folder + list)).withBytes {
      String(decoding: $0, as: UTF8.self)
    }
    return text.split(separator: "\n").compactMap { $0.split(separator: "\t").first.map(String.init) }
      .filter { !inputs.contains($0) }
  }

  /// Numbers in -1..<1, the same as `number` of the script.
  private static func numbers(_ text: String, count: Int) -> [Double] {
    var seed: UInt32 = 2_166_136_261
    for byte in text.utf8 { seed = (seed ^ UInt32(byte)) &* 16_777_619 }
    return (0..<count).map { place in
      var h = UInt32(truncatingIfNeeded: place) &* 747_796_405 &+ seed
      h = (h ^ h >> 16) &* 0x7FEB_352D
      h = (h ^ h >> 15) &* 0x846C_A68B
      h ^= h >> 16
      return Double(h >> 8) / 8_388_608 - 1
    }
  }

  private static func weight(_ need: WeightShape) -> Tensor {
    let shape = need.shape
    let (shift, share): (Double, Double) =
      switch need.role {
      case .kernel, .pointwiseKernel:
        (
          0,
          (6
            / Double(
              (shape.rank == 4 && shape[3] == 1 ? shape.dimensions.prefix(2) : shape.dimensions.dropLast())
                .reduce(1, *))).squareRoot()
        )
      case .bias: (0, 0.1)
      case .gamma: (0.75, 0.25)
      case .beta: (0, 0.3)
      case .movingMean: (0, 0.2)
      case .movingVariance: (2, 1)
      case .slope, .value: (0, 0)
      }
    let values = numbers("\(need.layer)/\(need.role.rawValue)", count: shape.count)
    return Tensor(values.map { Float(shift + share * $0) }, shape: shape)
  }
}
