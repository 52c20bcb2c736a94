import Isolation
import TensorCore

/// A `.keras` archive (Keras 3, `saving_lib`): `config.json`, `metadata.json` and `model.weights.h5`.
package enum KerasArchive {
  /// The most that `config.json` may take.
  private static let longestConfiguration = 64 << 20

  static func open(_ archive: ZipArchive, isolation: Isolation) throws(WeightFileError)
    -> (config: String, metadata: [String: String], weights: HDF5File)
  {
    let path = archive.file.path.string
    guard let configuration = archive["config.json"], let entry = archive["model.weights.h5"],
      configuration.size <= longestConfiguration
    else { throw .damaged(file: path, part: "config.json", problem: "is missing or far too long") }
    let config = String(decoding: try archive.bytes(of: configuration), as: UTF8.self)
    let metadata = try metadata(in: archive)
    let name = path + ": model.weights.h5"
    if let range = try archive.storedRanges()["model.weights.h5"] {
      // As Keras writes it: the weights stay where they are.
      return (config, metadata, try HDF5File(archive.file, range: range, named: name, isolation: isolation))
    }
    // libhdf5 reads files, not entries of archives: the weights go to a temporary without a name, which is then mapped.
    let bytes = try archive.bytes(of: entry)
    let extracted: MappedFile
    do {
      extracted = try bytes.withUnsafeBufferPointer { (bytes) throws(TensorFileError) in
        try MappedFile(temporaryHolding: UnsafeRawBufferPointer(bytes), path: archive.file.path)
      }
    } catch { throw .file(error) }
    return (config, metadata, try HDF5File(extracted, named: name, isolation: isolation))
  }

  /// What `metadata.json` says, each member as text; nothing where it is missing or no object.
  private static func metadata(in archive: ZipArchive) throws(WeightFileError) -> [String: String] {
    guard let entry = archive["metadata.json"], entry.size <= 1 << 20 else { return [:] }
    let bytes = try archive.bytes(of: entry)
    guard let members = (try? JSONValue(parsing: bytes))?.object else { return [:] }
    return members.mapValues { $0.text ?? $0.serialised }
  }
}
