import Testing
import Visualization

@Suite struct ColorMapTests {
  /// 1,001 values from 0 to 1 through matplotlib's maps of the same names.
  @Test(arguments: [("viridis", 0), ("magma", 1), ("inferno", 2), ("cividis", 3), ("diverging", 4)])
  func mapsAreMatplotlibs(name: String, row: Int) throws {
    let expected = try fixture("colormaps.npy")
    let map = try #require(ColorMap.named(name))
    for step in 0...1000 {
      let color = map[Float(Double(step) / 1000)]
      let found = [color.red, color.green, color.blue].map(Float.init)
      // A value on the edge of two entries may fall on either side in 32 bits.
      let near = (0..<3).allSatisfy { abs(found[$0] - expected[row, step, $0]) <= 4 }
      #expect(near, "\(name) at \(step)/1000: \(found)")
    }
  }

  @Test func theDivergingMapHasANeutralMiddle() {
    let middle = ColorMap.diverging[0.5]
    #expect(ColorMap.diverging.colors.count == 255)
    #expect(middle.red == middle.green && middle.green == middle.blue)
  }

  @Test(arguments: ColorMap.all) func whatLiesOutsideTakesTheEnds(map: ColorMap) {
    #expect(
      map[-1] == map.colors.first && map[-.infinity] == map.colors.first && map[.nan] == map.colors.first)
    #expect(map[1] == map.colors.last && map[2] == map.colors.last && map[.infinity] == map.colors.last)
  }

  @Test func mapsAreFoundByTheNamesOfOtherTools() {
    #expect(ColorMap.named("Gray") == .grey)
    #expect(ColorMap.named("RdBu_r") == .diverging)
    #expect(ColorMap.named("jet") == nil)
  }

  @Test func greyRunsThroughAllLevels() {
    #expect(ColorMap.grey[0].red == 0 && ColorMap.grey[1].red == 255 && ColorMap.grey[0.5].red == 128)
  }
}
