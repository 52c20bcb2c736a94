public import SystemPackage
public import WeightFiles

extension WeightFile {
  /// Writes the tensors under their own names, in their own layouts, as 32-bit floats, whole or not at all.
  ///
  /// `format` is ``NetworkFormat/safetensors`` or ``NetworkFormat/npz``; the others need a network.
  public func copyTensors(to path: FilePath, as format: NetworkFormat) throws(WeightFileError) {
    guard format == .safetensors else {
      var archive = try NpzWriter(path)
      for entry in entries { try archive.add(try tensor(named: entry.name), named: entry.name) }
      return try archive.finish()
    }
    var metadata = metadata.filter { ["layout", "model_config", "fovea_preprocessing"].contains($0.key) }
    if self.format == .pytorch { metadata["format"] = "pt" }
    let tensors = try entries.map { (entry) throws(WeightFileError) in
      (name: entry.name, tensor: try tensor(named: entry.name))
    }
    try SafetensorsFile.write(tensors, metadata: metadata, to: path)
  }
}
