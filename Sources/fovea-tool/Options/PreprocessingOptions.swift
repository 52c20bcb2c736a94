public import ArgumentParser
import Batch
public import Fovea
import SystemPackage

/// How pictures are prepared, where it is not what the file or the architecture says.
struct PreprocessingOptions: ParsableArguments {
  enum Preset: String, ExpressibleByArgument, CaseIterable { case caffe, tf, torch, none }

  @Option(
    help: ArgumentHelp(
      "caffe (BGR minus the ImageNet mean), tf (x / 127.5 - 1), torch (ImageNet mean and deviation) or none (0 to 255). Default: the model's own.",
      valueName: "preset"))
  var preprocessing: Preset?

  @Option(help: ArgumentHelp("Width x height of the network's input.", valueName: "WxH"))
  var inputSize: PixelSize?

  @Option(
    help: ArgumentHelp("How pictures are brought to that size: stretch, contain or cover.", valueName: "fit"))
  var fit: Fit?

  @Option(help: ArgumentHelp("What contain pads with.", valueName: "colour"))
  var padColour: PadColour?

  @Option(help: ArgumentHelp("rgb or bgr.", valueName: "order"))
  var channelOrder: Preprocessing.ChannelOrder?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Subtracted: one number, one a channel (104,117,123), or Caffe's mean image (.binaryproto, .npy).",
      valueName: "m"), completion: .file())
  var mean: Mean?

  @Option(help: ArgumentHelp("Divided by, after the mean; 255 makes 0 to 1 of code values.", valueName: "s"))
  var std: Numbers?

  @Flag(help: "Print how each input is prepared, with its ranges before and after, on standard error.")
  var explainPreprocessing = false

  func validate() throws {
    if let std, std.values.contains(0) { throw ValidationError("--std: nothing can be divided by 0") }
    if padColour != nil, fit != .contain { throw ValidationError("--pad-colour goes with --fit contain") }
  }

  /// The network with the pictures prepared as asked.
  func applied(to network: Network) throws -> Network {
    var record = network.effectivePreprocessing
    let (height, width) = (record.height, record.width)
    switch preprocessing {
    case .caffe: record = .caffe(height: height, width: width)
    case .tf: record = .tf(height: height, width: width)
    case .torch: record = .torch(height: height, width: width)
    case Preset.none?:
      (record.scale, record.mean, record.meanImage, record.deviation) = (1, [0], nil, [1])
    case nil: break
    }
    if let inputSize { (record.height, record.width) = (inputSize.height, inputSize.width) }
    switch fit {
    case .stretch: record.fit = .stretch
    case .contain: record.fit = .contain(padColour: (padColour ?? .black).levels.map { Float($0) })
    case .cover: record.fit = .cover(shortSide: nil)
    case nil: break
    }
    if let channelOrder { record.channelOrder = channelOrder }
    switch mean {
    case .numbers(let numbers): (record.mean, record.meanImage) = (numbers.values, nil)
    case .image(let path): record.meanImage = try MeanImage(contentsOf: FilePath(argument: path))
    case nil: break
    }
    if let std { record.deviation = std.values }
    guard record != network.effectivePreprocessing else { return network }
    var graph = network.graph
    if let inputSize { graph = try graph.takingInput(height: inputSize.height, width: inputSize.width) }
    return try Network(graph: graph, weights: network.weights, preprocessing: record)
  }
}

/// What `--mean` subtracts.
enum Mean: ExpressibleByArgument {
  case numbers(Numbers)
  /// The path of a mean image.
  case image(String)

  init?(argument: String) {
    if let numbers = Numbers(argument: argument) {
      self = .numbers(numbers)
    } else {
      // What looks like numbers is meant as numbers.
      guard argument.contains(where: \.isLetter) else { return nil }
      self = .image(argument)
    }
  }
}

/// Numbers separated by commas.
struct Numbers: ExpressibleByArgument {
  let values: [Float]

  init?(argument: String) {
    let numbers = argument.split(separator: ",", omittingEmptySubsequences: false).map { Float($0) }
    values = numbers.compactMap { $0 }
    guard values.count == numbers.count, values.count == 1 || values.count == 3, values.allSatisfy(\.isFinite)
    else {
      return nil
    }
  }
}

extension Preprocessing.ChannelOrder: ExpressibleByArgument {}
