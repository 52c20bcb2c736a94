import NeuralNetwork
import Reports
import TensorCore
import Testing
import Visualization

@Suite struct PatchTests {
  /// Pictures pass through a 2x2 pooling, so that places in the output are not places in the input.
  private func pooling() throws -> (Network, CompiledNetwork) {
    let graph = try Graph([
      Layer("input", .input(InputShape(height: 4, width: 6, channels: 2))),
      Layer("pool", .pooling(.init(.maximum, size: 2, stride: 2)), from: "input"),
    ])
    let network = try Network(graph: graph, weights: [:])
    return (network, try network.compiled(for: [1, 4, 6, 2], recording: ["pool"]))
  }

  @Test func theStrongestAreFoundWhateverComesFirst() throws {
    let (_, compiled) = try pooling()
    var generator = SeededGenerator(seed: 2)
    let pictures = (0..<12).map { _ in Tensor(normal: [1, 4, 6, 2], using: &generator) }
    var strongest = StrongestPatches(count: 3)
    for (number, x) in pictures.enumerated() {
      // Thresholds only leave out what would not be kept.
      strongest.add(PicturePeaks(of: x, in: compiled, above: strongest.thresholds), from: "\(number)")
    }
    for channel in 0..<2 {
      let best = pictures.enumerated().map { number, x in
        (value: stride(from: channel, to: 48, by: 2).map { x.scalars[$0] }.max() ?? 0, number: number)
      }.sorted { $0.value > $1.value }.prefix(3)
      let found = strongest.layers[0].channels[channel]
      #expect(found.map(\.value) == best.map(\.value) && found.map(\.picture) == best.map(\.number))
      for find in found {
        let x = pictures[find.picture]
        let window = [(0, 0), (0, 1), (1, 0), (1, 1)].map {
          x[0, find.row * 2 + $0.0, find.column * 2 + $0.1, channel]
        }
        #expect(window.max() == find.value)
      }
    }
  }

  @Test func equalValuesKeepTheEarlierPictureAndNanNeverPeaks() throws {
    let (_, compiled) = try pooling()
    var strongest = StrongestPatches(count: 2)
    for name in ["a", "b", "c"] {
      let x = Tensor([Float](repeating: 1, count: 48), shape: [1, 4, 6, 2])
      strongest.add(PicturePeaks(of: x, in: compiled), from: name)
    }
    #expect(strongest.layers[0].channels[0].map(\.picture) == [0, 1])
    let nan = Tensor([Float](repeating: .nan, count: 48), shape: [1, 4, 6, 2])
    var none = StrongestPatches(count: 2)
    none.add(PicturePeaks(of: nan, in: compiled), from: "nan")
    #expect(none.layers[0].channels.allSatisfy { $0.allSatisfy { !$0.value.isNaN } })
  }

  @Test func aSearchIsTakenUpWhereItWasPutDown() throws {
    let (_, compiled) = try pooling()
    var generator = SeededGenerator(seed: 3)
    var search = PatchSearch(count: 2)
    for _ in 0..<4 {
      search.add(
        PicturePeaks(of: Tensor(normal: [1, 4, 6, 2], using: &generator), in: compiled),
        from: PictureIdentity(path: "a\tb\n.jpg", size: 3, modified: 4))
    }
    let text = search.text(settings: "tab\there")
    let back = try #require(PatchSearch(text: text, settings: "tab\there"))
    #expect(
      back.pictures == search.pictures
        && back.strongest.layers[0].channels == search.strongest.layers[0].channels)
    #expect(back.text(settings: "tab\there") == text)
    #expect(PatchSearch(text: text, settings: "other") == nil)
    for cut in stride(from: 0, to: text.utf8.count, by: 7) {
      _ = PatchSearch(text: String(text.prefix(cut)) + "\tx", settings: "tab\there")
    }
  }

  /// The first output pixel of the pooling sees input pixels 0 and 1, the last of a row 4 and 5.
  @Test func theReceptiveFieldIsThatOfThePlace() throws {
    let (network, _) = try pooling()
    let field = try #require(try network.graph.receptiveFields(for: [1, 4, 6, 2])["pool"] ?? nil)
    #expect(FieldBox(field, row: 0, column: 0) == FieldBox(left: 0, top: 0, width: 2, height: 2))
    #expect(FieldBox(field, row: 1, column: 2) == FieldBox(left: 4, top: 2, width: 2, height: 2))
  }

  @Test func layersAreComparedOverWhatIsFinite() {
    let a = Tensor([1, 2, .nan, 4], shape: [1, 4])
    let b = Tensor([1, 0, 3, 8], shape: [1, 4])
    let row = LayerComparison(name: "x", a, b)
    #expect(row.meanDifference == 2 && row.largestDifference == 4 && row.meanOfSecond == 3)
    #expect(abs(row.cosine - 33 / (21.0 * 65).squareRoot()) < 1e-12)
    #expect(LayerComparison.table([row]).split(separator: "\n").count == 2)
  }
}
