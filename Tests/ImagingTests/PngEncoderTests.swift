import Imaging
import TensorCore
import Testing

@Suite struct PngEncoderTests {
  private let folder = TemporaryFolder()

  /// Rows that repeat, rows of noise, and widths that fill no buffer evenly: libvips reads back what went in.
  @Test(arguments: [(1, 1), (1, 7), (300, 5), (64, 64), (513, 200)], [false, true])
  func pixelsComeBack(_ size: (Int, Int), isPhotographic: Bool) throws {
    let (width, height) = size
    var generator = SeededGenerator(seed: UInt64(width))
    let blocks = (0..<height).map { row in (row / 4) % 3 }
    let noise = (0..<3).map { _ in (0..<width * 3).map { _ in UInt8.random(in: 0...255, using: &generator) } }
    let pixels = blocks.flatMap { noise[$0] }
    let path = folder.file("pixels.png")
    try PngEncoder(compression: 3, isPhotographic: isPhotographic)
      .write(rgb: pixels, width: width, height: height, to: path)
    let back = try Image(contentsOf: path)
    #expect((back.width, back.height, back.channels) == (width, height, 3))
    #expect(try back.tensor().scalars == pixels.map(Float.init))
  }

  /// What differs little from its neighbours is written smaller as a photograph, and comes back.
  @Test func photographsAreWrittenAsDifferences() throws {
    let (width, height) = (200, 100)
    var generator = SeededGenerator(seed: 5)
    let pixels = (0..<width * height * 3).map { place in
      UInt8(place / 3 % width + place / (3 * width) / 2 + Int.random(in: 0...2, using: &generator))
    }
    let (plain, photograph) = (folder.file("plain.png"), folder.file("photograph.png"))
    try PngEncoder(compression: 3).write(rgb: pixels, width: width, height: height, to: plain)
    try PngEncoder(compression: 3, isPhotographic: true)
      .write(rgb: pixels, width: width, height: height, to: photograph)
    #expect(try Image(contentsOf: photograph).tensor().scalars == pixels.map(Float.init))
    #expect(try bytes(of: photograph).count * 4 < bytes(of: plain).count * 3)
  }

  @Test func textIsKeptWhateverItsLetters() throws {
    let path = folder.file("text.png")
    let text = [
      WriteOptions.TextEntry("fovea:input", "Zoë.jpg"), WriteOptions.TextEntry("fovea:scale", "tile"),
    ]
    try PngEncoder(compression: 6, text: text).write(rgb: [1, 2, 3], width: 1, height: 1, to: path)
    let written = try bytes(of: path)
    #expect(written.firstRange(of: Array("iTXtfovea:input\0\0\0\0\0Zoë.jpg".utf8)) != nil)
    #expect(written.firstRange(of: Array("tEXtfovea:scale\0tile".utf8)) != nil)
    #expect(try Image(contentsOf: path).tensor().scalars == [1, 2, 3])
  }

  @Test func aFolderThatIsNotThereIsNamed() {
    #expect(throws: ImagingError.self) {
      try PngEncoder(compression: 6).write(rgb: [0, 0, 0], width: 1, height: 1, to: "/nowhere/at/all.png")
    }
  }
}
