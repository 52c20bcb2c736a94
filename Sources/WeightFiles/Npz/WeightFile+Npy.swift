import TensorCore

extension WeightFile {
  /// One array, called as the file is without its suffix; or a dictionary of arrays.
  static func npy(_ file: MappedFile) throws(WeightFileError) -> WeightFile {
    if let start = file.withBytes(NumpyObjects.pickleOffset) {
      let content = try NumpyObjects(file, from: start)
      return WeightFile(
        file.path, .npy, framework: nil, entries: content.names.compactMap(content.entry), metadata: [:],
        .numpyObjects(content))
    }
    let header: NpyHeader
    do {
      header = try file.withBytes { (bytes) throws(TensorFileError) in
        try NpyHeader(bytes, file: file.path.string)
      }
    } catch { throw .file(error) }
    let entry = Entry(name: file.path.stem ?? "array", shape: header.shape, type: header.type)
    return WeightFile(file.path, .npy, framework: nil, entries: [entry], metadata: [:], .npy(file))
  }

  func npyTensor(_ name: String, in file: MappedFile) throws(WeightFileError) -> Tensor {
    guard name == entries.first?.name else {
      throw .noSuchTensor(file: path.string, name: name, nearest: entries.map(\.name))
    }
    do { return try Tensor(npyIn: file) } catch { throw .file(error) }
  }
}
