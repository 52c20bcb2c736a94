public import TensorCore

/// How a map of where a network sees a class is made.
public enum ClassMapMethod: String, Sendable, Hashable, CaseIterable {
  /// The maps that a global average pools, weighed into the class's score (Zhou et al. 2016).
  case cam
  /// A layer's maps, weighed by their mean gradients (Selvaraju et al. 2017).
  case gradCam = "grad-cam"
  /// The size of the input's gradient (Simonyan et al. 2013).
  case saliency

  var title: String {
    switch self {
    case .cam: "class activation map"
    case .gradCam: "Grad-CAM"
    case .saliency: "input-gradient saliency"
    }
  }

  func titles(_ count: Int) -> String { self == .cam && count != 1 ? title + "s" : title }

  /// What the maps of `layer` tell.
  func sentence(_ layer: String, _ shape: String) -> String {
    switch self {
    case .cam: "read from \(layer), \(shape): what speaks for the class, and where"
    case .gradCam:
      "layer \(layer), \(shape): its maps weighed by the mean gradients of the class's score, what speaks against it cut off"
    case .saliency:
      "layer \(layer), \(shape): the largest |d score / d input| of a pixel's channels, so how much it matters"
    }
  }
}

/// What a sheet of class activation maps tells besides the maps.
public struct ClassMapSheetOptions: Sendable, Hashable {
  public var model: String?
  public var input: String?
  public var note: String?
  /// The layer the maps are read from.
  public var features: String
  public var method: ClassMapMethod
  /// The map of colours, magma for `nil`, whose darkest colour lets the picture show; a diverging one puts zero in its
  /// middle.
  public var colorMap: ColorMap?
  /// How much a map's colours weigh over the picture, 0...1.
  public var opacity: Float
  public var zoom: Int?

  public init(
    model: String? = nil, input: String? = nil, note: String? = nil, features: String = "",
    method: ClassMapMethod = .cam, colorMap: ColorMap? = nil, opacity: Float = 0.5, zoom: Int? = nil
  ) {
    self.model = model
    self.input = input
    self.note = note
    self.features = features
    self.method = method
    self.colorMap = colorMap
    self.opacity = opacity
    self.zoom = zoom
  }
}

/// Where in a picture a network sees one class.
public struct ClassMap: Sendable {
  public let index: Int
  public let label: String?
  /// The network's output for the class.
  public let score: Float
  /// `[H, W]`.
  public let map: Tensor

  public init(index: Int, label: String? = nil, score: Float, map: Tensor) {
    self.index = index
    self.label = label
    self.score = score
    self.map = map
  }

  /// Whether the map says nothing about where: all its values are one.
  public var isConstant: Bool { !isNotFinite && ValueRange(of: map.scalars)?.isConstant ?? false }

  /// Whether some value is NaN or infinite.
  public var isNotFinite: Bool { map.scalars.contains { !$0.isFinite } }
}

extension ContactSheet {
  /// Class activation maps of one picture, a row a class: the input, the map, the map over the input.
  ///
  /// All rows share one scale. A constant map is a neutral tile with a mark, and so is one that is not finite.
  public init(classMaps: [ClassMap], on picture: Raster, options: ClassMapSheetOptions = .init()) {
    self.init(classMaps: classMaps, on: picture, options: options, typesetter: .system)
  }

