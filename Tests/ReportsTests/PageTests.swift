import Imaging
import Inference
import NeuralNetwork
import Reports
import SystemPackage
import TensorCore
import TestSupport
import Testing
import Visualization

/// Writes pictures nowhere.
private struct NoSink: PictureSink {
  var names: [String] = []

  mutating func picture(
    _ name: String, _ write: @escaping @Sendable (FilePath) throws -> Void
  ) throws -> String {
    names.append(name)
    return relativeAddress(name.utf8)
  }
}

@Suite struct PageTests {
  private static let hostile = "\"><script>alert(1)</script>' onload='x"

  /// Four channels, the last dead, and their means through a softmax.
  private func network(name: String = "conv") throws -> Network {
    let graph = try Graph([
      Layer("input", .input(InputShape(height: 4, width: 4, channels: 3))),
      Layer(name, .convolution(.init(filters: 4, kernelSize: 1, activation: .relu)), from: "input"),
      Layer("drop", .dropout(rate: 0.5), from: name),
      Layer("mean", .globalPooling(.average, keepsAxes: false), from: "drop"),
      Layer("prob", .activation(.softmax), from: "mean"),
    ])
    let kernel = Tensor(
      [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0], shape: [1, 1, 3, 4])
    return try Network(
      graph: graph, weights: [name: [.kernel: kernel, .bias: Tensor([0, 0, 0, 0], shape: [4])]])
  }

  private func page(
    _ network: Network, drawn: [String], labels: [String] = [], name: String = "a.png", up: String? = "../../"
  ) throws -> (PictureReport.Page, [String], PictureReport) {
    let settings = ReportSettings(
      model: "model", note: nil, drawn: drawn, scale: .layer, sheet: .init(), classes: 3,
      labels: labels.map { ClassName(synset: nil, label: $0) }, preprocessing: "4x4, RGB, 0...255",
      record: Preprocessing(height: 4, width: 4), version: "0")
    let report = try PictureReport(network, settings)
    let x = Tensor(
      (0..<48).map { Float($0 % 3 == 2 ? $0 * 5 : $0) }, shape: [1, 4, 4, 3])
    var sink = NoSink()
    let compiled = try network.compiled(for: x.shape, recording: report.recordedNames)
    let page = try report.page(
      for: x, at: .init(name: name, address: "./pictures/a/index.html", folder: "./pictures/a/", up: up),
      compiled: compiled, modelRange: nil, sink: &sink)
    return (page, sink.names, report)
  }

  @Test func `a page tells prediction, statistics and what repeats`() throws {
    let (page, pictures, _) = try page(try network(), drawn: ["conv", "drop", "mean", "prob"])
    #expect(pictures == ["input.png", "001_conv.png", "003_mean.png", "004_prob.png"])
    #expect(page.facts.layers.map(\.name) == ["conv", "drop", "mean", "prob"])
    #expect(page.facts.layers[0].dead == [3])
    #expect(page.facts.layers[0].shape == [1, 4, 4, 4])
    #expect(page.facts.predictions.first?.index == 2)
    #expect(page.card.isProbability && page.card.label == "class 2")
    #expect(page.card.thumbnail?.source == "./pictures/a/./input.png")
    #expect(page.html.contains("Passes its input on unchanged: the values are those of conv."))
    #expect(page.html.contains("<dd>1 of 4</dd>"))
    #expect(page.html.contains("1 dead"))
    #expect(page.html.contains("4x4, RGB, 0...255"))
  }

  @Test func `layers that are not drawn are told of all the same`() throws {
    let (page, pictures, _) = try page(try network(), drawn: ["conv"])
    #expect(pictures == ["input.png", "001_conv.png"])
    for index in 0..<5 { #expect(page.html.contains("id=\"layer-\(index)\"")) }
    #expect(page.html.contains("Not among the layers asked for"))
    #expect(page.facts.predictions.count == 3)
  }

  @Test(arguments: [nil, "../../"])
  func `hostile names of pictures, layers and classes stay text`(up: String?) throws {
    let (page, _, report) = try page(
      try network(name: Self.hostile), drawn: [Self.hostile],
      labels: [String](repeating: Self.hostile + "\"\u{301} autofocus onfocus=x", count: 4),
      name: Self.hostile, up: up)
    let index = IndexPage(report, pictures: 1)
    let whole =
      page.html + index.head + index.card(page.card, order: 0)
      + index.tail(failures: [(Self.hostile, Self.hostile)], isAlone: true) + index.template(page.card).before
    #expect(!whole.contains("<script>alert"))
    // Every quote of the name is escaped, the combined one too.
    // A quote with a mark over it, in bytes: Swift takes the two for one character, a browser does not.
    let bytes = Array(whole.utf8)
    #expect(!bytes.indices.dropLast(2).contains { bytes[$0..<$0 + 3].elementsEqual([0x22, 0xCC, 0x81]) })
    #expect(whole.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
    #expect(try !IndexPage.steps([PictureCard(name: Self.hostile, address: "./x")]).contains("</script>"))
  }

  @Test func `the index sorts by what its cards say`() throws {
    let (page, _, report) = try page(try network(), drawn: ["conv"], labels: ["tench", "hen", "cock", "jay"])
    let card = IndexPage(report, pictures: 1).card(page.card, order: 7)
    #expect(card.contains("data-order=\"7\"") && card.contains("data-name=\"a.png\""))
    #expect(card.contains("data-class=\"cock\""))
    #expect(card.contains("data-probability=\"\(try #require(page.card.score))\""))
    #expect(card.contains("href=\"./pictures/a/index.html\""))
  }

  @Test func `a page refers to nothing outside`() throws {
    let (page, _, report) = try page(try network(), drawn: ["conv"])
    for html in [page.html, IndexPage(report, pictures: 2).head] {
      #expect(!html.contains("http://") && !html.contains("https://") && !html.contains("//cdn"))
      #expect(html.contains("default-src &#39;none&#39;"))
    }
  }

  @Test func `a network input is shown back as the picture it was`() throws {
    for order in [Preprocessing.ChannelOrder.rgb, .bgr] {
      var record = Preprocessing.torch(height: 2, width: 2)
      record.channelOrder = order
      // Code values 0, 20, 40, ... in RGB, mapped as the record says.
      let input = Tensor(
        (0..<12).map { index in
          let (pixel, c) = index.quotientAndRemainder(dividingBy: 3)
          let source = pixel * 3 + (order == .bgr ? 2 - c : c)
          return (Float(source * 20) * record.scale - record.mean[c]) / record.deviation[c]
        }, shape: [1, 2, 2, 3])
      let picture = try #require(try record.picture(showing: input))
      #expect(try picture.tensor().scalars == (0..<12).map { Float($0 * 20) })
    }
    #expect(try Preprocessing().picture(showing: Tensor([1, 2], shape: [1, 2])) == nil)
  }
}
