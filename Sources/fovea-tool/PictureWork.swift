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
  /// - Parameters:
  ///   - settings: what `transform` does, in words that differ when its results do.
  ///   - inWorkers: whether processes of their own may run the whole command; else they decode at most.
  func run(
    _ settings: String, inWorkers: Bool = true, _ transform: @escaping @Sendable (Image) throws -> Image
  ) throws {
    var loadOptions = loading.loadOptions
    let saveOptions = picture.saveOptions
    let workers = inWorkers && isolates ? PictureWorkers(decoderSeconds: loading.decoderTimeout) : nil
    if inWorkers { loadOptions.isolation = .inProcess }
    let options = loadOptions
    @Sendable func make(_ request: PictureRequest) throws {
      try Parallelism.limited(to: request.threads) {
        var image = try Image(contentsOf: request.input, options: options)
        if request.outputs.contains(where: { $0.suffix == "npy" }) { image = try image.inFloats() }
        // Kernels are made ready here; pixels are not asked for yet.
        let result = try DecoderWatch.besides { try transform(image) }
        for file in request.outputs { try result.fill(file, options: saveOptions) }
      }
    }
    if PictureServer.isAsked { return PictureServer.serve(make) }
    if inWorkers, isolates, workers == nil, !run.quiet {
      StandardError.line(
        "fovea: this system does not let the program start itself: pictures are decoded in the program, and one that makes a decoder crash or hang ends the run"
      )
    }
    let map = output.map(fileSuffixes: PictureOptions.writableSuffixes)
    try picture.check(against: map)
    let picture = picture
    let (log, quiet) = (run.logging.logger, run.quiet)
    let batch = Batch(
      inputs: try input.pictures(), outputs: map,
      options: run.batchOptions(processors: Parallelism.processors),
      settings: "fovea \(toolVersion) \(settings) \(saveOptions)",
      files: { [$0.file(suffix: picture.suffix(for: $0))] },
      explain: problem(of:)
    ) { job, outputs in
      log.debug("reading \(job.input.path.displayed)")
      let request = PictureRequest(
        input: job.input.path, outputs: try job.outputs.map { try outputs.reserve($0) },
        threads: max(1, Parallelism.processors / job.jobs))
      if let workers { try workers.make(request) } else { try make(request) }
      if !quiet, let replacement = picture.replacement(of: job) {
        StandardError.line("fovea: \(job.input.path.displayed): \(replacement)")
      }
      return nil
    }
    try batch.runAsCommand()
  }

  /// Whether pictures are made in processes of their own: when that is asked for, or one bad picture would end the others.
  private var isolates: Bool {
    if let isolate = loading.isolate { return isolate }
    let inputs = input.inputs
    return inputs.count != 1 || inputs == ["-"]
      || FileFacts.ifPresent(FilePath(argument: inputs[0]))?.kind == .folder
  }
}
