import Foundation
import TestSupport
import Testing

/// How pictures are prepared is told where it is asked for, with what that does to the values.
@Suite struct PreprocessingTests {
  let pictures: Pictures
  /// A kernel of 3 x 3 on grey pictures of 512 x 512.
  private let network = repositoryFolder + "/Samples/networks/sobel.h5"
  /// 128 x 128, black and white: 95.625 on average.
  private let picture = repositoryFolder + "/Samples/white-rectangle.png"
  init() throws { pictures = try Pictures() }

  private func explained(_ options: String...) throws -> Tool.Result {
    let arguments =
      ["activations", network, picture, "--layers", "sobel", "--explain-preprocessing", "--quiet"]
    return Tool.finish(try Tool.start(arguments + options, in: pictures.folder))
  }

  @Test func rangesAreToldBeforeAndAfter() throws {
    let plain = try explained("-o", "plain")
    #expect(plain.status == 0)
    #expect(plain.errors.contains("128x128 to 512x512, grey, 0...255; resized by stretching (bilinear)\n"))
    #expect(plain.errors.contains("\n  before: grey 0.0...255.0, mean 95.625\n"), "\(plain.errors)")
    #expect(plain.errors.contains("\n  after: grey 0.0...255.0, mean 95.625\n"), "\(plain.errors)")
    let moved = try explained("--mean", "100", "--std", "2", "-o", "moved")
    #expect(moved.errors.contains("grey, 0...255 minus 100, then divided by 2;"), "\(moved.errors)")
    #expect(moved.errors.contains("\n  after: grey -50.0...77.5, mean -2.1875\n"), "\(moved.errors)")
    #expect(!plain.errors.contains("warning") && !moved.errors.contains("warning"))
  }

  @Test func anArrayGoesInAsItIs() throws {
    try pictures.npy("a.npy", height: 512, width: 512) { row, _ in row == 0 ? -1 : 1 }
    let result = Tool.finish(
      try Tool.start(
        ["activations", network, "a.npy", "--explain-preprocessing", "--quiet"], in: pictures.folder))
    #expect(result.errors.contains("a.npy: an array, which goes in as it is\n  values: "), "\(result.errors)")
    #expect(result.errors.contains("-1.0...1.0"), "\(result.errors)")
  }

  /// Caffe's: `[C, H, W]`, here 0 above and 100 below; the picture is stretched to its size.
  @Test func aMeanImageIsSubtractedPlaceByPlace() throws {
    try mean("mean.npy", side: 512) { row in row < 256 ? 0 : 100 }
    let result = try explained("--mean", "mean.npy", "-o", "mean", "--dump", "npz")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.errors.contains("grey, 0...255 minus a mean image of 512x512"), "\(result.errors)")
    #expect(result.errors.contains("\n  after: grey -100.0...255.0, mean 45.625\n"), "\(result.errors)")
  }

  @Test func aMeanImageThatDoesNotFitIsRefused() throws {
    try mean("small.npy", side: 4) { _ in 1 }
    let small = try explained("--mean", "small.npy", "-o", "s")
    #expect(small.status == 1, "\(small.errors)")
    #expect(
      small.errors.contains("a mean image of [4, 4, 1] for pictures of [512, 512, 1]"), "\(small.errors)")
    let binaryproto = repositoryFolder + "/Tests/WeightFilesTests/Fixtures/damage/mean.binaryproto"
    let coloured = try explained("--mean", binaryproto, "-o", "c")
    #expect(
      coloured.status == 1 && coloured.errors.contains("a mean image of [4, 4, 3]"), "\(coloured.errors)")
    try pictures.write("text.npy", Data("104 117 123".utf8))
    #expect(try explained("--mean", "text.npy", "-o", "t").status != 0)
    #expect(try explained("--mean", "absent.npy", "-o", "t").status != 0)
  }

  @Test func anOutputThatIsNoRowOfClassesIsRefused() throws {
    let result = Tool.finish(try Tool.start(["predict", network, picture], in: pictures.folder))
    #expect(result.status == 1 && result.output.isEmpty)
    #expect(
      result.errors.contains(
        "the output 'sobel' is [1, 510, 510, 2], not a number for each class; fovea apply"),
      "\(result.errors)")
  }

  @Test(.enabled(if: SharedData.isPresent)) func predictionsSayHowPicturesWerePrepared() throws {
    let digits = SharedData.path("models/keras/mnist_cnn_h5/mnist_cnn.h5")
    let table = Tool.finish(
      try Tool.start(
        ["predict", digits, picture, repositoryFolder + "/Samples/digits.png"], in: pictures.folder))
    let words = "28x28, grey, 0...255; resized by stretching (bilinear)"
    #expect(table.errors.components(separatedBy: "Preprocessing: \(words)\n").count == 2, "\(table.errors)")
    let quiet = Tool.finish(try Tool.start(["predict", digits, picture, "--quiet"], in: pictures.folder))
    #expect(quiet.status == 0 && quiet.errors.isEmpty && quiet.lines.count == 1)
    let json = Tool.finish(try Tool.start(["predict", digits, picture, "--json"], in: pictures.folder))
    let object = try #require(JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    #expect(object["preprocessing"] as? String == words && object["predictions"] is [Any])
  }

  private func mean(_ name: String, side: Int, _ value: (Int) -> Float) throws {
    try pictures.npy(name, height: side, width: side) { row, _ in value(row) }
    var data = try pictures.data(name)
    let (old, new) = (Data("(\(side), \(side)), }   ".utf8), Data("(1, \(side), \(side)), }".utf8))
    let place = try #require(data.range(of: old))
    data.replaceSubrange(place, with: new)
    try pictures.write(name, data)
  }
}
