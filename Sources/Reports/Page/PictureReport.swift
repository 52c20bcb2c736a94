import Imaging
import Inference
package import NeuralNetwork
import Synchronization
package import TensorCore
package import Visualization

/// Makes the page of one picture after another: a layer is drawn as soon as it is computed, and let go.
package final class PictureReport: Sendable {
  package struct Page: Sendable {
    package let facts: PictureFacts
    package let card: PictureCard
    /// The whole HTML of the page, or of its part of a single file.
    package let html: String
    /// Whether a sheet had to be drawn without captions, for want of a font.
    package let lacksText: Bool
  }

  /// What a page is called and where it lies.
  package struct Place: Sendable {
    package let name: String
    /// The page's address from the index.
    package let address: String
    /// The folder of the page's pictures from the index, ending in `/`; empty in a single file.
    package let folder: String
    /// The index's folder from the page: `../../`; `nil` in a single file.
    package let up: String?

    package init(name: String, address: String, folder: String, up: String?) {
      self.name = name
      self.address = address
      self.folder = folder
      self.up = up
    }
  }

  let network: Network
  let settings: ReportSettings
  let templates: ReportTemplates
  private let recent = Mutex<(shape: Shape, outline: NetworkOutline)?>(nil)

  package init(_ network: Network, _ settings: ReportSettings) throws {
    self.network = network
    self.settings = settings
    templates = try ReportTemplates()
  }

  /// The layers that have to be recorded for a page: those that are drawn, and the network's result.
  package var recordedNames: [String] {
    settings.drawn + network.graph.outputs.filter { !settings.drawn.contains($0) }
  }

  /// The page of the picture that `x`, `[1, H, W, C]`, shows; its pictures go into `sink`.
  ///
  /// - Parameters:
  ///   - compiled: the network for that shape, recording ``recordedNames``.
  ///   - modelRange: the range over all drawn layers, for the scale `model`.
  package func page(
    for x: Tensor, at place: Place, compiled: CompiledNetwork, modelRange: ValueRange?,
    sink: inout some PictureSink
  ) throws -> Page {
    let outline = try outline(for: x.shape)
    var view = PictureView(outline, settings, place)
    var options = settings.sheet
    options.model = settings.model
    options.input = place.name
    options.note = settings.note
    options.modelRange = modelRange
    options.labels = settings.labels.map(\.label)
    let drawn = Set(settings.drawn)
    var facts = PictureFacts()
    var card = PictureCard(name: place.name, address: place.address)
    if let picture = try settings.record.picture(showing: x) {
      let seen = try view.show(picture, &sink)
      card.thumbnail = try thumbnail(of: picture, seen: seen, place, &sink)
    }
    view.showRanges(of: x, settings.record)
    var lacksText = false
    var result: Tensor?
    try compiled.run(x) { layer in
      let channels = ChannelStatistics.ofChannels(layer.output)
      if let fact = PictureFacts.Layer(layer, channels) { facts.layers.append(fact) }
      view.tell(layer, channels)
      if result == nil, network.graph.outputs.contains(layer.name), isVector(layer.output) {
        result = layer.output
      }
      guard drawn.contains(layer.name) else { return }
      if outline.repeats[layer.index] != nil, !layer.name.hasSuffix(":linear") { return }
      if case .input = network.graph.layers[layer.index].operation { return }
      options.title = layer.name
      let sheet = try ContactSheet(of: layer.output, scale: settings.scale, options: options)
      lacksText = lacksText || sheet.lacksText
      let source = try sink.picture(fileStem(layer: layer.name, at: layer.index) + ".png") {
        try sheet.write(to: $0)
      }
      view.show(sheet, of: layer, source)
    }
    if let result { predict(result, &facts, &card, &view) }
    return Page(facts: facts, card: card, html: view.html(templates), lacksText: lacksText)
  }

  private func isVector(_ output: Tensor) -> Bool {
    output.shape.rank > 1 && output.shape[0] == 1 && output.shape.count == output.shape[-1]
  }

  /// The drawing and facts for one input shape; pictures of a folder mostly share one.
  private func outline(for shape: Shape) throws -> NetworkOutline {
    try recent.withLock { recent in
      if let recent, recent.shape == shape { return recent.outline }
      let outline = try NetworkOutline(network.graph, for: shape)
      recent = (shape, outline)
      return outline
    }
  }

  private static let thumbnailSide = 240

  private func thumbnail(
    of picture: Image, seen: String, _ place: Place, _ sink: inout some PictureSink
  ) throws -> PictureCard.Thumbnail {
    guard max(picture.width, picture.height) > Self.thumbnailSide else {
      return .init(source: place.folder + seen, width: picture.width, height: picture.height)
    }
    let longest = max(picture.width, picture.height)
    let (width, height) = (
      max(1, picture.width * Self.thumbnailSide / longest),
      max(1, picture.height * Self.thumbnailSide / longest)
    )
    let small = try picture.resized(height: height, width: width, fit: .stretch, resampling: .linear)
    let source = try sink.picture("thumbnail.jpg") { try small.write(to: $0) }
    return .init(source: place.folder + source, width: width, height: height)
  }

  private func predict(
    _ result: Tensor, _ facts: inout PictureFacts, _ card: inout PictureCard, _ view: inout PictureView
  ) {
    let values = result.scalars
    let sum = values.reduce(0.0) { $0 + Double($1) }
    let isProbability = values.count > 1 && values.allSatisfy { $0 >= 0 } && abs(sum - 1) < 0.01
    facts.predictions = Prediction.best(settings.classes, in: result).map {
      let name = settings.labels.indices.contains($0.index) ? settings.labels[$0.index] : nil
      return .init(index: $0.index, synset: name?.synset, label: name?.label, probability: $0.probability)
    }
    if let best = facts.predictions.first {
      card.label = best.label ?? "class \(best.index)"
      card.score = best.probability
      card.isProbability = isProbability
    }
    view.tell(facts.predictions, isProbability: isProbability)
  }
}

extension PictureFacts.Layer {
  /// `nil` for a value before a layer's activation: it is no layer of its own.
  init?(_ layer: RecordedLayer, _ channels: [ChannelStatistics]) {
    let all = ChannelStatistics.combined(channels)
    self.init(
      name: layer.name, shape: layer.output.shape.dimensions, min: all.minimum, max: all.maximum,
      mean: all.mean,
      std: all.deviation, zero: all.zeroFraction, dead: channels.indices.filter { channels[$0].isDead })
  }
}
