import Isolation
import TensorCore

extension WeightFile {
  /// A zip archive is a Keras model, a PyTorch checkpoint or a set of arrays, by what is in it.
  static func zip(_ file: MappedFile, isolation: Isolation) throws(WeightFileError) -> WeightFile {
    let archive = try ZipArchive(file)
    if archive["config.json"] != nil, archive["model.weights.h5"] != nil {
      let (config, metadata, weights) = try KerasArchive.open(archive, isolation: isolation)
      return WeightFile(file, .keras, .keras(config: config, weights: weights), weights, metadata: metadata)
    }
    if archive["config.json"] != nil, archive["model.weights.npz"] != nil {
      throw .unsupportedFormat(
        file: file.path.string, format: "a .keras archive with model.weights.npz",
        advice: "save it again where h5py is installed")
    }
    if let pickled = archive.entries.first(where: { $0.name == "data.pkl" || $0.name.hasSuffix("/data.pkl") })
    {
      return .pytorch(try PyTorchFile(archive, pickled: pickled), in: file)
    }
    return try npz(archive)
  }

  private static func npz(_ archive: ZipArchive) throws(WeightFileError) -> WeightFile {
    let content = NpzFile(archive)
    guard !content.names.isEmpty else {
      throw .unsupportedFormat(
        file: archive.file.path.string, format: "a zip archive without .npy files or a Keras model",
        advice: "expected .npz or .keras")
    }
    var entries: [Entry] = []
    for name in content.names {
      let header = try content.header(name)
      entries.append(Entry(name: name, shape: header.shape, type: header.type))
    }
    return WeightFile(
      archive.file.path, .npz, framework: nil, entries: entries, metadata: [:], .npz(content))
  }
}
