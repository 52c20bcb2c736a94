import ArgumentParser
import Fovea

struct ApplyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "apply",
    abstract: "Run a network whose output is a picture, and save that picture.",
    discussion: """
      Style transfer, autoencoders, denoising, super-resolution: the network's first output, of 1 or 3 channels, is taken \
      to lie as its input does, so the preprocessing is undone (--std 255 for networks of values 0 to 1), rounded and \
      clipped to 0...255.

      EXAMPLES
        fovea apply candy.onnx photo.jpg -o candy.png
        fovea apply autoencoder.keras photos --std 255 -o rebuilt --format png
      """)

  @OptionGroup var model: ModelOptions
  @OptionGroup var work: PictureWork
  @OptionGroup(title: "Preprocessing") var preprocessing: PreprocessingOptions

  func run() throws {
    let network = try saying { try preprocessing.applied(to: model.network()) }
    let record = network.effectivePreprocessing
    let compiled = CompiledSizes(network: network, names: [])
    // A network is compiled once, for all pictures: they are made in this process.
    try work.run("apply \(model.settings) \(record)", inWorkers: false) { image in
      let x = try network.input(from: image)
      let output = try compiled.network(for: x.shape).run(x).layers.first?.output
      guard let output, let picture = try record.picture(showing: output) else {
        throw VisualizationError.notDrawable(
          output?.shape ?? [], expected: "a network whose output is a picture of 1 or 3 channels")
      }
      return picture
    }
  }
}
