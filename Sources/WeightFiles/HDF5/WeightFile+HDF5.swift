import Isolation
package import TensorCore

extension WeightFile {
  static func hdf5(_ file: MappedFile, isolation: Isolation) throws(WeightFileError) -> WeightFile {
    let content = try HDF5File(file, isolation: isolation)
    return WeightFile(file, .hdf5, .hdf5(content), content)
  }

  /// The HDF5 bytes in a range of a file that a worker has described already.
  package init(hdf5In file: MappedFile, range: Range<Int>, workerReply: [UInt8]) throws(WeightFileError) {
    guard let result = HDF5Structure.result(from: workerReply) else {
      throw .damaged(file: file.path.string, part: "", problem: "the worker that reads it answered nonsense")
    }
    let content = try HDF5File(file, range: range, named: file.path.string, result: result)
    self.init(file, .hdf5, .hdf5(content), content)
  }

  /// What Keras says of itself in the attributes of its weights, and in a `.keras` archive's description.
  init(
    _ file: MappedFile, _ format: Format, _ contents: Contents, _ weights: HDF5File,
    metadata more: [String: String] = [:]
  ) {
    var metadata = weights.metadata.merging(more) { _, new in new }
    if case .keras(let config, _) = contents { metadata["model_config"] = config }
    let version = metadata["keras_version"].map { " \($0)" } ?? ""
    let backend = metadata["backend"].map { " (\($0))" } ?? ""
    let isKeras =
      format == .keras || metadata["keras_version"] != nil || metadata["model_config"] != nil
      || weights.texts("layer_names") != nil || weights.hasGroup("model_weights")
    self.init(
      file.path, format, framework: isKeras ? "keras\(version)\(backend)" : nil, entries: weights.entries,
      metadata: metadata, contents)
  }
}

extension HDF5File {
  fileprivate var entries: [WeightFile.Entry] {
    structure.datasets.compactMap { dataset in
      guard case .number(let type, _) = dataset.type, let shape = Shape(checking: dataset.dimensions) else {
        return nil
      }
      return WeightFile.Entry(name: dataset.path, shape: shape, type: type)
    }
  }

  /// The root's attributes that are one text each, and those of `model_weights` that the root lacks.
  fileprivate var metadata: [String: String] {
    var metadata: [String: String] = [:]
    for group in structure.groups where group.path.isEmpty || group.path == "model_weights" {
      for (name, value) in group.attributes {
        guard let texts = value.texts, texts.count == 1, metadata[name] == nil else { continue }
        metadata[name] = texts[0]
      }
    }
    return metadata
  }
}
