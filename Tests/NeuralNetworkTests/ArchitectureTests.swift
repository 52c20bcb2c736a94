import NeuralNetwork
import SystemPackage
import TensorCore
import TestSupport
import Testing

@Suite struct ArchitectureTests {
  /// One line of a fixture that Scripts/fixtures/architectures.py has written.
  struct Line: Equatable {
    let name: String
    let type: String
    let output: String
    let inputs: String
    let weights: String
  }

  static let published: [(name: String, parameters: Int)] = [
    ("vgg16", 138_357_544), ("vgg19", 143_667_240), ("resnet50", 25_636_712), ("resnet101", 44_707_176),
    ("resnet152", 60_419_944), ("mobilenet", 4_253_864), ("mobilenetv2", 3_538_984),
    ("densenet121", 8_062_504),
    ("densenet169", 14_307_880), ("densenet201", 20_242_984), ("inceptionv3", 23_851_784),
    ("xception", 22_910_480), ("inceptionresnetv2", 55_873_736),
  ]

  /// torch counts what is trained; running statistics are buffers.
  static let torch: [(name: String, trained: Int)] = [
    ("alexnet-torch", 61_100_840), ("vgg16-torch", 138_357_544), ("vgg19-torch", 143_667_240),
    ("squeezenet1.0-torch", 1_248_424), ("squeezenet1.1-torch", 1_235_496), ("googlenet-torch", 6_624_904),
    ("resnet18-torch", 11_689_512), ("resnet34-torch", 21_797_672), ("resnet50-torch", 25_557_032),
    ("resnet101-torch", 44_549_160), ("resnet152-torch", 60_192_808), ("resnet20", 269_722),
    ("densenet121-torch", 7_978_856), ("densenet169-torch", 14_149_480), ("densenet201-torch", 20_013_928),
    ("mobilenetv2-torch", 3_504_872), ("inceptionv4", 42_679_816), ("bninception", 11_295_240),
  ]

  private func fixture(_ name: String) throws -> [Line] {
    let path = repositoryFolder + "/Tests/NeuralNetworkTests/Fixtures/architectures/\(name).tsv"
    let text = try MappedFile(FilePath(path)).withBytes { String(decoding: $0, as: UTF8.self) }
    return text.split(separator: "\n").map { line in
      let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      return Line(name: fields[0], type: fields[1], output: fields[2], inputs: fields[3], weights: fields[4])
    }
  }

  @Test(arguments: published.map(\.name) + torch.map(\.name))
  func layersWeightsAndTheirOrderAreThePeers(name: String) throws {
    let graph = try Architecture.named(name).graph()
    let summary = try graph.summary()
    let weights = Dictionary(grouping: try graph.weightShapes(), by: \.layer)
    func text(_ extents: some Sequence<Int>) -> String { extents.map(String.init).joined(separator: "x") }
    // Keras scales inside its summing layer, which takes two layers here.
    let found = summary.rows.filter { !$0.name.hasSuffix("/scaled") }.map { row in
      Line(
        name: row.name, type: row.name.hasPrefix("custom_scale") ? "CustomScaleLayer" : row.type,
        output: text(row.outputShape.dimensions.dropFirst()),
        inputs: row.inputs.map { $0.hasSuffix("/scaled") ? (graph[$0]?.inputs.first ?? "") : $0 }
          .joined(separator: ","),
        weights: (weights[row.name] ?? []).map { text($0.shape.dimensions) }.joined(separator: " "))
    }
    let expected = try fixture(name)
    // Keras files are matched by position, torch's by name: there only the set counts.
    let isOrdered = try Architecture.named(name).framework == .keras
    let order = Dictionary(expected.enumerated().map { ($1.name, $0) }) { first, _ in first }
    let lines = isOrdered ? found : found.sorted { order[$0.name] ?? -1 < order[$1.name] ?? -1 }
    #expect(lines.map(\.name) == expected.map(\.name))
    for (one, other) in zip(lines, expected) where one != other {
      Issue.record("\(one) is \(other) in its framework")
    }
  }

  @Test(arguments: published)
  func parameterTotalsAreThePublishedOnes(name: String, parameters: Int) throws {
    #expect(try Architecture.named(name).graph().summary().totalParameters == parameters)
  }

