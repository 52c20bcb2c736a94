import ArgumentParser
import Batch
import Fovea
import SystemPackage

struct ConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Write a network or its weights in another format.",
    discussion: """
      OUT's suffix says which: .h5 (a full Keras model), .weights.h5, .keras, .safetensors or .npz. Whatever fovea reads as \
      a network becomes a Keras model where Keras has every layer of it. A file of weights alone goes to .safetensors and \
      .npz as it is, and to all formats when its architecture is named. The preprocessing record goes along, except in .npz.

      EXAMPLES
        fovea convert model.keras model.h5
        fovea convert squeezenet1.1 squeezenet.keras --weights squeezenet_v1.1.safetensors
        fovea convert checkpoint.pth weights.safetensors
      """)

  @OptionGroup var model: ModelOptions

  @Argument(
    help: ArgumentHelp("The file to write.", valueName: "out"), completion: .file())
  var output: String

  @Flag(help: "Replace OUT if it is there.")
  var overwrite = false

  func run() throws {
    let target = FilePath(argument: output)
    guard let format = NetworkFormat(path: target) else {
      throw wrongUsage(
        "\(target.displayed): the suffix is none of .h5, .weights.h5, .keras, .safetensors and .npz")
    }
    if !overwrite, FileFacts.ifPresent(target) != nil {
      throw failed("\(target.displayed): is there already; --overwrite replaces it")
    }
    let count = try saying {
      let network: Network
      do { network = try model.network() } catch ModelFileError.noArchitecture(
        let file, let likely, let exact)
      {
        guard format == .safetensors || format == .npz else {
          throw ModelFileError.noArchitecture(file: file, likely: likely, areExact: exact)
        }
        let weights = try WeightFile(contentsOf: model.weightsPath)
        try weights.copyTensors(to: target, as: format)
        return weights.entries.count
      }
      try network.write(to: target, as: format)
      return network.weights.reduce(0) { $0 + $1.value.count }
    }
    StandardError.line("fovea: \(target.displayed): \(counted(count, "tensor")) written")
  }
}
