import Imaging
import SystemPackage
import TensorCore
import TestSupport
import Testing

/// A picture of `channels` smooth ramps that differ.
func ramp(height: Int, width: Int, channels: Int) -> [UInt8] {
  (0..<height * width * channels).map { index in
    let (pixel, channel) = (index / channels, index % channels)
    let (y, x) = (pixel / width, pixel % width)
    return UInt8((x * 255 / max(1, width - 1) * (channel + 1) + y * 3 * (3 - channel % 3)) % 256)
  }
}

@Suite("Pictures to files and back") struct RoundTripTests {
  @Test(
    "lossless formats give back every value",
    arguments: ["png", "tiff", "npy"], [1, 2, 3, 4])
  func lossless(suffix: String, channels: Int) throws {
    let folder = TemporaryFolder()
    let pixels = ramp(height: 13, width: 17, channels: channels)
    let image = try Image(pixels: pixels, height: 13, width: 17, channels: channels)
    try image.write(to: folder.file("a.\(suffix)"))
    let back = try Image(contentsOf: folder.file("a.\(suffix)"))
    #expect(back.channels == channels && back.width == 17 && back.height == 13 && back.pageCount == 1)
    let tensor = try back.tensor()
    #expect(tensor.shape == [13, 17, channels])
    #expect(tensor.scalars == pixels.map(Float.init))
    #expect(folder.names == ["a.\(suffix)"])
  }

  /// On one thread libvips asks for squares of 128 rows, one beside the other, of what comes after the resampling.
  @Test("a tall file shrinks on one thread as on all", arguments: Fit.allCases)
  func shrunkOnOneThread(fit: Fit) throws {
    let folder = TemporaryFolder()
    let pixels = ramp(height: 1300, width: 900, channels: 3)
    let path = folder.file("tall.jpg")
    try Image(pixels: pixels, height: 1300, width: 900, channels: 3).write(to: path)
    func shrunk() throws -> Tensor {
      try Image(contentsOf: path).resized(height: 259, width: 259, fit: fit, resampling: .linear).tensor()
    }
    let expected = try shrunk()
    let found = try Parallelism.limited(to: 1) { try shrunk() }
    #expect(found.shape == [259, 259, 3])
    #expect(found == expected)
  }

  @Test("JPEG and WebP come back close", arguments: ["jpg", "webp"])
  func lossy(suffix: String) throws {
    let folder = TemporaryFolder()
    let pixels = (0..<32 * 48 * 3).map { (index: Int) -> UInt8 in UInt8(60 + 4 * (index / 144)) }
    try Image(pixels: pixels, height: 32, width: 48, channels: 3).write(to: folder.file("a." + suffix))
    let back = try Image(contentsOf: folder.file("a." + suffix)).tensor()
    #expect(zip(back.scalars, pixels).allSatisfy { abs($0 - Float($1)) < 6 })
  }

  @Test("floats are rounded and clipped in 8 bits, kept in TIFF and npy")
  func floats() throws {
    let folder = TemporaryFolder()
    let values: [Float] = [-3.5, 0.49, 0.5, 127.5, 254.6, 300]
    let image = try Image(tensor: Tensor(values, shape: [2, 3]))
    for suffix in ["png", "tiff", "npy"] { try image.write(to: folder.file("a." + suffix)) }
    #expect(try Image(contentsOf: folder.file("a.png")).tensor().scalars == [0, 0, 1, 128, 255, 255])
    #expect(try Image(contentsOf: folder.file("a.tiff")).tensor().scalars == values)
    #expect(try Image(contentsOf: folder.file("a.npy")).tensor().scalars == values)
  }

  @Test("equal pictures with text give equal bytes, and the text is in the file")
  func text() throws {
    let folder = TemporaryFolder()
    let image = try Image(pixels: ramp(height: 8, width: 8, channels: 3), height: 8, width: 8, channels: 3)
    let options = WriteOptions(text: [.init("fovea:layer", "block1_conv1"), .init("fovea:scale", "tile")])
    try image.write(to: folder.file("a.png"), options: options)
    try image.write(to: folder.file("b.png"), options: options)
    let a = try bytes(of: folder.file("a.png"))
    #expect(try a == bytes(of: folder.file("b.png")))
    #expect(a.firstRange(of: Array("zTXtfovea:layer\0".utf8)) != nil)
  }

  @Test("a picture can be read as often as one likes")
  func twice() throws {
    let folder = TemporaryFolder()
    let pixels = ramp(height: 300, width: 20, channels: 3)
    try Image(pixels: pixels, height: 300, width: 20, channels: 3).write(to: folder.file("a.png"))
    let image = try Image(contentsOf: folder.file("a.png"))
    #expect(try image.tensor() == image.tensor())
    #expect(try image.grayscale().tensor().shape == [300, 20, 1])
  }

  @Test("text is drawn with markup characters as they are")
  func drawnText() throws {
    let mask = try Image.text("conv1 <&> 96", size: 14)
    #expect(mask.pixels.count == mask.height * mask.width && mask.height > 6 && mask.width > 40)
    #expect(mask.pixels.contains { $0 > 200 })
    #expect(try Image.text("", size: 14).pixels.isEmpty)
  }
}
