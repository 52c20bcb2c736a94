import ArgumentParser
import Batch
import Fovea
import SystemPackage

struct MatchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "match",
    abstract: "Find a template in pictures: the places are listed and drawn.",
    discussion: """
      Zero-mean normalised cross-correlation, as OpenCV's TM_CCOEFF_NORMED and scikit-image's match_template: 1 where the \
      picture is the template up to brightness and contrast, 0 where nothing varies. Places that overlap a better one are \
      left out. In colour when the template and the picture both are, else in grey; the template is not turned or scaled.

      A row a match: the input, its number, x and y of the upper left pixel, width, height, score. The drawn picture \
      lands as <input name>_matches.

      EXAMPLES
        fovea match --template three.png form.png
        fovea match --template eye.png photos --threshold 0.7 --top 2 -o found
        fovea match --template logo.png screenshots --no-drawing --json
      """)

  @Option(help: ArgumentHelp("The picture to look for.", valueName: "file"), completion: .file())
  var template: String

  @OptionGroup var input: InputOptions

  @Option(
    parsing: .unconditional, help: ArgumentHelp("The lowest score that counts, -1 to 1.", valueName: "score"))
  var threshold: Float = 0.8

  @Option(help: ArgumentHelp("How many matches of a picture at the most (default: all).", valueName: "k"))
  var top: Int?

  @Option(
    help: ArgumentHelp(
      "The share of its area that a match may have in common with a better one, 0 to 1.", valueName: "share"))
  var overlap: Float = 0.3

  @Flag(inversion: .prefixedNo, help: "Draw the matches.")
  var drawing = true

  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Output") var picture: PictureOptions
  @OptionGroup(title: "Input") var loading: LoadingOptions
  @OptionGroup(title: "Run") var running: RunOptions

  func validate() throws {
    if !(-1...1).contains(threshold) {
      throw ValidationError("--threshold is between -1 and 1, not \(threshold)")
    }
    if let top, top < 1 { throw ValidationError("--top is at least 1, not \(top)") }
    if !(0...1).contains(overlap) { throw ValidationError("--overlap is between 0 and 1, not \(overlap)") }
  }

  func run() throws {
    let map = output.map(fileSuffixes: PictureOptions.writableSuffixes)
    try picture.check(against: map)
    let loadOptions = loading.loadOptions
    let file = FilePath(argument: template)
    let facts = FileFacts.ifPresent(file)
    let hunt = try saying {
      try TemplateHunt(
        template: Image(contentsOf: file, options: loadOptions), threshold: threshold, limit: top ?? .max,
        overlap: overlap)
    }
    let (drawing, picture, saveOptions) = (drawing, picture, picture.saveOptions)
    let quiet = running.quiet
    let batch = Batch(
      inputs: try input.pictures(), outputs: drawing ? map : .nowhere,
      options: running.batchOptions(processors: Parallelism.processors),
      settings:
        "fovea \(toolVersion) match \(file) \(facts?.size ?? 0) \(facts?.modified ?? 0) \(threshold) \(top ?? 0) \(overlap) \(saveOptions)",
      files: { target in
        guard drawing else { return [] }
        return [target.namedFile ?? target.file(addition: "_matches", suffix: picture.suffix(for: target))]
      }, explain: problem(of:),
      result: { Array(($0.details as? FoundMatches)?.text($0.input).utf8 ?? "".utf8) }
    ) { job, outputs in
      try Parallelism.limited(to: max(1, Parallelism.processors / job.jobs)) {
        let image = try Image(contentsOf: job.input.path, options: loadOptions).page(0)
        let found = try hunt.matches(in: image)
        if found.matches.isEmpty, !quiet {
          StandardError.line("fovea: \(job.input.path.displayed): \(found.nearMiss)")
        }
        if let file = job.outputs.first {
          let drawn = try Raster(image.colour().tensor()).marked(found.marks).image()
          try outputs.write(file) { try drawn.write(to: $0, options: saveOptions) }
        }
        return found
      }
    }
    try batch.runAsCommand()
  }
}

/// A template to be found in picture after picture.
private struct TemplateHunt: Sendable {
  /// `[h, w, C]`, 0...255.
  let template: Tensor
  private let greyTemplate: Tensor
  private let threshold: Float
  private let limit: Int
  private let overlap: Float

  init(template: Image, threshold: Float, limit: Int, overlap: Float) throws {
    let opaque = try template.page(0).withoutAlpha()
    self.template = try opaque.tensor()
    greyTemplate = try opaque.grayscale().tensor()
    (self.threshold, self.limit, self.overlap) = (threshold, limit, overlap)
    try TemplateSearch.check(self.template)
  }

  func matches(in picture: Image) throws -> FoundMatches {
    let opaque = try picture.withoutAlpha()
    let isColour = opaque.channels >= 3 && template.shape[2] >= 3
    let search = try TemplateSearch(
      for: isColour ? template : greyTemplate, in: isColour ? opaque.tensor() : opaque.grayscale().tensor())
    let found = search.matches(threshold: threshold, limit: limit, overlap: overlap)
    return FoundMatches(found, best: found.first ?? search.best, threshold: threshold)
  }
}

/// `"matches"` of `match --json`.
private struct FoundMatches: Encodable, Sendable {
  struct Row: Encodable, Sendable {
    let x: Int
    let y: Int
    let width: Int
    let height: Int
    let score: Float
  }

  let matches: [Row]
  /// What is said when there are none.
  let nearMiss: String

  private enum CodingKeys: String, CodingKey { case matches }

  init(_ matches: [TemplateMatch], best: TemplateMatch, threshold: Float) {
    self.matches = matches.map {
      Row(x: $0.column, y: $0.row, width: $0.extent.width, height: $0.extent.height, score: $0.score)
    }
    nearMiss =
      "no match of at least \(threshold): the best is \(best.score), at x \(best.column), y \(best.row)"
  }

  var marks: [PlaceMark] {
    matches.enumerated().map { index, match in
      PlaceMark(
        place: Rectangle(x: match.x, y: match.y, width: match.width, height: match.height),
        texts: ["\(index + 1): \(shortText(match.score))", "\(index + 1)"])
    }
  }

  /// One line a match: the input, its number, the place, the score.
  func text(_ input: FilePath) -> String {
    matches.enumerated().map { index, match in
      "\(input.text)\t\(index + 1)\t\(match.x)\t\(match.y)\t\(match.width)\t\(match.height)\t\(match.score)\n"
    }.joined()
  }
}
