import Batch
import Foundation
import Fovea
import Reports
import Synchronization
import SystemPackage

/// What `report` does: pages while the pictures are worked on, and at the end the index over those that are whole.
struct ReportWork: Sendable {
  private let network: Network
  private let report: PictureReport
  private let settings: ReportSettings
  private let map: OutputMap
  /// The page all lead from, or the single file.
  private let index: FilePath
  private let isSingleFile: Bool
  private let loading: LoadOptions
  private let running: RunOptions
  private let compiled: CompiledSizes

  init(
    network: Network, settings: ReportSettings, output: OutputOptions, isSingleFile: Bool,
    loading: LoadOptions,
    running: RunOptions
  ) throws {
    self.network = network
    self.settings = settings
    self.isSingleFile = isSingleFile
    self.loading = loading
    self.running = running
    map = output.map(fileSuffixes: isSingleFile ? ["html", "htm"] : [], below: "pictures")
    index =
      if case .file(let file) = map.destination { file } else { (map.folder ?? "").appending("index.html") }
    report = try PictureReport(network, settings)
    compiled = CompiledSizes(network: network, names: report.recordedNames)
  }

  func run(_ inputs: InputList, settings text: String) throws {
    let replacing = running.overwrite || running.resume
    if !running.dryRun {
      try saying {
        try checkFree(
          isSingleFile ? [index] : [index, index.folder.appending("pages.js")], replacing: replacing)
      }
    }
    if isSingleFile, !running.dryRun {
      try saying {
        try withScratchFile(beside: index) { path in
          try run(inputs, text, ReportSpool(path), replacing: replacing)
        }
      }
    } else {
      try run(inputs, text, nil, replacing: replacing)
    }
  }

  private func run(_ inputs: InputList, _ text: String, _ spool: ReportSpool?, replacing: Bool) throws {
    let contents = ReportContents()
    let hasOneFolder = inputs.arguments.count == 1
    let quiet = running.quiet
    let batch = Batch(
      inputs: inputs, outputs: map, options: running.batchOptions(processors: Parallelism.processors),
      settings: text, files: files, explain: problem(of:),
      result: { outcome in quiet || isSingleFile ? [] : firstOutput(outcome) },
      inOrder: { contents.add($0, card: card) }
    ) { job, outputs in
      try Parallelism.limited(to: max(1, Parallelism.processors / job.jobs)) {
        try page(job, &outputs, spool, hasOneFolder: hasOneFolder)
      }
    }
    let counts = try batch.runCounting()
    if !running.dryRun { try saying { try writeIndex(contents, spool, replacing: replacing) } }
    try batch.conclude(counts)
  }

  /// A page, then what lies beside it; a single file has none of its own.
  @Sendable private func files(_ target: OutputTarget) -> [FilePath] {
    isSingleFile
      ? [] : [target.subfolder.appending("index.html"), target.subfolder.appending("picture.json")]
  }

  /// The page alone; its pictures would be hundreds of lines.
  private func firstOutput(_ outcome: Outcome) -> [UInt8] {
    let page = outcome.outputs.first { $0.lastComponent?.string == "index.html" }
    guard let page else { return [] }
    return Batch.listOutputs(
      Outcome(
        input: outcome.input, outputs: [page], status: outcome.status, problem: nil, seconds: 0, details: nil)
    )
  }

  // MARK: Pages

  private func page(
    _ job: Batch.Job, _ outputs: inout Transaction, _ spool: ReportSpool?, hasOneFolder: Bool
  ) throws -> ReportedPicture {
    let x = try network.input(contentsOf: job.input.path, options: loading)
    guard x.shape.rank == 0 || x.shape[0] == 1 else { throw VisualizationError.severalSamples(x.shape[0]) }
    let compiled = try compiled.network(for: x.shape)
    let range = settings.scale == .model ? compiled.recordedRange(x) : nil
    let name = name(of: job.input.place, hasOneFolder: hasOneFolder)
    if let spool {
      let (page, sink) = try withSideThread(isUsed: Parallelism.threads > 1) { side in
        var sink = SpoolSink(spool, beside: side) { [folder = index.folder] name, body in
          try withScratchFile(beside: folder.appending(name), body)
        }
        let page = try report.page(
          for: x, at: .init(name: name, address: "#", folder: "", up: nil), compiled: compiled,
          modelRange: range, sink: &sink)
        return (page, sink)
      }
      check(page)
      return ReportedPicture(page, fragment: try sink.fragment(page.html))
    }
    let folder = job.target.subfolder
    let below = FilePath(root: nil, folder.components.dropFirst(map.folder?.components.count ?? 0))
    let address = relativeAddress(below.bytes) + "/"
    let page = try withSideThread(isUsed: Parallelism.threads > 1) { side in
      var sink = FolderSink(folder: folder, side: side, outputs: outputs)
      defer { outputs = sink.outputs }
      return try report.page(
        for: x,
        at: .init(
          name: name, address: address + "index.html", folder: address,
          up: String(repeating: "../", count: below.components.count)),
        compiled: compiled, modelRange: range, sink: &sink)
    }
    check(page)
    let record = PictureFile(card: page.card, facts: page.facts)
    try outputs.write(folder.appending("picture.json")) {
      try writeText(String(decoding: jsonLine(record), as: UTF8.self), to: $0)
    }
    // Last: a page that is there has all its pictures.
    try outputs.write(folder.appending("index.html")) { try writeText(page.html, to: $0) }
    return ReportedPicture(page, fragment: nil)
  }

