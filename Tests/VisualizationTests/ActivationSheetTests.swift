import TensorCore
import Testing
import Visualization

private func drawn(
  _ tensor: Tensor, _ scale: Scaling = .layer, _ options: ActivationSheetOptions = .init()
) throws -> ContactSheet {
  try ContactSheet(of: tensor, scale: scale, options: options, typesetter: boxes)
}

/// Two rows, two columns, three channels: one from 0 to 3, one from -8 to 4, one of zeros.
private let small = Tensor([0, -8, 0, 1, 4, 0, 2, 0, 0, 3, 2, 0], shape: [2, 2, 3])

@Suite struct ActivationSheetTests {
  /// The tile's colours are those the definition gives: `(v - low) / (high - low)` looked up in the map.
  @Test(arguments: [
    (Scaling.tile, [ValueRange(low: 0, high: 3), ValueRange(low: -8, high: 4)]),
    (.layer, [ValueRange(low: -8, high: 4), ValueRange(low: -8, high: 4)]),
    (.model, [ValueRange(low: -20, high: 10), ValueRange(low: -20, high: 10)]),
    (.symmetric, [ValueRange(low: -8, high: 8), ValueRange(low: -8, high: 8)]),
  ])
  func tilesAreColouredByTheScale(scale: Scaling, ranges: [ValueRange]) throws {
    let options = ActivationSheetOptions(colorMap: .viridis, modelRange: .init(low: -20, high: 10), zoom: 9)
    let sheet = try drawn(small, scale, options)
    for channel in 0..<2 {
      let tile = try #require(sheet.tile(.channel(channel)))
      #expect(tile.range == ranges[channel] && tile.mark == nil)
      for row in 0..<2 {
        for column in 0..<2 {
          let value =
            (small[row, column, channel] - ranges[channel].low) / (ranges[channel].high - ranges[channel].low)
          #expect(sheet.color(of: tile, row: row, column: column, enlargement: 9) == ColorMap.viridis[value])
        }
      }
    }
    #expect(sheet.colorBar?.range == (scale == .tile ? nil : ranges[0]))
    #expect(sheet.texts.contains { $0.contains("scale: \(scale.rawValue)") })
  }

  @Test func everyPixelOfAnEnlargedValueHasItsColour() throws {
    let sheet = try drawn(small, .tile, .init(zoom: 7))
    let tile = try #require(sheet.tile(.channel(0)))
    for y in 0..<14 {
      for x in 0..<14 {
        let value = small[y / 7, x / 7, 0] / 3
        #expect(sheet.color(x: tile.frame.x + x, y: tile.frame.y + y) == ColorMap.viridis[value])
      }
    }
  }

  @Test func zeroIsTheMiddleOfADivergingMap() throws {
    let sheet = try drawn(small, .symmetric, .init(zoom: 8))
    let tile = try #require(sheet.tile(.channel(0)))
    #expect(sheet.color(of: tile, row: 0, column: 0, enlargement: 8) == ColorMap.diverging[0.5])
    #expect(sheet.parameters["colormap"] == "diverging")
    #expect(sheet.texts.contains("0") && sheet.texts.contains("-8") && sheet.texts.contains("8"))
  }

  @Test(arguments: Scaling.allCases) func aDeadChannelIsNeutralAndMarked(scale: Scaling) throws {
    let sheet = try drawn(small, scale, .init(zoom: 20))
    let tile = try #require(sheet.tile(.channel(2)))
    #expect(tile.mark == .dead && tile.range == nil)
    let colors = Set((0..<40).map { sheet.color(x: tile.frame.x + $0, y: tile.frame.y + 3) })
    #expect(colors.count == 2, "neutral and the mark")
    #expect(sheet.texts.contains { $0.hasPrefix("dead") })
  }

