import SystemPackage
import TensorCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A TensorFlow.js layers model: `model.json` with the topology and a manifest, the numbers in shards beside it.
///
/// Shards are found only inside the folder of `model.json`. Quantised weights are `stored * scale + min`.
package struct TensorFlowJSFile: Sendable {
  struct Weight: Sendable {
    let shape: Shape
    let type: ElementType
    /// What makes numbers of quantised ones.
    let scale: Float
    let minimum: Float
    let isQuantised: Bool
    /// In the shards of its group, one after another.
    let bytes: Range<Int>
    let group: Int
  }

  private let path: FilePath
  private let shards: [[MappedFile]]
  private(set) var names: [String] = []
  private(set) var weights: [String: Weight] = [:]
  /// The Keras description of the model, as text of JSON; `nil` where there is only a manifest.
  let topology: JSONValue?
  let metadata: [String: String]

  /// The longest `model.json`.
  static let longestDescription = 64 << 20

  init(_ document: JSONValue, path: FilePath) throws(WeightFileError) {
    let file = path.string
    func wrong(_ part: String, _ problem: String) -> WeightFileError {
      .damaged(file: file, part: part, problem: problem)
    }
    guard let manifest = document["weightsManifest"]?.list else { throw wrong("", "has no weightsManifest") }
    let model = document["modelTopology"]
    topology = model?["model_config"] ?? (model?["class_name"] != nil ? model : nil)
    var metadata: [String: String] = [:]
    metadata["keras_version"] = model?["keras_version"]?.text
    metadata["backend"] = model?["backend"]?.text
    for key in ["format", "generatedBy", "convertedBy"] { metadata[key] = document[key]?.text }
    self.metadata = metadata
    self.path = path
    var shards: [[MappedFile]] = []
    for (index, group) in manifest.enumerated() {
      guard let paths = group["paths"]?.list?.map(\.text), !paths.contains(nil),
        let listed = group["weights"]?.list
      else { throw wrong("weightsManifest", "has a group without paths or weights") }
      var files: [MappedFile] = []
      for shard in paths.compactMap(\.self) { files.append(try Self.open(shard, beside: path)) }
      let size = files.reduce(0) { $0 + $1.size }
      shards.append(files)
      var position = 0
      for value in listed {
        guard let name = value["name"]?.text, let extents = value["shape"]?.list?.map(\.integer),
          let shape = Shape(checking: extents.compactMap(\.self)), shape.rank == extents.count
        else { throw wrong("weightsManifest", "describes a weight without a name or a shape") }
        let (type, scale, minimum) = try Self.storage(value, name, file)
        let (length, overflow) = shape.count.multipliedReportingOverflow(by: type.size)
        guard !overflow, length <= size - position else {
          throw wrong(name, "reaches beyond the end of its shards (\(size) bytes)")
        }
        guard weights[name] == nil else { throw .duplicateName(file: file, name: name) }
        weights[name] = Weight(
          shape: shape, type: type, scale: scale, minimum: minimum,
          isQuantised: scale != 1 || minimum != 0, bytes: position..<(position + length), group: index)
        names.append(name)
        position += length
      }
    }
    self.shards = shards
  }

  /// How a weight is stored: its own type, or a narrower one with a scale and a minimum.
  private static func storage(_ value: JSONValue, _ name: String, _ file: String) throws(WeightFileError)
    -> (ElementType, Float, Float)
  {
    let types: [String: ElementType] = [
      "float32": .float32, "float16": .float16, "int32": .int32, "uint8": .uint8, "uint16": .uint16,
      "bool": .bool,
    ]
    let own = value["dtype"]?.text ?? "float32"
    let quantisation = value["quantization"]
    let stored = quantisation?["dtype"]?.text ?? own
    guard types[own] != nil, let type = types[stored] else {
      throw .notNumbers(file: file, name: name, found: "numbers of the type \(stored), which is not read")
    }
    let scale = quantisation?["scale"]?.number ?? 1
    let minimum = quantisation?["min"]?.number ?? 0
    guard Float(scale).isFinite, Float(minimum).isFinite else {
      throw .damaged(file: file, part: name, problem: "has a scale that is no number")
    }
    return (type, Float(scale), Float(minimum))
  }

  /// A shard, which must be a plain file inside the folder of `model.json`, wherever links lead.
  private static func open(_ shard: String, beside model: FilePath) throws(WeightFileError) -> MappedFile {
    let relative = FilePath(shard)
    let refused = WeightFileError.damaged(
      file: model.string, part: shard, problem: "is outside of the folder of the model")
    guard !relative.isAbsolute, !relative.components.isEmpty,
      relative.components.allSatisfy({ $0.kind == .regular })
    else { throw refused }
    let folder = model.removingLastComponent()
    let path = folder.appending(relative.components)
    guard let top = resolved(folder.isEmpty ? "." : folder) else { throw refused }
    guard let real = resolved(path) else {
      throw .damaged(file: model.string, part: shard, problem: "is a shard that is not beside the model")
    }
    guard real.starts(with: top) else { throw refused }
    do { return try MappedFile(path) } catch { throw .file(error) }
  }

  private static func resolved(_ path: FilePath) -> FilePath? {
    path.withPlatformString { name -> FilePath? in
      guard let real = realpath(name, nil) else { return nil }
      defer { free(real) }
      return FilePath(platformString: real)
    }
  }

  func tensor(_ name: String) throws(WeightFileError) -> Tensor {
    guard let weight = weights[name] else {
      throw .noSuchTensor(file: path.string, name: name, nearest: nearestNames(to: name, in: names))
    }
    let stored = try stored(weight)
    guard weight.isQuantised else { return stored }
    return Tensor(deferring: weight.shape) { target in
      stored.withUnsafeScalars { numbers in
        for index in numbers.indices { target[index] = numbers[index] * weight.scale + weight.minimum }
      }
    }
  }

  private func stored(_ weight: Weight) throws(WeightFileError) -> Tensor {
    var start = 0
    var parts: [(file: MappedFile, range: Range<Int>)] = []
    for file in shards[weight.group] {
      let range = weight.bytes.clamped(to: start..<(start + file.size))
      if !range.isEmpty || weight.bytes.isEmpty {
        parts.append((file, (range.lowerBound - start)..<(range.upperBound - start)))
      }
      start += file.size
    }
    do {
      if parts.count == 1, let part = parts.first {
        return try part.file.tensor(in: part.range, as: weight.type, shape: weight.shape)
      }
      // A weight may begin in one shard and end in the next.
      var bytes: [UInt8] = []
      bytes.reserveCapacity(weight.bytes.count)
      for part in parts {
        try part.file.checkSize()
        part.file.withBytes { bytes.append(contentsOf: $0[part.range]) }
      }
      return bytes.withUnsafeBytes {
        Tensor(decoding: $0, as: weight.type, order: .littleEndian, shape: weight.shape)
      }
    } catch { throw .file(error) }
  }
}

