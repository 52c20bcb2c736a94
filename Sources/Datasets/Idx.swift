public import SystemPackage

/// The idx files of MNIST (LeCun, Cortes and Burges 1998), plain or gzipped.
extension LabelledPictures {
  /// Grey pictures and their labels 0 to 9 from two idx files; throws ``DatasetError``.
  public init(idxImages: FilePath, labels labelPath: FilePath) throws(DatasetError) {
    let (extents, pixels) = try readIdx(idxImages, axes: 3)
    let (labelExtents, labelBytes) = try readIdx(labelPath, axes: 1)
    guard extents[0] == labelExtents[0] else {
      throw .countsDiffer(
        pictures: idxImages.string, count: extents[0], labels: labelPath.string, labelCount: labelExtents[0])
    }
    for (record, label) in labelBytes.enumerated() where label > 9 {
      throw .badLabel(file: labelPath.string, record: record, found: Int(label), classes: 10)
    }
    self.init(
      height: extents[1], width: extents[2], channels: 1, pixels: pixels, labels: labelBytes.map(Int.init),
      classNames: (0...9).map(String.init))
  }

  /// As ``init(idxImages:labels:)-(FilePath,_)`` for paths that are text.
  public init(idxImages: String, labels: String) throws(DatasetError) {
    try self.init(idxImages: FilePath(idxImages), labels: FilePath(labels))
  }
}

/// The extents and bytes of an idx file: magic `0 0 8 axes`, one big-endian 32-bit extent an axis, then the bytes.
private func readIdx(_ path: FilePath, axes: Int) throws(DatasetError) -> (extents: [Int], bytes: [UInt8]) {
  let file = try GzipFile(path)
  let magic = try file.read(4)
  guard magic == [0, 0, 8, UInt8(axes)] else { throw .notIdx(file: file.name, axes: axes, found: magic) }
  let header = try file.read(4 * axes)
  let extents = (0..<axes).map { axis in header[axis * 4..<axis * 4 + 4].reduce(0) { $0 << 8 | Int($1) } }
  var size = 1
  for extent in extents {
    let (product, overflow) = size.multipliedReportingOverflow(by: extent)
    guard extent > 0, !overflow else { throw .badExtents(file: file.name, found: extents) }
    size = product
  }
  let bytes = try file.read(size)
  try file.expectEnd(after: size)
  return (extents, bytes)
}
