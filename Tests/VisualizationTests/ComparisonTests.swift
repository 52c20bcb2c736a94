import TensorCore
import Testing
import Visualization

@Suite struct ComparisonTests {
  private let a = Tensor([0, 1, 2, 3, 4, 5, 6, 7], shape: [2, 2, 2])
  private let b = Tensor([0, 1, 2, 9, 4, 5, 6, 7], shape: [2, 2, 2])

  @Test func bothSidesShareOneScaleAndTheDifferenceIsCentred() throws {
    let sheet = try ContactSheet(
      comparing: a, with: b, options: .init(colorMap: .viridis, zoom: 8), typesetter: boxes)
    let first = try #require(sheet.tile(.compared(channel: 1, part: "A")))
    let second = try #require(sheet.tile(.compared(channel: 1, part: "B")))
    let gap = try #require(sheet.tile(.compared(channel: 1, part: "A - B")))
    #expect(first.range == ValueRange(low: 0, high: 9) && second.range == first.range)
    #expect(gap.range == ValueRange(low: -6, high: 6))
    #expect(sheet.color(of: first, row: 0, column: 1, enlargement: 8) == ColorMap.viridis[3 / 9])
    #expect(sheet.color(of: second, row: 0, column: 1, enlargement: 8) == ColorMap.viridis[1])
    #expect(sheet.color(of: gap, row: 0, column: 1, enlargement: 8) == ColorMap.diverging[0])
    #expect(sheet.color(of: gap, row: 0, column: 0, enlargement: 8) == ColorMap.diverging[0.5])
    // The channel that differs comes first; the other one's difference is nothing, and marked.
    #expect(sheet.tiles.first?.content == .compared(channel: 1, part: "A"))
    #expect(sheet.tile(.compared(channel: 0, part: "A - B"))?.mark == .dead)
    #expect(sheet.texts.contains("largest mean of |A − B|: channel 1 (1.5)"))
    #expect(sheet.texts.contains { $0.hasPrefix("scale: layer · A and B alike") })
  }

  /// Units have their indices at the edges of all three strips, and those that are not finite a mark in each.
  @Test func unitsThatAreComparedAreNumbered() throws {
    let first = (0..<40).map { $0 == 7 ? Float.nan : Float($0) }
    let second = [Float](repeating: 0, count: 40)
    let sheet = try ContactSheet(
      comparing: Tensor(first, shape: [40]), with: Tensor(second, shape: [40]), options: .init(),
      typesetter: boxes)
    #expect(sheet.texts.count { $0 == "19" } == 3)
    #expect(sheet.texts.contains("zero in B: all 40 units"))
    #expect(sheet.texts.contains("not finite in A: 1 of 40 units: 7"))
    #expect(sheet.texts.contains { $0.hasPrefix("not finite: some value") && $0.hasSuffix("(2)") })
    for (tile, mark) in [(7, nil), (47, TileMark.dead), (87, nil)] as [(Int, TileMark?)] {
      #expect(sheet.tiles[tile].mark == mark)
      let frame = sheet.tiles[tile].frame
      // Its middle is crossed out where the value is not finite.
      let middle = sheet.color(x: frame.x + frame.width / 2, y: frame.y + frame.height / 2)
      #expect((middle.red > 150 && middle.green < 100) == (mark == nil))
    }
  }

  @Test(arguments: Scaling.allCases) func everyScaleIsSharedByBothSides(_ scale: Scaling) throws {
    let options = ComparisonSheetOptions(
      scale: scale, modelRange: ValueRange(low: -10, high: 40), colorMap: .viridis, zoom: 8)
    let sheet = try ContactSheet(comparing: a, with: b, options: options, typesetter: boxes)
    let ranges = ["A", "B"].map { sheet.tile(.compared(channel: 0, part: $0))?.range }
    let expected: ValueRange =
      switch scale {
      case .tile: ValueRange(low: 0, high: 6)
      case .layer: ValueRange(low: 0, high: 9)
      case .model: ValueRange(low: -10, high: 40)
      case .symmetric: ValueRange(low: -9, high: 9)
      }
    #expect(ranges == [expected, expected])
    // Units have one scale for both, also where every pair of maps would have its own.
    let units = try ContactSheet(
      comparing: Tensor([0, 4], shape: [2]), with: Tensor([1, 8], shape: [2]), options: options,
      typesetter: boxes)
    #expect(units.tiles[0].range == units.tiles[2].range && units.tiles[0].range != nil)
    #expect(units.parameters["scale"] == (scale == .tile ? "layer" : scale.rawValue))
  }

  /// What each side holds is said with its name.
  @Test func eachSideIsToldInNumbers() throws {
    let sheet = try ContactSheet(
      comparing: a, with: Tensor([0, 1, 0, 9, 0, 5, 0, 7], shape: [2, 2, 2]),
      options: .init(first: "cat.jpg", second: "bus.jpg"), typesetter: boxes)
    #expect(sheet.texts.contains("A: cat.jpg · mean 3.5 · std 2.29 · min 0 · max 7 · zero 13%"))
    #expect(sheet.texts.contains("dead in B: 1 of 2 channels: 0"))
  }

  @Test func equalNetworksAndUnitsGiveASheet() throws {
    let same = try ContactSheet(comparing: a, with: a, options: .init(), typesetter: boxes)
    #expect(same.tiles.filter { $0.mark == .dead }.count == 2)
    #expect(same.texts.contains("A and B are equal"))
    let units = try ContactSheet(
      comparing: Tensor([1, 2, 3], shape: [1, 3]), with: Tensor([1, 5, 3], shape: [1, 3]),
      options: .init(labels: ["x", "y", "z"]), typesetter: boxes)
    #expect(units.texts.contains { $0.hasPrefix("1 y: 2 and 5") })
    #expect(throws: VisualizationError.self) {
      _ = try ContactSheet(
        comparing: a, with: Tensor([1], shape: [1, 1]), options: .init(), typesetter: boxes)
    }
  }

  @Test func patchesShowTheirFieldInsideThePicture() throws {
    var pixels = [UInt8](repeating: 100, count: 40 * 40 * 3)
    for row in 10..<20 { for column in 0..<10 { pixels[(row * 40 + column) * 3] = 250 } }
    let raster = Raster(width: 40, height: 40, pixels: pixels)
    let patch = Patch(of: raster, left: -4, top: 10, width: 14, height: 10, side: 42, value: 3)
    let sheet = ContactSheet(
      patches: [(channel: 7, patches: [patch, patch])],
      options: .init(title: "conv", pictures: 12, field: "14×10", channels: 9), typesetter: boxes)
    let tile = try #require(sheet.tile(.patch(channel: 7, rank: 1)))
    #expect(tile.frame.width == 42)
    #expect(sheet.texts.contains { $0.hasPrefix("7 · 3 to 3") })
    // Inside the field: the red square, twice as large; outside it the ground of the picture.
    #expect(sheet.color(x: tile.frame.x + 8, y: tile.frame.y + 20) == Color(red: 250, green: 100, blue: 100))
    #expect(sheet.color(x: tile.frame.x + 38, y: tile.frame.y + 20) == Color(red: 100, green: 100, blue: 100))
    #expect(sheet.parameters["channels-shown"] == "1 of 9")
  }

  @Test(arguments: [(1, 9), (64, 9), (512, 9), (2048, 9), (4096, 16)])
  func thousandsOfChannelsOfPatchesFitASheet(channels: Int, count: Int) {
    let plan = ContactSheet.patchSide(channels: channels, count: count)
    #expect(plan.side >= 24 && plan.channels > 0 && plan.channels <= channels)
  }
}