  @Test(arguments: torch)
  func trainedParametersAreTorchs(name: String, trained: Int) throws {
    #expect(try Architecture.named(name).graph().summary().trainableParameters == trained)
  }

  @Test(arguments: [
    ("mobilenet0.75", 2_601_976), ("mobilenet0.5", 1_342_536), ("mobilenet0.25", 475_544),
    ("alexnet", 60_965_224), ("squeezenet1.0", 1_248_424),
    ("squeezenet1.1", 1_235_496), ("googlenet", 6_998_552),
  ])
  func otherFrameworksTotalsToo(name: String, parameters: Int) throws {
    #expect(try Architecture.named(name).graph().summary().totalParameters == parameters)
  }

  @Test func theOperationsOfVGG16AreThePublishedOnes() throws {
    #expect(try Architecture.vgg16.graph().summary().totalOperations == 15_470_264_320)
  }

  @Test func sizesFollowCaffesRules() throws {
    func sides(_ name: String, _ layers: [String]) throws -> [Int] {
      let shapes = try Architecture.named(name).graph().shapes(
        for: [1, Architecture.named(name).inputSide, Architecture.named(name).inputSide, 3])
      return layers.map { shapes[$0]?[1] ?? 0 }
    }
    #expect(try sides("alexnet", ["conv1", "pool1", "pool2", "conv5", "pool5"]) == [55, 27, 13, 13, 6])
    #expect(
      try sides("squeezenet1.0", ["conv1", "pool1", "pool4", "pool8", "conv10"]) == [111, 55, 27, 13, 15])
    #expect(
      try sides("squeezenet1.1", ["conv1", "pool1", "pool3", "pool5", "conv10"]) == [113, 56, 28, 14, 14])
    #expect(
      try sides("googlenet", ["conv1/7x7_s2", "inception_3a/output", "inception_4a/output", "pool5/7x7_s1"])
        == [112, 28, 14, 1])
  }

  @Test func receptiveFieldsAreThePublishedOnes() throws {
    func fields(_ name: String, _ layers: [String]) throws -> [Double] {
      let fields = try Architecture.named(name).graph().summary().rows.map { ($0.name, $0.receptiveField) }
      return layers.map { layer in fields.first { $0.0 == layer }?.1?.rows.size ?? 0 }
    }
    #expect(
      try fields("vgg16", ["block2_conv2", "block3_conv3", "block4_conv3", "block5_conv3", "block5_pool"])
        == [14, 40, 92, 196, 212])
    #expect(
      try fields("alexnet", ["conv1", "conv2", "conv3", "conv4", "conv5", "pool5"]) == [
        11, 51, 99, 131, 163, 195,
      ])
  }

  @Test(arguments: Architecture.all.map(\.name))
  func everyArchitectureRunsAtAnEighthOfItsWidth(name: String) throws {
    let architecture = try Architecture.named(name)
    // The smallest input that every one of them takes.
    let side =
      ["googlenet", "bninception"].contains(name)
      ? 224
      : name == "resnet20" || name == "autoencoder" || name.hasPrefix("cifar10")
        ? 32 : name.hasPrefix("alexnet") ? 67 : 75
    let graph = try architecture.graph(height: side, columns: side, classes: 10, width: 1 / 8)
    let network = try Network(graph: graph, weights: graph.randomWeights())
    var generator = SeededGenerator(seed: 4)
    let x = Tensor(normal: [1, side, side, 3], using: &generator)
    let found = try network.compiled(for: x.shape).run(x)
    let output = try #require(found.layers.first?.output)
    #expect(output.shape[-1] == 10)
    #expect(output.scalars.allSatisfy { $0.isFinite })
  }

  @Test func unknownNamesAreAnsweredWithTheNearest() {
    #expect(nearestNames(to: "vgg-16", in: Architecture.all.map(\.name), limit: 2) == ["vgg16", "vgg19"])
    #expect(throws: NetworkError.self) { _ = try Architecture.named("vgg-16") }
  }

  @Test func aPictureTooSmallForTheNetworkIsRefused() {
    #expect(throws: NetworkError.self) {
      _ = try Architecture.named("inceptionv3").graph(height: 40, columns: 40)
    }
  }
}
