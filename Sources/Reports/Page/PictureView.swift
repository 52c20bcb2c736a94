import Imaging
import NeuralNetwork
import TensorCore
import Visualization

/// What the template of a picture's page is filled with, gathered while the network runs.
struct PictureView {
  private let outline: NetworkOutline
  private let settings: ReportSettings
  private let place: PictureReport.Place
  private var values: [String: Any]
  private var layers: [[String: Any]]

  init(_ outline: NetworkOutline, _ settings: ReportSettings, _ place: PictureReport.Place) {
    self.outline = outline
    self.settings = settings
    self.place = place
    layers = outline.summary.rows.indices.map(outline.view)
    values = [
      "name": place.name, "model": settings.model, "up": place.up ?? "",
      "home": place.up.map { $0 + "index.html" } ?? "#", "key": place.address,
      "preprocessing": settings.preprocessing, "version": settings.version, "how": settings.how,
      "totals": outline.totals, "kinds": outline.legend, "diagram": outline.diagram.svg,
      "isWide": outline.diagram.isWide,
      "hasClasses": false,
      "noClasses": "The network's output is no list of classes.",
    ]
    if let note = settings.note { values["note"] = note }
  }

  /// Puts the picture that the network saw on the page, and says what it is called.
  mutating func show(_ picture: Image, _ sink: inout some PictureSink) throws -> String {
    let source = try sink.picture("input.png") { try picture.write(to: $0) }
    values["seen"] =
      [
        "src": source, "width": picture.width, "height": picture.height, "alt": place.name,
        "isSmall": isSmall(picture.width, picture.height),
        "caption":
          "\(picture.width) × \(picture.height) pixels, shown back from the numbers that went in",
      ] as [String: Any]
    return source
  }

  /// The lowest, mean and highest value of each channel as the network got it, and what contradicts expectations.
  mutating func showRanges(of x: Tensor, _ record: Preprocessing) {
    values["inputShape"] = spaced(x.shape)
    let channels = x.shape.rank == 4 ? x.shape[3] : 0
    let names: [String]? =
      switch (channels, record.channelOrder) {
      case (1, _): ["grey"]
      case (3, .bgr): ["blue", "green", "red"]
      case (3, _): ["red", "green", "blue"]
      default: nil
      }
    values["hasRanges"] = names != nil
    guard let names else { return }
    let statistics = ChannelStatistics.ofChannels(x)
    values["ranges"] = zip(names, statistics).map { name, channel in
      [
        "channel": name, "min": shortText(channel.minimum), "mean": shortText(channel.mean),
        "max": shortText(channel.maximum),
      ] as [String: Any]
    }
    let all = ChannelStatistics.combined(statistics)
    var warnings: [String] = []
    if all.notFinite > 0 { warnings.append("\(countText(all.notFinite)) values are NaN or infinite.") }
    if let range = all.range, range.isConstant {
      warnings.append("Every value is the same: the picture is blank.")
    }
    // Code values of a picture that was 0...1 already.
    let scale = record.scale / (record.deviation.first ?? 1)
    if let range = all.range, !range.isConstant, scale != 0, abs((range.high - range.low) / scale) <= 1.5 {
      warnings.append(
        "The values lie within 1.5 code values of one another, but the network expects 0 to 255: were they scaled already?"
      )
    }
    values["warnings"] = warnings
  }

  /// The statistics of a layer, computed.
  mutating func tell(_ layer: RecordedLayer, _ channels: [ChannelStatistics]) {
    guard layers.indices.contains(layer.index), !isLinear(layer) else { return }
    let all = ChannelStatistics.combined(channels)
    let dead = channels.indices.filter { channels[$0].isDead }
    var view: [String: Any] = [
      "mean": shortText(all.mean), "std": shortText(all.deviation), "min": shortText(all.minimum),
      "max": shortText(all.maximum), "zero": percentText(all.zeroFraction), "zeroShare": all.zeroFraction,
      "exactMean": exact(all.mean), "exactStd": exact(all.deviation), "exactMin": exact(all.minimum),
      "exactMax": exact(all.maximum), "deadCount": dead.count,
      "dead": dead.isEmpty ? "none" : "\(countText(dead.count)) of \(countText(channels.count))",
    ]
    if all.notFinite > 0 { view["notFinite"] = countText(all.notFinite) }
    layers[layer.index]["statistics"] = view
    if let profile = ChannelProfile(channels), channels.count > 1, layer.output.shape.count > channels.count {
      layers[layer.index]["profile"] =
        [
          "width": profile.width, "path": profile.path, "caption": profile.caption,
          "alt": profile.alternative,
        ] as [String: Any]
    }
  }

