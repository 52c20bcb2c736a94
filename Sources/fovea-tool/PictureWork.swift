import ArgumentParser
import Batch
import Fovea
import SystemPackage

/// The options every command that turns pictures into pictures has, and the way they are used.
struct PictureWork: ParsableArguments {
  @OptionGroup var input: InputOptions
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Output") var picture: PictureOptions
  @OptionGroup(title: "Input") var loading: LoadingOptions
  @OptionGroup(title: "Run") var run: RunOptions

  /// Turns every input into one picture.
  ///
  /// - Parameter settings: what `transform` does, in words that differ when its results do.
  func run(_ settings: String, _ transform: @escaping @Sendable (Image) throws -> Image) throws {
    let map = output.map(fileSuffixes: PictureOptions.writableSuffixes)
    try picture.check(against: map)
    let (loadOptions, saveOptions, picture) = (loading.loadOptions, picture.saveOptions, picture)
    let (log, quiet) = (run.logging.logger, run.quiet)
    let batch = Batch(
      inputs: try input.pictures(), outputs: map,
      options: run.batchOptions(processors: Parallelism.processors),
      settings: "fovea \(toolVersion) \(settings) \(saveOptions)",
      files: { [$0.file(suffix: picture.suffix(for: $0))] },
      explain: problem(of:)
    ) { job, outputs in
      log.debug("reading \(job.input.path.displayed)")
      let threads = max(1, Parallelism.processors / job.jobs)
      try Parallelism.limited(to: threads) {
        var image = try Image(contentsOf: job.input.path, options: loadOptions)
        if job.outputs.contains(where: { $0.suffix == "npy" }) { image = try image.inFloats() }
        let result = try transform(image)
        for file in job.outputs {
          try outputs.write(file) { try result.write(to: $0, options: saveOptions) }
        }
      }
      if !quiet, let replacement = picture.replacement(of: job) {
        StandardError.line("fovea: \(job.input.path.displayed): \(replacement)")
      }
      return nil
    }
    try batch.runAsCommand()
  }
}
