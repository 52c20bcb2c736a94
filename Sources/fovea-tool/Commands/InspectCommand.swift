import ArgumentParser
import Batch
import Fovea
import SystemPackage

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "List the tensors of a weight file without reading their numbers.",
    discussion: """
      The format is found from the content: Keras and other HDF5, .keras, .npz, .npy, safetensors, \
      PyTorch checkpoints, Caffe, ONNX, TensorFlow.js.

      EXAMPLES
        fovea inspect model.h5
        fovea inspect weights.safetensors --json
      """)

  @Argument(help: "The weight file.", completion: .file())
  var file: String

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    let content: WeightFile
    do {
      content = try WeightFile(contentsOf: FilePath(argument: file))
    } catch {
      StandardError.line("fovea: \(problem(of: error).message)")
      throw ExitCode(1)
    }
    if json {
      StandardOutput.write(jsonLine(Listing(content)))
    } else {
      StandardOutput.write(text(content))
    }
  }

  private func text(_ content: WeightFile) -> String {
    let framework = content.framework.map { $0 == content.format.rawValue ? "" : ", \($0)" } ?? ""
    var table = TextTable(["tensor", "shape", "type", "parameters"], rightAligned: [3])
    for entry in content.entries {
      table.add([entry.name, "\(entry.shape)", "\(entry.type)", grouped(entry.parameters)])
    }
    let total = content.entries.reduce(0) { $0 + $1.parameters }
    return "\(content.path.displayed): \(content.format.rawValue)\(framework)\n\(table)"
      + "\(counted(content.entries.count, "tensor")), \(counted(total, "parameter"))\(settings(content))\n"
  }
}

/// How many of an ONNX graph's numbers are whole: shapes and indices that operations take, which `summary` does not count.
private func settings(_ content: WeightFile) -> String {
  let floats: Set<ElementType> = [.float16, .bfloat16, .float32, .float64]
  let whole = content.entries.filter { !floats.contains($0.type) }.reduce(0) { $0 + $1.parameters }
  guard content.format == .onnx, whole > 0 else { return "" }
  return " (\(grouped(whole)) of them whole numbers, shapes and indices, which are no weights)"
}

/// `inspect --json`.
private struct Listing: Encodable {
  struct Entry: Encodable {
    let name: String
    let shape: [Int]
    let dtype: String
    let parameters: Int
  }

  let format: String
  let framework: String?
  let tensors: [Entry]

  init(_ file: WeightFile) {
    format = file.format.rawValue
    framework = file.framework
    tensors = file.entries.map {
      Entry(name: $0.name, shape: $0.shape.dimensions, dtype: "\($0.type)", parameters: $0.parameters)
    }
  }

  private enum Key: String, CodingKey { case format, framework, tensors }

  func encode(to encoder: any Encoder) throws {
    var object = encoder.container(keyedBy: Key.self)
    try object.encode(format, forKey: .format)
    try object.encode(framework, forKey: .framework)
    try object.encode(tensors, forKey: .tensors)
  }
}