  /// Puts a layer's sheet on the page.
  mutating func show(_ sheet: ContactSheet, of layer: RecordedLayer, _ source: String) {
    guard layers.indices.contains(layer.index) else { return }
    let shape = layer.output.shape
    let shown = sheet.parameters["channels-shown"] ?? "\(shape[-1]) of \(shape[-1])"
    let bar = sheet.colorBar
    var caption = "\(shown) channels · \(scaleText(sheet.parameters["scale"] ?? settings.scale.rawValue))"
    if let bar { caption += " · \(bar.colorMap.name)" }
    if let range = bar?.range { caption += " from \(shortText(range.low)) to \(shortText(range.high))" }
    let marks = Dictionary(sheet.tiles.compactMap(\.mark).map { ($0, 1) }, uniquingKeysWith: +)
    for mark in TileMark.allCases {
      if let count = marks[mark] { caption += " · \(countText(count)) \(mark.rawValue)" }
    }
    layers[layer.index]["sheet"] =
      [
        "src": source, "width": sheet.width, "height": sheet.height, "caption": caption,
        "values": placeText(sheet.valueFrames),
        "alt": "Sheet of \(layer.name), output \(spaced(shape)): \(caption)",
      ] as [String: Any]
  }

  mutating func tell(_ classes: [PictureFacts.Class], isProbability: Bool) {
    guard !classes.isEmpty else { return }
    values["hasClasses"] = true
    if !isProbability { values["scores"] = true }
    let largest = classes.map { abs($0.probability) }.filter(\.isFinite).max() ?? 0
    values["classes"] = classes.map { found in
      let share = isProbability ? found.probability : largest > 0 ? abs(found.probability) / largest : 0
      var view: [String: Any] = [
        "index": found.index, "label": found.label ?? "class \(found.index)",
        "share": scoreText(found.probability, isProbability: isProbability), "percent": barWidth(share),
        "hasName": found.label != nil,
      ]
      if let synset = found.synset { view["synset"] = synset }
      return view
    }
  }

  func html(_ templates: ReportTemplates) -> String {
    var values = values
    var layers = layers
    for (index, view) in layers.enumerated() where view["sheet"] == nil {
      layers[index]["plain"] = reason(index)
      if let source = outline.repeats[index], let sheet = layers[source]["sheet"] {
        layers[index]["sheet"] = sheet
      }
    }
    values["layers"] = layers
    guard place.up != nil else { return templates.render("picture", values) }
    values["css"] = templates.style
    values["js"] = templates.script
    values["policy"] = ReportTemplates.policy
    return templates.render("picture-page", values)
  }

  /// Why a layer has no sheet of its own.
  private func reason(_ index: Int) -> String {
    if case .input = outline.kinds[index] { return "What the network saw stands at the top of the page." }
    if let source = outline.repeats[index] {
      return "Passes its input on unchanged: the values are those of \(outline.summary.rows[source].name)."
    }
    return "Not among the layers asked for: no sheet was drawn."
  }

  private func isLinear(_ layer: RecordedLayer) -> Bool {
    outline.summary.rows[layer.index].name != layer.name
  }

  private func scaleText(_ name: String) -> String {
    switch name {
    case "tile": "scale: each tile by itself"
    case "model": "scale: one for all layers"
    case "symmetric": "scale: zero in the middle"
    default: "scale: one for the layer"
    }
  }

  private func exact(_ value: Float) -> String { value.isFinite ? "\(value)" : "" }
}

/// Rectangles as runs `x y width height count step`, each of equal ones side by side, with commas between.
func placeText(_ frames: [Rectangle]) -> String {
  var runs: [(first: Rectangle, count: Int, step: Int)] = []
  for frame in frames {
    if let run = runs.last, frame.y == run.first.y, frame.width == run.first.width,
      frame.height == run.first.height,
      run.count == 1 || frame.x == run.first.x + run.count * run.step
    {
      runs[runs.count - 1] = (run.first, run.count + 1, run.count == 1 ? frame.x - run.first.x : run.step)
    } else {
      runs.append((frame, 1, 0))
    }
  }
  return runs.map {
    "\($0.first.x) \($0.first.y) \($0.first.width) \($0.first.height) \($0.count) \($0.step)"
  }
  .joined(separator: ",")
}

/// Whether a picture is so small that its pixels are to be seen.
func isSmall(_ width: Int, _ height: Int) -> Bool { max(width, height) < 150 }

/// `93.2%` of a probability, else the score itself.
func scoreText(_ value: Float, isProbability: Bool) -> String {
  guard isProbability, value.isFinite else { return shortText(value) }
  let tenths = Int((value * 1000).rounded())
  return tenths == 0 && value > 0 ? "<0.1%" : "\(tenths / 10).\(tenths % 10)%"
}

/// A share 0...1 as the width of a bar in percent, to a tenth.
func barWidth(_ share: Float) -> String {
  let tenths = Int((max(0, min(1, share.isFinite ? share : 0)) * 1000).rounded())
  return "\(tenths / 10).\(tenths % 10)"
}
