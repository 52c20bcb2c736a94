import Testing
import Visualization

@Suite struct ColorMapTests {
  @Test func diverging() {
    #expect(ColorMap.diverging.colors.count == 255)
  }
}