  package init(
    classMaps: [ClassMap], on picture: Raster, options: ClassMapSheetOptions, typesetter: Typesetter
  ) {
    let colors = options.colorMap ?? .magma
    let statistics = classMaps.map { ChannelStatistics.of($0.map) }
    let finite = statistics.filter { $0.notFinite == 0 }
    let drawable = finite.filter { $0.range?.isConstant == false }
    // Where no map says anything, the bar still has the value that they all have.
    let scale = TileScale(
      .layer, layer: ChannelStatistics.combined(drawable.isEmpty ? finite : drawable).range,
      isDiverging: colors.isDiverging)
    let longest = max(1, picture.width, picture.height)
    let zoom = options.zoom ?? max(1, 224 / longest)
    // Enlarged whole; a very large input is brought down to a comfortable width.
    let width = longest * zoom > 640 ? max(1, picture.width * 640 / longest) : picture.width * zoom
    let height = longest * zoom > 640 ? max(1, picture.height * 640 / longest) : picture.height * zoom
    let gap = 14
    let size = SheetPage.Size.text
    let lineHeight = typesetter.lineHeight(size)

    var page = SheetPage(typesetter: typesetter, contentWidth: 3 * (width + 2) + 2 * gap)
    let shape = classMaps.first.map { "\($0.map.shape[0])×\($0.map.shape[1])" } ?? ""
    page.writeHead(
      title: options.method.titles(classMaps.count),
      lines: [
        options.model.map { "network: " + $0 }, options.note, options.input.map { "input: " + $0 },
        options.method.sentence(options.features, shape),
      ])
    page.writeBar(
      colors, range: scale.shared, ends: ("no finite value", ""),
      sentence: (scale.isCentred
        ? "one scale for all maps · ± their largest |v|, zero in the middle · "
        : "one scale for all maps · min to max of them · ") + colors.name
        + " · over the input in grey with \(percentText(options.opacity)) of the colour")
    let marks = statistics.map {
      scale.range(for: $0).mark ?? ($0.range?.isConstant == true ? .constant : nil)
    }
    page.writeLegend(Dictionary(marks.compactMap { $0 }.map { ($0, 1) }, uniquingKeysWith: +))
    page.space(8)
    var tiles: [SheetTile] = []
    var rasters: [(Raster, Rectangle)] = []
    for (row, shown) in classMaps.enumerated() {
      let own = statistics[row].range.map { " · map \(shortText($0.low)) to \(shortText($0.high))" } ?? ""
      page.write(
        "class \(shown.index)\(shown.label.map { " " + $0 } ?? "") · score \(shortText(shown.score))\(own)",
        size: size, color: Theme.ink)
      page.space(3)
      let top = page.reserve(height + 2) + 1
      let frames = (0..<3).map { column in
        Rectangle(x: SheetPage.margin + 1 + column * (width + 2 + gap), y: top, width: width, height: height)
      }
      let range = marks[row] == nil ? scale.shared : nil
      rasters.append((picture, frames[0]))
      if let range {
        rasters.append((Raster(map: shown.map, range: range, colors: colors), frames[1]))
        rasters.append(
          (
            picture.scaled(width: width, height: height)
              .overlaid(with: shown.map, range: range, colors: colors, opacity: options.opacity), frames[2]
          ))
      }
      for (part, frame) in frames.enumerated() {
        tiles.append(
          SheetTile(
            content: .classMap(shown.index, part: ["input", "map", "overlay"][part]), frame: frame,
            caption: [],
            range: part == 0 ? nil : range, mark: part == 0 ? nil : marks[row]))
        page.place(
          PlacedText(
            text: ["input as the network saw it", "map", "map over the input"][part],
            x: frame.x + frame.width / 2,
            y: top + height + 3, size: SheetPage.Size.caption, color: Theme.quietInk, alignment: .centre))
      }
      _ = page.reserve(lineHeight + 12)
    }
    var parameters = [
      "sheet": options.method.titles(2), "method": options.method.rawValue, "features": options.features,
      "colormap": colors.name,
      "classes": classMaps.map { "\($0.index)" }.joined(separator: ","), "opacity": "\(options.opacity)",
    ]
    parameters["model"] = options.model
    parameters["input"] = options.input
    parameters["note"] = options.note
    parameters["range"] = scale.shared.map { "\($0.low) \($0.high)" }
    self.init(page: page, tiles: tiles, parameters: parameters, isPhotographic: zoom == 1) { canvas in
      for (raster, frame) in rasters { canvas.draw(raster, in: frame) }
      for tile in tiles {
        canvas.outline(tile.frame.outset(by: 1), Theme.rule)
        if let mark = tile.mark { canvas.draw(mark, in: tile.frame) }
      }
    }
  }
}
