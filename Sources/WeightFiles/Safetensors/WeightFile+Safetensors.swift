import TensorCore

extension WeightFile {
  static func safetensors(_ file: MappedFile) throws(WeightFileError) -> WeightFile {
    let content = try SafetensorsFile(file)
    let entries = content.names.compactMap { name in
      content.entries[name].map { Entry(name: name, shape: $0.shape, type: $0.type) }
    }
    return WeightFile(
      file.path, .safetensors, framework: content.metadata["format"], entries: entries,
      metadata: content.metadata, .safetensors(content))
  }
}
