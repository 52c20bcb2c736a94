import Imaging
import TensorCore
import TestSupport
import Testing

private func fixture(_ name: String) -> String { repositoryFolder + "/Tests/ImagingTests/Fixtures/" + name }

/// The greatest difference of two pictures of one size, in code values.
private func difference(_ a: Tensor, _ b: Tensor) -> Float {
  guard a.shape.count == b.shape.count else { return .infinity }
  return zip(a.scalars, b.scalars).map { abs($0 - $1) }.max() ?? .infinity
}

@Suite("Pillow makes the same of a picture") struct AgreementWithPillowTests {
  /// Weights are floats here and fixed point there: one code value.
  @Test(
    "resized", arguments: Resampling.allCases,
    [(height: 24, width: 20), (height: 7, width: 83), (height: 130, width: 120)])
  func resized(resampling: Resampling, size: (height: Int, width: Int)) throws {
    let image = try Image(contentsOf: fixture("photo.png"))
      .resized(height: size.height, width: size.width, resampling: resampling)
    let expected = try Tensor(npy: fixture("\(resampling)_\(size.height)x\(size.width).npy"))
    let actual = try image.tensor()
    #expect(actual.shape == expected.shape)
    #expect(difference(actual, expected) <= (resampling == .nearest ? 0 : 1))
  }

  @Test func grayscale() throws {
    let image = try Image(contentsOf: fixture("photo.png")).grayscale()
    #expect(image.channels == 1)
    #expect(difference(try image.tensor(), try Tensor(npy: fixture("grey.npy"))) <= 1)
  }

  @Test("turned upright by EXIF", arguments: 1...8)
  func orientation(_ orientation: Int) throws {
    let image = try Image(contentsOf: fixture("orientation_\(orientation).jpg"))
    let expected = try Tensor(npy: fixture("orientation_\(orientation).npy"))
    #expect(try image.tensor().shape == expected.shape)
    #expect(difference(try image.tensor(), expected) <= 2)
    let folder = TemporaryFolder()
    try image.write(to: folder.file("a.jpg"))
    #expect(difference(try Image(contentsOf: folder.file("a.jpg")).tensor(), expected) <= 8)
  }

  @Test("an animation keeps its pages and timing")
  func animation() throws {
    let image = try Image(contentsOf: fixture("animation.gif"))
    #expect(image.pageCount == 4 && image.height == 10 && image.width == 12)
    let folder = TemporaryFolder()
    for suffix in ["gif", "webp"] {
      try image.resized(height: 20, width: 24).write(to: folder.file("a." + suffix))
      let back = try Image(contentsOf: folder.file("a." + suffix))
      #expect(back.pageCount == 4 && back.height == 20 && back.width == 24, "\(suffix)")
      #expect(back.delays == [100, 200, 300, 400], "\(suffix)")
    }
    let pages = try image.pagesTensor()
    #expect(pages.shape.dimensions.prefix(3) == [4, 10, 12])
    #expect(pages[2, 5, 5, 0] == 120)
  }

  @Test("16 bits are divided by 257, and stay 16 in PNG and TIFF")
  func sixteen() throws {
    let image = try Image(contentsOf: fixture("sixteen.png"))
    #expect(image.pixelType == .uint16)
    #expect(abs(try image.tensor()[20, 10, 0] - Float(610 * 54) / 257) < 1e-3)
    let folder = TemporaryFolder()
    for suffix in ["png", "tiff"] {
      try image.write(to: folder.file("a." + suffix))
      let back = try Image(contentsOf: folder.file("a." + suffix))
      #expect(back.pixelType == .uint16)
      #expect(try back.tensor() == image.tensor())
    }
  }

  @Test("CMYK becomes red, green, blue")
  func cmyk() throws {
    let image = try Image(contentsOf: fixture("cmyk.jpg"))
    #expect(image.channels == 3 && image.width == 83)
    #expect(try image.grayscale().tensor().shape == [61, 83, 1])
  }

  /// Through libvips' own profile of a press: full inks are no pure colours, as they are for Pillow, which subtracts.
  @Test("each ink is the colour it prints, Adobe's inverted JPEG included")
  func inks() throws {
    let pixels = try Image(contentsOf: fixture("inks.jpg")).tensor()
    func colour(_ patch: Int) -> [Float] { (0..<3).map { pixels[8, 16 * patch + 8, $0] } }
    let (paper, cyan, magenta, yellow, black) = (colour(0), colour(1), colour(2), colour(3), colour(4))
    #expect(paper.allSatisfy { $0 > 250 } && black.allSatisfy { $0 < 60 }, "\(paper), \(black)")
    #expect(cyan[0] < 60 && cyan[1] > 120 && cyan[2] > 190, "\(cyan)")
    #expect(magenta[0] > 190 && magenta[1] < 60 && magenta[2] > 90, "\(magenta)")
    #expect(yellow[0] > 220 && yellow[1] > 210 && yellow[2] < 60, "\(yellow)")
  }

  @Test("contain pads around, cover cuts equally")
  func fits() throws {
    let image = try Image(pixels: [UInt8](repeating: 200, count: 40 * 20), height: 40, width: 20, channels: 1)
    let contained = try image.resized(height: 20, width: 20, fit: .contain, padColour: [7]).tensor()
    #expect(contained[10, 4, 0] == 7 && contained[10, 5, 0] == 200)
    #expect(contained[10, 14, 0] == 200 && contained[10, 15, 0] == 7)
    #expect(
      try image.resized(height: 10, width: 30, fit: .cover).tensor()
        == Tensor(repeating: 200, shape: [10, 30, 1]))
  }
}
