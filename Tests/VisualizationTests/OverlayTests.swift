import TensorCore
import Testing
import Visualization

@Suite struct OverlayTests {
  private let black = Raster(width: 4, height: 4, pixels: [UInt8](repeating: 0, count: 48))

  /// What OpenCV's `resize` (INTER_LINEAR) and PyTorch's `interpolate` (align_corners=False) make of it.
  @Test func mapsAreStretchedWithHalfPixelCentres() {
    let map = Tensor([0, 1, 2, 3], shape: [2, 2])
    let laid = black.overlaid(with: map, range: .init(low: 0, high: 3), colors: .grey, opacity: 1)
    let expected: [Float] = [
      0, 0.25, 0.75, 1, 0.5, 0.75, 1.25, 1.5, 1.5, 1.75, 2.25, 2.5, 2, 2.25, 2.75, 3,
    ]
    for (pixel, value) in expected.enumerated() {
      #expect(laid.pixels[pixel * 3] == ColorMap.grey[value / 3].red, "pixel \(pixel)")
    }
  }

  @Test func theWeightOfTheColoursIsTheOpacity() {
    let white = Raster(Tensor(shape: [1, 1, 1]) { $0[0] = 255 })
    let map = Tensor([1], shape: [1, 1])
    let red = ColorMap(name: "red", colors: [Color(red: 200, green: 0, blue: 100)])
    let laid = white.overlaid(with: map, range: .init(low: 0, high: 1), colors: red, opacity: 0.5)
    #expect(laid.pixels == [228, 128, 178])
    // A constant range and what is not finite leave the picture in grey.
    #expect(white.overlaid(with: map, range: .init(low: 1, high: 1), colors: red).pixels == [255, 255, 255])
    let nan = Tensor([.nan], shape: [1, 1])
    #expect(white.overlaid(with: nan, range: .init(low: 0, high: 1), colors: red).pixels == [255, 255, 255])
  }

  @Test(arguments: [[Float](repeating: 2, count: 4), [0, 0, 0, 0], [1, .nan, 2, 3], [.infinity, 0, 0, 0]])
  func aClassMapWithoutPlacesIsNeutral(_ values: [Float]) throws {
    let map = ClassMap(index: 3, label: "cat", score: 0.5, map: Tensor(values, shape: [2, 2]))
    let sheet = ContactSheet(classMaps: [map], on: black, options: .init(features: "relu"), typesetter: boxes)
    for part in ["map", "overlay"] {
      let tile = try #require(sheet.tile(.classMap(3, part: part)))
      #expect(tile.mark != nil && tile.range == nil)
      let corner = sheet.color(x: tile.frame.x, y: tile.frame.y + 3)
      #expect(corner.red == corner.green || corner.red < 240)
    }
    #expect(map.isConstant == (values.allSatisfy { $0 == values[0] && $0.isFinite }))
    // The bar says the one value of a constant map, and that others have none.
    let said = map.isConstant ? shortText(values[0]) : "no finite value"
    #expect(sheet.texts.contains(said))
  }

  @Test func aClassMapIsDrawnOnItsRange() throws {
    let map = ClassMap(index: 1, score: 0.5, map: Tensor([0, 1, 2, 4], shape: [2, 2]))
    let sheet = ContactSheet(classMaps: [map], on: black, options: .init(features: "relu"), typesetter: boxes)
    let tile = try #require(sheet.tile(.classMap(1, part: "map")))
    let half = tile.frame.width / 2
    #expect(tile.range == ValueRange(low: 0, high: 4))
    #expect(sheet.color(x: tile.frame.x + half + 3, y: tile.frame.y + 3) == ColorMap.magma[0.25])
    #expect(sheet.color(x: tile.frame.x + half + 3, y: tile.frame.y + half + 3) == ColorMap.magma[1])
    #expect(sheet.texts.contains { $0.contains("class 1") } && sheet.parameters["classes"] == "1")
  }

  @Test func aSheetOfActivationsLiesOverTheInput() throws {
    let maps = Tensor([0, 8, 0, 6, 0, 4, 0, 2], shape: [2, 2, 2])
    let options = ActivationSheetOptions(colorMap: .grey, zoom: 10, overlay: black)
    let sheet = try ContactSheet(of: maps, scale: .layer, options: options, typesetter: boxes)
    #expect(sheet.tile(.channel(0))?.mark == .dead)
    let tile = try #require(sheet.tile(.channel(1)))
    #expect(tile.frame.width == 40 && tile.frame.height == 40)
    // The corner pixel lies outside the first centre: the map's own corner value, 8 of 8, at 60 %.
    #expect(sheet.color(x: tile.frame.x, y: tile.frame.y) == Color(red: 153, green: 153, blue: 153))
    #expect(sheet.texts.contains { $0.contains("largest values: channel 1 (8)") })
    #expect(sheet.texts.contains { $0.contains("dead: 1 of 2 channels: 0") })
  }

  @Test func smallerRastersAreMeansAndLargerOnesRepeat() {
    let raster = Raster(Tensor([0, 10, 20, 31], shape: [2, 2, 1]))
    #expect(raster.scaled(width: 1, height: 1).pixels == [15, 15, 15])
    let grown = raster.scaled(width: 4, height: 2)
    #expect(stride(from: 0, to: 24, by: 3).map { grown.pixels[$0] } == [0, 0, 10, 10, 20, 20, 31, 31])
  }
}
