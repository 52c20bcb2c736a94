import TensorCore

/// An `.npz` archive: one `.npy` file a tensor, named `NAME.npy`; names may contain slashes.
package struct NpzFile: Sendable {
  private let archive: ZipArchive
  let names: [String]

  init(_ archive: ZipArchive) {
    self.archive = archive
    names = archive.entries.filter { $0.name.hasSuffix(".npy") }.map { String($0.name.dropLast(4)) }
  }

  func tensor(_ name: String) throws(WeightFileError) -> Tensor {
    let bytes = try archive.bytes(of: entry(name))
    do { return try Tensor(npy: bytes, file: archive.file.path.string + ": '\(name)'") } catch {
      throw .file(error)
    }
  }

  /// What the tensor's header says; only so much of it is unpacked as a header can take.
  func header(_ name: String) throws(WeightFileError) -> NpyHeader {
    let start = try archive.start(of: entry(name), atMost: 12_000)
    do {
      return try start.withUnsafeBufferPointer { (bytes) throws(TensorFileError) in
        try NpyHeader(UnsafeRawBufferPointer(bytes), file: archive.file.path.string + ": '\(name)'")
      }
    } catch { throw .file(error) }
  }

  private func entry(_ name: String) throws(WeightFileError) -> ZipArchive.Entry {
    guard let entry = archive[name + ".npy"] else {
      throw .noSuchTensor(
        file: archive.file.path.string, name: name, nearest: nearestNames(to: name, among: names))
    }
    return entry
  }
}
