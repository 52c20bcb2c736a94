import TensorCore
import Testing
import Visualization

private func strip(_ values: [Float], _ scale: Scaling = .layer, _ options: ActivationSheetOptions = .init())
  throws
  -> ContactSheet
{
  try ContactSheet(
    of: Tensor(values, shape: [values.count]), scale: scale, options: options, typesetter: boxes)
}

@Suite struct UnitStripTests {
  @Test(arguments: [[10], [1, 10], [1, 1, 10], [1, 1, 1, 10]]) func vectorsOfEveryShapeAreStrips(shape: [Int])
    throws
  {
    let x = Tensor((0..<10).map(Float.init), shape: Shape(shape))
    let sheet = try ContactSheet(of: x, scale: .layer, options: .init(), typesetter: boxes)
    #expect(sheet.tiles.map(\.content) == (0..<10).map { .units([$0]) })
    for (index, tile) in sheet.tiles.enumerated() {
      #expect(sheet.color(x: tile.frame.x + 20, y: tile.frame.y + 20) == ColorMap.viridis[Float(index) / 9])
    }
  }

  @Test(arguments: [1000, 4096, 25_088]) func everyUnitHasItsCell(count: Int) throws {
    let values = (0..<count).map { Float(($0 * 7919) % count) }
    let sheet = try strip(values)
    for tile in sheet.tiles {
      guard case .units(let units) = tile.content else { continue }
      let cell = tile.frame.width / units.count
      for (place, unit) in units.enumerated() {
        let found = sheet.color(x: tile.frame.x + place * cell + cell / 2, y: tile.frame.y + cell / 2)
        #expect(found == ColorMap.viridis[values[unit] / Float(count - 1)])
      }
    }
  }

  @Test func theLargestUnitsAreNamed() throws {
    let sheet = try strip(
      [0.1, 0.7, .nan, 0.2], .layer, .init(title: "predictions", labels: ["ant", "bee", "cat"], listed: 3))
    let place = try #require(sheet.texts.firstIndex { $0.hasPrefix("largest 3 of 4") })
    #expect(Array(sheet.texts[(place + 1)...]) == ["1 bee", "0.7", "3", "0.2", "0 ant", "0.1"])
    #expect(sheet.texts.contains { $0.hasPrefix("not finite") && $0.hasSuffix("(1)") })
  }

  @Test func sortedUnitsKeepTheirIndices() throws {
    let sheet = try strip([1, 5, 3], .symmetric, .init(selection: .init(sort: .max, top: 2)))
    #expect(sheet.tiles.map(\.content) == [.units([1]), .units([2])])
    #expect(sheet.texts.contains { $0.hasPrefix("2 of 3 units (largest max first)") })
    #expect(sheet.colorBar?.range == ValueRange(low: -5, high: 5))
  }

  /// In many runs each unit has its own index under it.
  @Test func manySortedUnitsHaveTheirIndicesUnderThem() throws {
    let values = (0..<300).map { Float(($0 * 7) % 300) }
    let sheet = try strip(values, .layer, .init(selection: .init(sort: .max), listed: 0))
    let order = values.indices.sorted { values[$0] > values[$1] }
    #expect(sheet.tiles.map(\.content) == order.map { .units([$0]) })
    #expect(Array(sheet.texts.suffix(300)) == order.map { "\($0)" })
    let tile = sheet.tiles[299]
    #expect(sheet.color(x: tile.frame.x + 2, y: tile.frame.y + 2) == ColorMap.viridis[0])
  }

  @Test func unitsThatAreZeroOrNotFiniteAreNamed() throws {
    let sheet = try strip([0, 1, .infinity, 0, .nan, 2])
    #expect(sheet.texts.contains("zero: 2 of 6 units: 0, 3"))
    #expect(sheet.texts.contains("not finite: 2 of 6 units: 2, 4"))
  }

  @Test func unitsOfOneValueAreNeutral() throws {
    #expect(try strip([0, 0, 0]).tiles.allSatisfy { $0.mark == .dead })
    #expect(try strip([2, 2, 2]).tiles.allSatisfy { $0.mark == .constant })
    #expect(try strip([.nan, .nan]).colorBar?.range == nil)
    #expect(try strip([4]).tiles.count == 1)
  }

  @Test func aTilesScaleOnUnitsIsTheLayers() throws {
    let sheet = try strip([0, 1], .tile)
    #expect(sheet.colorBar?.range == ValueRange(low: 0, high: 1) && sheet.parameters["scale"] == "layer")
  }
}
