import TensorCore

extension PyTorchFile {
  /// A zip archive with `NAME/data.pkl`, `NAME/byteorder` and a storage each in `NAME/data/KEY`.
  init(_ archive: ZipArchive, pickled entry: ZipArchive.Entry) throws(WeightFileError) {
    let path = archive.file.path.string
    func wrong(_ part: String, _ problem: String) -> WeightFileError {
      .damaged(file: path, part: part, problem: problem)
    }
    guard entry.size <= Self.longestPickle else {
      throw wrong(entry.name, "is far too long for a list of tensors")
    }
    let top = String(entry.name.dropLast("data.pkl".count))
    let bytes = try archive.bytes(of: entry)
    let pickle: Pickle
    do throws(PickleError) {
      pickle = try bytes.withUnsafeBufferPointer { (bytes) throws(PickleError) in
        try PickleMachine.read(UnsafeRawBufferPointer(bytes))
      }
    } catch { throw wrong("", error.problem) }
    var order = ByteOrder.littleEndian
    if let entry = archive[top + "byteorder"], entry.size <= 16 {
      switch String(decoding: try archive.bytes(of: entry), as: UTF8.self) {
      case "little": break
      case "big": order = .bigEndian
      default: throw wrong(entry.name, "is neither 'little' nor 'big'")
      }
    }
    let stored = try archive.storedRanges()
    var storages: [String: Range<Int>] = [:]
    for entry in archive.entries where entry.name.hasPrefix(top + "data/") {
      guard let range = stored[entry.name] else {
        throw wrong(entry.name, "is compressed; PyTorch stores its numbers as they are")
      }
      storages[String(entry.name.dropFirst(top.count + 5))] = range
    }
    try self.init(archive.file, pickle, storages: storages, order: order)
  }

  /// The longest pickle in an archive: it lists tensors, it does not hold them.
  private static let longestPickle = 64 << 20
}