extension WeightFile {
  /// A JSON document: a TensorFlow.js layers model, or nothing that is read here.
  static func json(_ file: MappedFile) throws(WeightFileError) -> WeightFile {
    let path = file.path.string
    guard file.size <= TensorFlowJSFile.longestDescription else {
      throw .unsupportedFormat(
        file: path, format: "a JSON document of \(file.size) bytes",
        advice: "expected a TensorFlow.js model.json")
    }
    let document: JSONValue
    do { document = try JSONValue(parsing: file.withBytes { Array($0) }) } catch {
      throw .damaged(
        file: path, part: "", problem: "is no sound JSON: \(error.problem) (byte \(error.offset))")
    }
    guard document["weightsManifest"] != nil else {
      throw .unsupportedFormat(
        file: path, format: "a JSON document without a weightsManifest",
        advice: "expected the model.json of a TensorFlow.js layers model")
    }
    let content = try TensorFlowJSFile(document, path: file.path)
    let entries = content.names.compactMap { name in
      content.weights[name].map { Entry(name: name, shape: $0.shape, type: $0.type) }
    }
    var metadata = content.metadata
    if let topology = content.topology { metadata["model_config"] = topology.serialised }
    let version = metadata["keras_version"].map { ", keras \($0)" } ?? ""
    return WeightFile(
      file.path, .tensorflowjs, framework: "tensorflow.js" + version, entries: entries, metadata: metadata,
      .tensorflowjs(content))
  }
}