  /// What the picture is called on its page: its place below the folder the user named, if that is all there is.
  private func name(of place: FilePath, hasOneFolder: Bool) -> String {
    guard hasOneFolder, place.components.count > 1 else { return place.text }
    return FilePath(root: nil, place.components.dropFirst()).text
  }

  private func check(_ page: PictureReport.Page) {
    if page.lacksText { SheetText.saysThereIsNone() }
  }

  /// What an earlier run noted of a page that is left as it is.
  private func card(_ outputs: [FilePath]) -> PictureCard? {
    guard let path = outputs.first(where: { $0.lastComponent?.string == "picture.json" }) else { return nil }
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    do { return try decoder.decode(PictureFile.self, from: Data(text(of: path).utf8)).card } catch {
      return nil
    }
  }

  // MARK: Index

  private func writeIndex(_ contents: ReportContents, _ spool: ReportSpool?, replacing: Bool) throws {
    let (pictures, failures) = contents.all
    guard !pictures.isEmpty else { return }
    var cards = pictures.map(\.card)
    if isSingleFile { for place in cards.indices { cards[place].address = "#p\(place + 1)" } }
    let page = IndexPage(report, pictures: cards.count)
    try Transaction.writing(replacing: replacing) { outputs in
      let path = try outputs.reserve(index)
      let file = try FileDescriptor.open(path, .writeOnly, options: [.truncate, .closeOnExec])
      try file.closeAfter {
        func put(_ text: String) throws { try file.writeAll(text.utf8) }
        try put(page.head)
        for (order, card) in cards.enumerated() {
          let picture = card.thumbnail.flatMap { pictures[order].fragment?.pictures[$0.source] }
          let inlined = try picture.flatMap { try spool?.bytes($0) }.map {
            String(decoding: $0, as: UTF8.self)
          }
          try put(page.card(card, order: order, thumbnail: inlined))
        }
        try put(page.tail(failures: failures, isAlone: spool == nil))
        guard let spool else { return }
        for (picture, card) in zip(pictures, cards) {
          let (before, after) = page.template(card)
          try put(before)
          for chunk in picture.fragment?.chunks ?? [] { try file.writeAll(spool.bytes(chunk)) }
          try put(after)
        }
        try put(page.singleTail)
      }
      guard spool == nil else { return }
      try outputs.write(index.folder.appending("pages.js")) { try writeText(IndexPage.steps(cards), to: $0) }
    }
    if !running.quiet, !running.json { StandardOutput.write(index.bytes + [UInt8(ascii: "\n")]) }
  }
}

/// Puts a page's pictures into its folder.
private struct FolderSink: PictureSink {
  let folder: FilePath
  let side: SideThread
  var outputs: Transaction

  mutating func picture(
    _ name: String, _ write: @escaping @Sendable (FilePath) throws -> Void
  ) throws -> String {
    let path = try outputs.reserve(folder.appending(name))
    try side.start { try Parallelism.limited(to: 1) { try write(path) } }
    return relativeAddress(name.utf8)
  }
}

/// `picture.json`.
private struct PictureFile: Codable {
  let card: PictureCard
  let facts: PictureFacts
}

/// One picture that is done, until the index is written; in JSON its facts.
private struct ReportedPicture: Encodable, Sendable {
  let card: PictureCard
  let facts: PictureFacts
  let fragment: SpoolSink.Fragment?

  init(_ page: PictureReport.Page, fragment: SpoolSink.Fragment?) {
    card = page.card
    facts = page.facts
    self.fragment = fragment
  }

  func encode(to encoder: any Encoder) throws { try facts.encode(to: encoder) }
}

/// What the index will list, in the order of the inputs.
private final class ReportContents: Sendable {
  typealias Picture = (card: PictureCard, fragment: SpoolSink.Fragment?)

  private let state = Mutex<(pictures: [Picture], failures: [(name: String, reason: String)])>(([], []))

  func add(_ outcome: Outcome, card: ([FilePath]) -> PictureCard?) {
    let known: Picture? =
      switch outcome.status {
      case .done: (outcome.details as? ReportedPicture).map { ($0.card, $0.fragment) }
      case .skipped: card(outcome.outputs).map { ($0, nil) }
      case .failed, .planned: nil
      }
    state.withLock { state in
      if let known { state.pictures.append(known) }
      if let problem = outcome.problem { state.failures.append((outcome.input.text, problem.message)) }
    }
  }

  var all: (pictures: [Picture], failures: [(name: String, reason: String)]) { state.withLock { $0 } }
}
