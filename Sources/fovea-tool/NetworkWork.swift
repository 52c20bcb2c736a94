import ArgumentParser
import Batch
import Fovea

/// The options every command that shows pictures to a network and writes what came of it has, and the way it begins.
struct NetworkWork: ParsableArguments {
  @OptionGroup var model: ModelOptions
  @OptionGroup var input: InputOptions
  @OptionGroup(title: "Preprocessing") var preprocessing: PreprocessingOptions
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Input") var loading: LoadingOptions
  @OptionGroup(title: "Run") var running: RunOptions

  /// The inputs, and the network that prepares them as asked, which is explained on request; what keeps it from being loaded
  /// ends the program.
  func open() throws -> (inputs: InputList, network: Network) {
    let inputs = try input.pictures()
    let network = try model.network(for: inputs, json: running.json, preprocessing.applied)
    preprocessing.explain(network, inputs, loading.loadOptions)
    return (inputs, network)
  }

  var batchOptions: BatchOptions { running.batchOptions(processors: Parallelism.processors) }
}
