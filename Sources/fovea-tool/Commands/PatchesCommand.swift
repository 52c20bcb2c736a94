import ArgumentParser
import Batch
import Fovea
import Synchronization
import SystemPackage

struct PatchesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "patches",
    abstract: "Find what excites the channels of a network: the strongest patches of many pictures.",
    discussion: """
      A sheet a layer, <NNN>_<layer>.png: for every channel the pieces of the pictures it answers most to, the receptive \
      field outlined, and patches.csv with every find. Pictures are streamed; only values and places are kept. An \
      interrupted run is taken up again with --resume.

      EXAMPLES
        fovea patches model.h5 photos --layers conv5
        fovea patches squeezenet1.1 --weights squeezenet.h5 photos --layers conv --top 9 -o excites --resume
      """)

  @OptionGroup var given: NetworkWork
  @OptionGroup var layers: LayerOptions

  @Option(help: ArgumentHelp("Channels to show, such as 0,3,8-15 (default: all).", valueName: "list"))
  var channels: String?

  @Option(help: ArgumentHelp("How many patches a channel.", valueName: "k"))
  var top = 9

  @OptionGroup var labels: LabelOptions

  @OptionGroup var remark: NoteOption

  func validate() throws {
    if !(1...64).contains(top) { throw ValidationError("--top is between 1 and 64, not \(top)") }
  }

  func run() throws {
    let wanted: [Int]?
    do throws(VisualizationError) {
      wanted = try channels.map { (text) throws(VisualizationError) in try [Int](parsingChannels: text) }
    } catch { throw wrongUsage("--channels: \(error)") }
    let listed = try labels.given()
    let (inputs, network) = try given.open()
    let recorded = try layers.recorded(of: network.graph)
    let compiled = CompiledSizes(network: network, names: recorded.map(\.name))
    let loading = given.loading.loadOptions
    let folder = FilePath(argument: given.output.output)
    let state = folder.appending(".fovea-patches")
    let settings =
      "\(toolVersion) \(given.model.settings) \(recorded.map(\.name)) \(top) \(network.effectivePreprocessing)"
    var start = PatchSearch(count: top)
    if given.running.resume, FileFacts.ifPresent(state) != nil {
      if let earlier = PatchSearch(text: try saying { try text(of: state) }, settings: settings) {
        start = earlier
        if !given.running.quiet {
          StandardError.line("fovea: taken up after \(earlier.pictures.count) pictures")
        }
      } else {
        StandardError.line("fovea: \(state.displayed) is of another run: begun anew")
      }
    }
    let known = Set(start.pictures)
    let thresholds = Thresholds(start.strongest.thresholds)
    let saver = Saver(state: state, settings: settings)
    let drawing = PatchDrawing(
      network: network, loading: loading, channels: wanted, model: given.model.title, note: remark.note,
      labels: ClassLabels.names(listed, of: network).map(\.label))
    let work = FolderWork<PatchPart, PatchSearch>(
      inputs: inputs, options: given.batchOptions, folder: folder,
      files: recorded.map { $0.fileStem + given.output.suffix + ".png" } + [
        "patches\(given.output.suffix).csv"
      ])
    let met = Counter()
    try work.run(from: start) { job in
      let identity = PictureIdentity(job.input)
      if known.contains(identity) {
        met.add()
        return PatchPart(picture: identity, peaks: nil)
      }
      let x = try network.input(contentsOf: job.input.path, options: loading)
      guard x.shape[0] == 1 else { throw VisualizationError.severalSamples(x.shape[0]) }
      let peaks = PicturePeaks(of: x, in: try compiled.network(for: x.shape), above: thresholds.values)
      return PatchPart(picture: identity, peaks: peaks)
    } add: { search, part, _ in
      guard let peaks = part.peaks else { return }
      search.add(peaks, from: part.picture)
      thresholds.values = search.strongest.thresholds
      saver.saveNowAndThen(search)
    } write: { search, outputs in
      guard met.count == known.count else { throw OtherPictures(state: state) }
      // What the search has found outlives an interruption of the drawing.
      saver.save(search)
      try drawing.write(search, work.files.map { folder.appending($0) }, &outputs)
      saver.remove()
    }
  }
}

/// What one picture adds; no peaks when it was part of an earlier run.
private struct PatchPart: Sendable {
  let picture: PictureIdentity
  let peaks: PicturePeaks?
}

private struct OtherPictures: Error, CustomStringConvertible {
  let state: FilePath

  var description: String {
    "some pictures of the run to be taken up are no longer among the inputs or have changed: remove "
      + "\(state.displayed) to begin anew"
  }
}

/// What a new picture has to exceed: may lag behind, then a peak too many is looked at.
private final class Thresholds: Sendable {
  private let stored: Mutex<[[Float]]>

  init(_ values: [[Float]]) { stored = Mutex(values) }

  var values: [[Float]] {
    get { stored.withLock { $0 } }
    set { stored.withLock { $0 = newValue } }
  }
}

private final class Counter: Sendable {
  private let stored = Mutex(0)

  func add() { stored.withLock { $0 += 1 } }

  var count: Int { stored.withLock { $0 } }
}

/// Keeps the search on disk, every few seconds.
private final class Saver: Sendable {
  private let state: FilePath
  private let settings: String
  /// When it was saved last; at once after the first picture.
  private let last = Mutex<ContinuousClock.Instant?>(nil)

  init(state: FilePath, settings: String) {
    self.state = state
    self.settings = settings
  }

  func saveNowAndThen(_ search: PatchSearch) {
    let isDue = last.withLock { last in
      if let last, ContinuousClock.now - last <= .seconds(5) { return false }
      last = .now
      return true
    }
    if isDue { save(search) }
  }

  func save(_ search: PatchSearch) {
    do {
      try Transaction.writing(replacing: true) { outputs in
        try outputs.write(state) { try writeText(search.text(settings: settings), to: $0) }
      }
    } catch {
      StandardError.line(
        "fovea: \(state.displayed) cannot be written, an interrupted run will begin anew: \(error)")
    }
  }

  func remove() { _ = state.withPlatformString { removeFile($0) } }
}
