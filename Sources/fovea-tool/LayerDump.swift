import ArgumentParser
import Batch
import Fovea
import SystemPackage

/// In which files the raw values of layers are written.
enum DumpFormat: String, ExpressibleByArgument, CaseIterable {
  case npz, h5, safetensors, csv

  /// The files of one input.
  func files(_ target: OutputTarget, _ layers: [RecordedName]) -> [FilePath] {
    guard self == .csv else { return [target.file(suffix: rawValue)] }
    return layers.map { target.subfolder.appending($0.fileStem + ".csv") }
      + [target.subfolder.appending("metadata.json")]
  }
}

/// The dump of one input while it is written: a layer comes, is written and let go.
struct LayerDump: ~Copyable {
  private var npz: NpzWriter?
  private var h5: HDF5ArrayWriter?
  private var safetensors: SafetensorsWriter?
  private let files: [FilePath]
  private let metadata: [String: String]
  private let isCsv: Bool
  private var rows: [String] = []

  /// The most bytes of a text that every container takes: an attribute in HDF5 and an archive's comment end at 64 KB.
  private static let mostMetadata = 60_000

  /// - Parameters:
  ///   - metadata: where the values come from: model, input, preprocessing.
  ///   - shapes: of the layers to come, which are put to the metadata.
  init(
    _ format: DumpFormat, _ files: [FilePath], metadata: [String: String],
    shapes: [(name: String, shape: Shape)], _ outputs: inout Transaction
  ) throws {
    var metadata = metadata
    let listed =
      "{" + shapes.map { "\(jsonText($0.name)):[\(Self.extents($0.shape))]" }.joined(separator: ",") + "}"
    // The CSV's metadata have a row for every layer's file, with its shape.
    if format != .csv, listed.utf8.count <= Self.mostMetadata { metadata["shapes"] = listed }
    self.metadata = metadata
    self.files = files
    isCsv = format == .csv
    guard let file = files.first else { return }
    switch format {
    case .npz: npz = try NpzWriter(outputs.reserve(file), comment: Self.json(metadata, layers: []))
    case .h5: h5 = try HDF5ArrayWriter(outputs.reserve(file), attributes: metadata)
    case .safetensors: safetensors = try SafetensorsWriter(outputs.reserve(file), metadata: metadata)
    case .csv: break
    }
  }

  mutating func add(_ layer: RecordedLayer, _ outputs: inout Transaction) throws {
    try npz?.add(layer.output, named: layer.name)
    try h5?.add(layer.output, named: layer.name)
    try safetensors?.add(layer.output, named: layer.name)
    guard isCsv else { return }
    guard rows.count < files.count - 1, let name = files[rows.count].lastComponent?.string else { return }
    try outputs.write(files[rows.count]) { try layer.output.write(csv: $0) }
    rows.append(
      "{\"name\":\(jsonText(layer.name)),\"file\":\(jsonText(name)),\"shape\":[\(Self.extents(layer.output.shape))]}"
    )
  }

  consuming func finish(_ outputs: inout Transaction) throws {
    if let npz { return try npz.finish() }
    if let h5 { return try h5.finish() }
    if let safetensors { return try safetensors.finish() }
    guard isCsv, let file = files.last else { return }
    let text = Self.json(metadata, layers: rows)
    try outputs.write(file) { try writeText(text + "\n", to: $0) }
  }

  private static func extents(_ shape: Shape) -> String {
    shape.dimensions.map(String.init).joined(separator: ",")
  }

  private static func json(_ metadata: [String: String], layers: [String]) -> String {
    let texts = metadata.sorted { $0.key < $1.key }.map { "\(jsonText($0.key)):\(jsonText($0.value))" }
    let all = texts + (layers.isEmpty ? [] : ["\"layers\":[" + layers.joined(separator: ",") + "]"])
    return "{" + all.joined(separator: ",") + "}"
  }
}
