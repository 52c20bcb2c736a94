import Foundation
import TestSupport
import Testing

/// Networks from the command line.
///
/// Real weights where the shared data are.
@Suite struct ModelTests {
  static let mnist = SharedData.path("models/keras/mnist_cnn_h5/mnist_cnn.h5")
  let pictures: Pictures
  init() throws {
    pictures = try Pictures()
    try pictures.npy("digit.npy", height: 28, width: 28) { row, column in row == column ? 1 : 0 }
    try pictures.npy("small.npy", height: 5, width: 5)
  }

  func fovea(_ arguments: String...) throws -> Tool.Result {
    Tool.finish(try Tool.start(arguments, in: pictures.folder))
  }

  @Test func aSummaryNeedsNoWeights() throws {
    let result = try fovea("summary", "vgg16", "--json")
    let object = try #require(JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    #expect(object["total_parameters"] as? Int == 138_357_544)
    let layers = try #require(object["layers"] as? [[String: Any]])
    #expect(
      Set(layers[1].keys) == [
        "name", "type", "output_shape", "parameters", "macs", "activation_bytes", "receptive_field", "inputs",
      ])
    #expect(layers[1]["name"] as? String == "block1_conv1" && layers[1]["parameters"] as? Int == 1792)
    #expect(try fovea("models").lines.contains { $0.hasPrefix("vgg16 ") && $0.contains("138,357,544") })
  }

  /// libhdf5 looks for a file of the name it is given, even when it reads from memory.
  @Test func whatElseIsInTheFolderDoesNotMatter() throws {
    let model = repositoryFolder + "/Samples/networks/sobel.h5"
    let alone = try fovea("inspect", model)
    for name in ["fovea", "image", "null"] { try pictures.write(name, Data("no network".utf8)) }
    let crowded = try fovea("inspect", model)
    #expect(alone.status == 0 && crowded.status == 0, "\(crowded.errors)")
    #expect(alone.output == crowded.output)
  }

  @Test func unknownNamesEndWith64AndTheNearest() throws {
    let architecture = try fovea("summary", "vgg61")
    #expect(architecture.status == 64 && architecture.errors.contains("'vgg16'"))
    let weights = try fovea("activations", "vgg16", "digit.npy")
    #expect(weights.status == 64 && weights.errors.contains("--weights"))
    let file = try fovea("summary", "absent.h5")
    #expect(file.status == 1 && file.errors == "fovea: absent.h5: there is no such file\n")
  }

  @Test(arguments: [
    ("vgg16", "224x224, BGR, 0...255 minus 103.939, 116.779, 123.68; resized by stretching (bilinear)"),
    ("mobilenet", "224x224, RGB, 0...255 minus 127.5, then divided by 127.5; "),
    (
      "alexnet-torch",
      "224x224, RGB, 0...255 divided by 255, then minus 0.485, 0.456, 0.406, then divided by "
    ),
  ])
  func preprocessingIsToldInWords(_ model: String, _ words: String) throws {
    #expect(try fovea("summary", model).lines.last?.hasPrefix("Preprocessing: " + words) == true)
  }

  @Test(arguments: [["activations"], ["predict"], ["predict", "--format", "json"]])
  func aModelThatCannotBeLoadedFailsEveryInput(_ command: [String]) throws {
    try pictures.write("broken.h5", Data("no model".utf8))
    let arguments =
      command + ["broken.h5", "digit.npy", "small.npy"] + (command.count == 1 ? ["--json"] : [])
    let result = Tool.finish(try Tool.start(arguments, in: pictures.folder))
    #expect(result.status == 1 && result.errors.filter { $0 == "\n" }.count == 1)
    let objects = try result.lines.map {
      try #require(JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    #expect(objects.map { $0["input"] as? String } == ["digit.npy", "small.npy"])
    for object in objects {
      #expect(object["status"] as? String == "failed" && (object["outputs"] as? [String])?.isEmpty == true)
      #expect((object["error"] as? [String: String])?["kind"] == "weights")
    }
  }

  @Test func sheetsWithoutFontsAreSaidOnce() throws {
    try pictures.write("no-fonts.conf", Data("<fontconfig></fontconfig>".utf8))
    let bank = repositoryFolder + "/Samples/networks/sobel.h5"
    let result = Tool.finish(
      try Tool.start(
        ["filters", bank], in: pictures.folder,
        environment: ["FONTCONFIG_FILE": pictures.folder.path + "/no-fonts.conf"]))
    #expect(result.status == 0)
    #expect(result.errors.components(separatedBy: "no font").count == 2, "\(result.errors)")
  }

  @Test(.enabled(if: SharedData.isPresent))
  func everyLayerIsDrawnDumpedAndTold() throws {
    let result = try fovea("activations", Self.mnist, "digit.npy", "--dump", "npz", "--json")
    #expect(result.status == 0)
    let object = try #require(JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    let layers = try #require(object["layers"] as? [[String: Any]])
    #expect(
      layers.count == 9 && Set(layers[0].keys) == ["name", "shape", "min", "max", "mean", "std", "zero"])
    #expect(layers[0]["name"] as? String == "conv2d_12" && layers[0]["shape"] as? [Int] == [1, 26, 26, 32])
    let files = pictures.tree("Output")
    #expect(files.count == 10 && files.contains("digit.npz") && files.contains("digit/001_conv2d_12.png"))
    #expect((object["outputs"] as? [String])?.count == 10)
  }

  @Test(.enabled(if: SharedData.isPresent))
  func chosenLayersAreCheckedBeforeAnyInput() throws {
    let result = try fovea("activations", Self.mnist, "digit.npy", "--layers", "conv2d_13,conv2d_99")
    #expect(
      result.status == 64 && result.errors.contains("'conv2d_12'") && result.errors.contains("conv2d_99"))
    #expect(pictures.tree("Output").isEmpty)
    #expect(
      try fovea("activations", Self.mnist, "digit.npy", "--layers", "conv2d_13:linear").lines
        == ["Output/digit/003_conv2d_13_linear.png"])
  }

  @Test(.enabled(if: SharedData.isPresent))
  func aWrongShapeFailsItsInputOnly() throws {
    let result = try fovea("activations", Self.mnist, "small.npy", "digit.npy", "--layers", "conv")
    #expect(result.status == 1 && result.errors.contains("[N, 28, 28, 1]") && result.lines.count == 3)
    // A single number: an array of no axes.
    try pictures.write(
      "number.npy",
      Data([0x93] + Array("NUMPY".utf8) + [1, 0, 54, 0])
        + Data("{'descr': '<f4', 'fortran_order': False, 'shape': ()}\n".utf8) + Data(count: 4))
    #expect(try fovea("activations", Self.mnist, "number.npy").status == 1)
  }

  @Test(.enabled(if: SharedData.isPresent))
  func weightsOfAnotherArchitectureAreNamed() throws {
    let result = try fovea("activations", "vgg16", "--weights", Self.mnist, "digit.npy")
    #expect(result.status == 1 && result.errors.contains("block1_conv1"))
    #expect(result.errors.filter { $0 == "\n" }.count == 1)
  }

  @Test(.enabled(if: SharedData.isPresent))
  func kernelsBecomeASheetOfTheModelsName() throws {
    #expect(try fovea("filters", Self.mnist).lines == ["Output/mnist_cnn_conv2d_12.png"])
    #expect(try fovea("filters", Self.mnist, "--layer", "conv2d_13", "-o", "k.png").lines == ["k.png"])
    #expect(try fovea("filters", Self.mnist, "--layer", "flatten_4").status == 64)
  }

  @Test(.enabled(if: SharedData.isPresent))
  func predictionsAreARowAnInput() throws {
    let result = try fovea("predict", Self.mnist, "digit.npy", "--top", "3")
    #expect(result.status == 0 && result.lines.count == 1)
    #expect(result.lines.first?.split(separator: "\t").count == 7)
    #expect(try fovea("predict", Self.mnist, "digit.npy", "--json").output.contains(#""synset":null"#))
  }

  @Test(.enabled(if: SharedData.isPresent))
  func aStyleNetworkWritesItsPicture() throws {
    let candy = SharedData.path("models/onnx/fns_candy/candy.onnx")
    let picture = repositoryFolder + "/Samples/white-rectangle.png"
    let result = try fovea("apply", candy, picture, "-o", "candy.png")
    #expect(result.status == 0 && result.lines == ["candy.png"], "\(result.errors)")
    // A PNG's header: 720 x 720 pixels of 8 bits and three channels.
    let header = [UInt8](try pictures.data("candy.png").prefix(26))
    #expect(header[16...] == [0, 0, 2, 0xD0, 0, 0, 2, 0xD0, 8, 2])
    let classes = try fovea("predict", candy, picture)
    #expect(classes.status == 1 && classes.errors.contains("fovea apply"))
  }
}
