import Synchronization
import Testing
import Visualization

@Suite struct LayoutTests {
  @Test(arguments: [
    // count, rows and columns of a map, columns and enlargement of the grid
    (96, 11, 12, 9), (64, 3, 8, 24), (64, 112, 8, 1), (512, 14, 32, 3), (2048, 7, 64, 4), (2, 510, 2, 1),
    (1, 28, 1, 11),
  ])
  func gridsAreNearSquare(count: Int, side: Int, columns: Int, enlargement: Int) {
    let grid = GridLayout(count: count, rows: side, columns: side, captionWidth: 26, captionHeight: 15)
    #expect(grid.columns == columns)
    #expect(grid.magnification == .enlarged(enlargement))
    #expect(grid.count == count)
  }

  @Test(
    arguments: [1, 2, 3, 7, 10, 31, 64, 96, 97, 100, 512, 1000, 2048], [1, 3, 7, 14, 55, 112, 224, 510, 2000])
  func tilesLieApartAndInside(count: Int, side: Int) {
    let grid = GridLayout(count: count, rows: side, columns: side, captionWidth: 26, captionHeight: 15)
    #expect(grid.width <= GridLayout.maximumSide && grid.height <= GridLayout.maximumSide)
    var taken: Set<[Int]> = []
    for index in 0..<grid.count {
      let (tile, caption) = (grid.tile(index), grid.caption(index))
      #expect(tile.x >= 1 && tile.x + tile.width < grid.width && caption.y > tile.y + tile.height - 1)
      #expect(caption.y + caption.height <= grid.height && caption.width >= 26)
      #expect(taken.insert([tile.x, tile.y]).inserted)
      if index % grid.columns > 0 { #expect(tile.x >= grid.tile(index - 1).x + tile.width + 4) }
      if index >= grid.columns {
        #expect(tile.y > grid.caption(index - grid.columns).y + 14)
      }
    }
  }

  @Test func largeMapsAreReducedOnlyWhenTheyMustBe() {
    let vgg = GridLayout(count: 64, rows: 224, columns: 224, captionWidth: 14, captionHeight: 15)
    #expect(vgg.magnification == .enlarged(1))
    let photo = GridLayout(count: 2, rows: 3000, columns: 4000, captionWidth: 14, captionHeight: 15)
    #expect(photo.magnification == .reduced(2) && photo.tileWidth == 2000 && photo.count == 2)
  }

  @Test func whatCannotFitIsLeftOutAndCounted() {
    let grid = GridLayout(count: 1_000_000, rows: 7, columns: 7, captionWidth: 40, captionHeight: 15)
    #expect(grid.count < 1_000_000 && grid.count > 5000)
    #expect(grid.height <= GridLayout.maximumSide)
  }

  @Test func theUsersColumnsAndZoomHold() {
    let grid = GridLayout(
      count: 10, rows: 5, columns: 5, captionWidth: 7, captionHeight: 15, fixedColumns: 3, zoom: 2)
    #expect(grid.columns == 3 && grid.tileWidth == 10 && grid.rows == 4)
  }

  @Test(arguments: [1, 2, 10, 20, 21, 200, 1000, 1001, 4096, 25_088, 200_000])
  func stripsHoldEveryUnitOnce(count: Int) {
    let strip = StripLayout(count: count)
    #expect((0..<strip.blocks).flatMap { strip.units(ofBlock: $0) } == Array(0..<count))
    #expect(strip.width <= GridLayout.maximumSide && strip.height <= GridLayout.maximumSide)
    for block in 1..<max(1, strip.blocks) where strip.block(block).y == strip.block(block - 1).y {
      #expect(strip.block(block).x >= strip.block(block - 1).x + strip.block(block - 1).width + 4)
    }
  }

  /// Units out of order keep apart and have room for their indices.
  @Test(arguments: [1, 20, 21, 64, 201, 1000, 4096, 100_000])
  func captionedStripsHoldEveryUnitOnce(count: Int) {
    let strip = StripLayout(count: count, caption: .init(width: 30, height: 15))
    #expect(strip.count == min(count, strip.count) && strip.count >= min(count, 4096))
    #expect(strip.width <= GridLayout.maximumSide && strip.height <= GridLayout.maximumSide)
    #expect((0..<strip.blocks).flatMap { strip.units(ofBlock: $0) } == Array(0..<strip.count))
    for block in 1..<max(1, strip.blocks) {
      let (frame, before) = (strip.block(block), strip.block(block - 1))
      #expect(
        frame.y == before.y ? frame.x - before.x >= 34 : frame.y - before.y >= frame.height + 15)
    }
  }

  @Test(
    arguments: [
      (0, "0"), (1, "1"), (0.1234, "0.123"), (-4.5, "-4.5"), (9.996, "10"), (1234.5, "1235"), (678, "678"),
      (0.001, "0.001"), (0.00012, "1.2e-04"), (1.234e-7, "1.23e-07"), (1.5e9, "1.5e+09"), (.infinity, "inf"),
      (-.infinity, "-inf"), (.nan, "NaN"), (.greatestFiniteMagnitude, "3.4e+38"),
      (.leastNonzeroMagnitude, "1.4e-45"),
    ] as [(Float, String)])
  func numbersAreShort(number: Float, expected: String) { #expect(shortText(number) == expected) }

  @Test func aLongRunDoesNotKeepEveryLineItHasDrawn() {
    let drawn = Atomic(0)
    let counting = Typesetter { text, size in
      if text == "|mean|" { drawn.add(1, ordering: .relaxed) }
      let width = text.count * size
      return LineMask(
        width: width, height: size, coverage: [UInt8](repeating: 255, count: width * size))
    }
    for _ in 0..<3 { _ = counting.mask("mean", size: 11) }
    #expect(drawn.load(ordering: .relaxed) == 1)
    // A thousand lines of ten kilobytes each: what was drawn before them is drawn anew.
    for line in 0..<1000 {
      _ = counting.mask("layer \(line): " + String(repeating: "x", count: 60), size: 12)
    }
    _ = counting.mask("mean", size: 11)
    #expect(drawn.load(ordering: .relaxed) == 2)
  }

  @Test func whatStandsBetweenMiddleDotsStaysTogether() {
    // A character is 6 pixels wide at size 10.
    let lines = boxes.wrapped("mean 1.5 · std 0.25 · zero 0%", size: 10, width: 6 * 24)
    #expect(lines == ["mean 1.5 · std 0.25 ·", "zero 0%"])
    #expect(
      boxes.wrapped("mean 1.5 · a very long part indeed", size: 10, width: 60).allSatisfy { $0.count <= 10 })
  }

  @Test func typeIsWrappedBetweenWords() {
    #expect(boxes.wrapped("aa bb cc", size: 10, width: 30) == ["aa bb", "cc"])
    #expect(boxes.wrapped("abcdefghij", size: 10, width: 30).joined() == "abcdefghij")
    #expect(boxes.wrapped("", size: 10, width: 30).isEmpty)
    #expect(boxes.mask("12", size: 10)?.width == 12 && boxes.lineHeight(10) == 15)
  }
}