  @Test func aConstantChannelIsMarkedOnItsOwnScaleAndColouredOnTheLayers() throws {
    let x = Tensor([2, 0, 2, 4, 2, 1, 2, 3], shape: [2, 2, 2])
    #expect(try drawn(x, .tile).tile(.channel(0))?.mark == .constant)
    let shared = try drawn(x, .layer, .init(zoom: 10))
    let tile = try #require(shared.tile(.channel(0)))
    #expect(
      tile.mark == nil && shared.color(of: tile, row: 1, column: 1, enlargement: 10) == ColorMap.viridis[0.5])
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity]) func whatIsNotFiniteSpoilsOnlyItsTile(value: Float)
    throws
  {
    let x = Tensor([0, value, 1, 1, 2, 2, 3, 3], shape: [2, 2, 2])
    for scale in Scaling.allCases {
      let sheet = try drawn(x, scale)
      #expect(sheet.tile(.channel(1))?.mark == .notFinite)
      #expect(sheet.tile(.channel(0))?.mark == nil)
    }
    #expect(try drawn(x, .layer).colorBar?.range == ValueRange(low: 0, high: 3))
    let nothing = try drawn(Tensor(repeating: value, shape: [3, 3, 2]))
    #expect(nothing.tiles.allSatisfy { $0.mark == .notFinite } && nothing.colorBar?.range == nil)
  }

  @Test func aLayerOfOneValueIsNeutral() throws {
    for scale in Scaling.allCases where scale != .symmetric {
      #expect(
        try drawn(Tensor(repeating: 3, shape: [4, 4, 2]), scale).tiles.allSatisfy { $0.mark == .constant })
    }
    #expect(try drawn(Tensor(repeating: 0, shape: [4, 4, 2])).tiles.allSatisfy { $0.mark == .dead })
  }

  @Test func extremeValuesDoNotOverflow() throws {
    let big = Float.greatestFiniteMagnitude
    let sheet = try drawn(Tensor([-big, big, 0, 1], shape: [2, 2, 1]), .layer, .init(zoom: 10))
    let tile = try #require(sheet.tile(.channel(0)))
    #expect(sheet.color(of: tile, row: 0, column: 0, enlargement: 10) == ColorMap.viridis.colors.first)
    #expect(sheet.color(of: tile, row: 0, column: 1, enlargement: 10) == ColorMap.viridis.colors.last)
    #expect(sheet.color(of: tile, row: 1, column: 0, enlargement: 10) == ColorMap.viridis[0.5])
  }

  @Test func channelsAreChosenSortedAndCounted() throws {
    let options = ActivationSheetOptions(
      title: "conv1", input: "cat.png", note: "synthetic Gabor bank", selection: .init(sort: .max, top: 2))
    let sheet = try drawn(small, .layer, options)
    #expect(sheet.tiles.map(\.content) == [.channel(1), .channel(0)])
    #expect(sheet.tiles.map(\.caption) == [["1"], ["0"]])
    #expect(sheet.texts.contains { $0.hasPrefix("2 of 3 channels (largest max first) of 2×2") })
    #expect(sheet.texts.contains("synthetic Gabor bank") && sheet.texts.contains("input: cat.png"))
    // The layer's scale is the whole layer's, whatever is shown of it.
    #expect(sheet.colorBar?.range == ValueRange(low: -8, high: 4))
    let listed = try ContactSheet(
      of: small, scale: .tile, options: .init(selection: .init(channels: [2, 0])), typesetter: boxes)
    #expect(listed.tiles.map(\.content) == [.channel(2), .channel(0)])
  }

  @Test func captionsGiveStatistics() throws {
    let sheet = try drawn(small, .tile, .init(caption: .statistics))
    #expect(sheet.tile(.channel(0))?.caption == ["0", "mean 1.5", "max 3", "zero 25%"])
    #expect(try self.sheetWithoutCaptions().tiles.allSatisfy(\.caption.isEmpty))
  }

  private func sheetWithoutCaptions() throws -> ContactSheet {
    try drawn(small, .tile, .init(caption: .none))
  }

  @Test func aMapTooLargeIsDrawnAsBlockMeans() throws {
    let twice = Tensor((0..<5000 * 10).map { Float($0 % 2) * 4 - 1 }, shape: [10, 5000])
    let sheet = try drawn(twice)
    let tile = try #require(sheet.tiles.first)
    #expect(tile.frame.width == 2500 && tile.frame.height == 5)
    #expect(sheet.color(x: tile.frame.x, y: tile.frame.y) == ColorMap.viridis[0.5])
    #expect(sheet.texts.contains { $0.contains("reduced 1:2") })
  }

  @Test(arguments: [[7, 7, 2048], [1, 7, 7, 2048], [28, 28], [1, 28, 28, 1], [1, 50, 3], [50, 1, 3]])
  func everyShapeOfMapsIsDrawn(shape: [Int]) throws {
    var generator = SeededGenerator(seed: 1)
    let sheet = try drawn(Tensor(normal: Shape(shape), using: &generator))
    #expect(sheet.tiles.count == (shape.count == 2 ? 1 : shape[shape.count - 1]))
    #expect(sheet.pixels.count == sheet.width * sheet.height * 3)
    #expect(sheet.tiles.allSatisfy { $0.frame.x + $0.frame.width < sheet.width })
  }

  @Test(arguments: [[2, 4, 4, 3], [2, 1, 4, 4, 3], [], [0, 4, 3], [4, 4, 0]])
  func otherShapesAreRefused(shape: [Int]) {
    #expect(throws: VisualizationError.self) { try drawn(Tensor(repeating: 1, shape: Shape(shape))) }
  }

  @Test(arguments: [[1, 600, 2], [600, 1, 2]]) func oneLongLineIsFolded(shape: [Int]) throws {
    let x = Tensor((0..<1200).map { Float($0 / 2) }, shape: Shape(shape))
    let sheet = try drawn(x, .layer, .init(zoom: 3))
    let tile = try #require(sheet.tile(.channel(1)))
    #expect(tile.frame.width == 75 && tile.frame.height == 72)
    let color = sheet.color(of: tile, row: 4, column: 7, enlargement: 3)
    #expect(color == ColorMap.viridis[Float(107) / 599])
    #expect(sheet.texts.contains { $0.contains("of \(shape[0])×\(shape[1]) in rows of 25") })
  }

  @Test func channelsTooFaintToBeSeenAreNamed() throws {
    let x = Tensor([0, 0, 0.3, 10, 0, 0.31, 5, 0, 0.3, 2, 0, 0.3], shape: [2, 2, 3])
    let sheet = try drawn(x)
    #expect(sheet.texts.contains("dead: 1 of 3 channels: 1"))
    #expect(sheet.texts.contains("almost flat on this scale: 1 of 3 channels: 2"))
    let odd = try drawn(Tensor([0, 1, 3, .nan, 8, 1, 4, 2], shape: [2, 1, 4]), .layer)
    #expect(odd.texts.contains("constant: 1 of 4 channels: 1"))
    #expect(odd.texts.contains("not finite: 1 of 4 channels: 3"))
    #expect(!(try drawn(x, .tile)).texts.contains { $0.contains("almost flat") })
    #expect(try drawn(Tensor([0, 1, 1, 0], shape: [2, 1, 2])).texts.contains("dead: none of 2 channels"))
  }

  @Test func aNumberForANameIsSaidToBeALayer() throws {
    #expect(try drawn(small, .layer, .init(title: "185")).texts.contains("layer 185 · output"))
    #expect(try drawn(small, .layer, .init(title: "conv1")).texts.contains("conv1 · output"))
  }

  @Test func equalInputsGiveEqualPixels() throws {
    var generator = SeededGenerator(seed: 5)
    let x = Tensor(normal: [13, 9, 70], using: &generator)
    #expect(try drawn(x).pixels == drawn(x).pixels)
  }

  @Test func aMissingFontIsSaidAndNoCrash() throws {
    let sheet = try ContactSheet(of: small, scale: .tile, options: .init(title: "conv1"), typesetter: noFont)
    #expect(sheet.lacksText && sheet.tiles.count == 3)
    #expect(try !self.sheetWithoutCaptions().lacksText)
  }
}
