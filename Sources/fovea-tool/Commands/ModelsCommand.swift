import ArgumentParser
import Batch
import Fovea

struct ModelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "models",
    abstract: "List the architectures that are known by name.",
    discussion: """
      Accuracies are shares of ImageNet's validation pictures, with their source; figures that no source gives are left out.
      Parameters are counted as the framework counts them: Keras with the running statistics of batch normalisation.

      EXAMPLES
        fovea models
        fovea models resnet
        fovea models --json
      """)

  @Argument(help: ArgumentHelp("List only the names that contain this.", valueName: "text"))
  var filter: String?

  @Flag(help: "Print one JSON object for every architecture.")
  var json = false

  func run() throws {
    var table = TextTable(
      ["name", "MB", "top-1", "top-5", "parameters", "depth", "input"], rightAligned: [1, 2, 3, 4, 5])
    var files: [String] = []
    for architecture in Architecture.all {
      if let filter, !architecture.name.contains(filter.lowercased()) { continue }
      let summary = try saying { try architecture.graph().summary() }
      let parameters =
        architecture.framework == .torch ? summary.trainableParameters : summary.totalParameters
      let row = Row(architecture, parameters: parameters)
      if json {
        StandardOutput.write(jsonLine(row))
        continue
      }
      table.add([
        row.name, row.megabytes.map(String.init) ?? "", share(row.top1), share(row.top5),
        grouped(parameters), row.depth.map(String.init) ?? "",
        presetText(architecture.preprocessing),
      ])
      files.append(Self.details(row))
    }
    if !json { StandardOutput.write("\(table)\n" + Self.presets + files.joined()) }
  }

  private static let presets = """
    caffe: BGR, 0...255 minus 103.939, 116.779, 123.68
    tf: RGB, 0...255 divided by 127.5, minus 1
    torch: RGB, 0...255 divided by 255, minus 0.485, 0.456, 0.406, divided by 0.229, 0.224, 0.225


    """

  /// What does not fit a row.
  private static func details(_ row: Row) -> String {
    var lines = ["\(row.name): \(row.framework), \(row.paper)"]
    if let source = row.source { lines.append("accuracy: \(source)") }
    if let url = row.url {
      let name = row.file.map { url.hasSuffix($0) ? "" : "\($0) of " } ?? ""
      lines.append("weights: \(name)\(url)")
      if let checksum = row.checksum { lines.append("checksum: \(checksum)") }
    }
    return lines.joined(separator: "\n  ") + "\n"
  }

  private func share(_ value: Double?) -> String {
    guard let value else { return "" }
    let thousandths = String(Int((value * 1000).rounded()))
    return "." + String(repeating: "0", count: 3 - thousandths.count) + thousandths
  }

  private struct Row: Encodable {
    let name: String
    let framework: String
    let megabytes: Int?
    let top1: Double?
    let top5: Double?
    let source: String?
    let parameters: Int
    let depth: Int?
    let input: String
    let paper: String
    let file: String?
    let url: String?
    let checksum: String?

    enum CodingKeys: String, CodingKey {
      case name, framework, top1, top5, source, parameters, depth, input, paper, file, url, checksum
      case megabytes = "size_mb"
    }

    init(_ architecture: Architecture, parameters: Int) {
      let publication = architecture.publication
      name = architecture.name
      framework = architecture.framework.rawValue
      megabytes = publication?.megabytes
      top1 = publication?.top1
      top5 = publication?.top5
      source = publication.flatMap { $0.source.isEmpty ? nil : $0.source }
      self.parameters = parameters
      depth = publication?.depth
      input = preprocessingText(architecture.preprocessing)
      paper = architecture.paper
      file = publication?.file
      url = publication?.url
      checksum = publication?.checksum
    }
  }
}
