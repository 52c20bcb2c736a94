import ArgumentParser
import Batch
import Fovea

struct SummaryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "summary",
    abstract: "Show a network layer by layer: shapes, parameters, work and memory.",
    discussion: """
      MACs are multiplications that are added up. The receptive field is the square of input pixels that one output \
      pixel depends on.

      EXAMPLES
        fovea summary vgg16
        fovea summary model.h5 --json
        fovea summary open.h5 --input-size 160x160
      """)

  @OptionGroup var model: ModelOptions

  @Option(
    help: ArgumentHelp(
      "Width x height of the input (default: what the network was trained on).",
      valueName: "WxH"))
  var inputSize: PixelSize?

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    var (graph, preprocessing) = try model.graph()
    if let inputSize {
      preprocessing?.width = inputSize.width
      preprocessing?.height = inputSize.height
    }
    let summary = try saying {
      let sized = try inputSize.map { try graph.takingInput(height: $0.height, width: $0.width) } ?? graph
      let summary = try sized.summary(for: inputShape(of: sized, preprocessing))
      return model.countsOnlyTrained ? summary.countingOnlyTrained : summary
    }
    StandardOutput.write(
      json ? jsonLine(SummaryListing(summary)) : Array(try text(summary, preprocessing).utf8))
  }

  private func inputShape(of graph: Graph, _ preprocessing: Preprocessing?) -> Shape? {
    guard let declared = graph.inputShape(freeSide: preprocessing?.height ?? 224), declared.rank == 4 else {
      return nil
    }
    guard let inputSize else { return declared }
    return [1, inputSize.height, inputSize.width, declared[3]]
  }

  private func text(_ summary: NetworkSummary, _ preprocessing: Preprocessing?) throws -> String {
    var table = TextTable(
      ["layer (type)", "output shape", "parameters", "MACs", "memory", "receptive field", "inputs"],
      rightAligned: [2, 3, 4, 5])
    for row in summary.rows {
      table.add([
        "\(row.name) (\(row.type))", shapeText(row.outputShape), grouped(row.parameters),
        grouped(row.operations),
        byteText(row.activationBytes), fieldText(row.receptiveField), row.inputs.joined(separator: ", "),
      ])
    }
    let others = summary.totalParameters - summary.trainableParameters
    return """
      \(table)
      Parameters: \(grouped(summary.totalParameters)) (\(grouped(summary.trainableParameters)) trainable, \
      \(grouped(others)) not), \(byteText(summary.totalParameters * 4)) in 32-bit floats
      MACs: \(grouped(summary.totalOperations)) an input
      Outputs of all layers: \(byteText(summary.activationBytes)) an input
      \(try MachineSpeed.measured().text(for: summary))
      Preprocessing: \(preprocessing.map { preprocessingText($0) } ?? "none known: values go in as they are")

      """
  }
}

/// `[None, 224, 224, 64]`: the batch is open.
private func shapeText(_ shape: Shape) -> String {
  "[" + (["None"] + shape.dimensions.dropFirst().map(String.init)).joined(separator: ", ") + "]"
}

private func fieldText(_ field: ReceptiveField?) -> String {
  guard let field else { return "all" }
  return "\(Int(field.columns.size.rounded(.up)))x\(Int(field.rows.size.rounded(.up)))"
}

func byteText(_ count: Int) -> String {
  let units = ["B", "KB", "MB", "GB", "TB"]
  var (value, unit) = (Double(count), 0)
  while value >= 1000, unit + 1 < units.count { (value, unit) = (value / 1000, unit + 1) }
  let tenths = Int((value * 10).rounded())
  return unit == 0 ? "\(count) B" : "\(tenths / 10).\(tenths % 10) \(units[unit])"
}

/// `summary --json`; the batch is null.
private struct SummaryListing: Encodable {
  struct Row: Encodable {
    let name: String
    let type: String
    let outputShape: [Int?]
    let parameters: Int
    let macs: Int
    let activationBytes: Int
    let receptiveField: [Int]?
    let inputs: [String]

    enum CodingKeys: String, CodingKey {
      case name, type, parameters, macs, inputs
      case outputShape = "output_shape"
      case activationBytes = "activation_bytes"
      case receptiveField = "receptive_field"
    }
  }

  let layers: [Row]
  let totalParameters: Int
  let trainableParameters: Int

  enum CodingKeys: String, CodingKey {
    case layers
    case totalParameters = "total_parameters"
    case trainableParameters = "trainable_parameters"
  }

  init(_ summary: NetworkSummary) {
    layers = summary.rows.map { row -> Row in
      let shape: [Int?] = [nil] + row.outputShape.dimensions.dropFirst().map { $0 }
      let field: [Int]? = row.receptiveField.map { side in
        [side.rows, side.columns].map { Int($0.size.rounded(.up)) }
      }
      return Row(
        name: row.name, type: row.type, outputShape: shape, parameters: row.parameters, macs: row.operations,
        activationBytes: row.activationBytes, receptiveField: field, inputs: row.inputs)
    }
    totalParameters = summary.totalParameters
    trainableParameters = summary.trainableParameters
  }
}
