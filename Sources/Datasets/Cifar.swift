public import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The binary version of CIFAR-10 (Krizhevsky 2009): 32x32 pictures, a label byte before 1,024 red, green and blue bytes each.
extension LabelledPictures {
  /// The ten classes in the order of their labels.
  public static let cifar10ClassNames = [
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
  ]

  /// The names of CIFAR-10's training files, in order.
  public static let cifar10TrainingFiles = (1...5).map { "data_batch_\($0).bin" }

  /// The pictures of one batch file, as many as it holds; throws ``DatasetError``.
  public init(cifar10 path: FilePath) throws(DatasetError) {
    try self.init(cifar: path, labelBytes: 1, classNames: LabelledPictures.cifar10ClassNames)
  }

  /// Records of `labelBytes`, the last of which is the label, and a picture.
  init(cifar path: FilePath, labelBytes: Int, classNames: [String]) throws(DatasetError) {
    let side = 32
    let plane = side * side
    let recordSize = labelBytes + 3 * plane
    var information = stat()
    let found = path.withPlatformString { stat($0, &information) } == 0
    guard found else { throw .unreadable(file: path.string, reason: String(cString: strerror(errno))) }
    let size = Int(information.st_size)
    guard size > 0, size % recordSize == 0 else {
      throw .notRecords(file: path.string, size: size, recordSize: recordSize)
    }
    let bytes = try GzipFile(path).read(size)
    let count = size / recordSize
    var labels = [Int](repeating: 0, count: count)
    var pixels = [UInt8](repeating: 0, count: count * 3 * plane)
    for record in 0..<count {
      let label = Int(bytes[record * recordSize + labelBytes - 1])
      guard label < classNames.count else {
        throw .badLabel(file: path.string, record: record, found: label, classes: classNames.count)
      }
      labels[record] = label
      for channel in 0..<3 {
        let source = record * recordSize + labelBytes + channel * plane
        let target = record * 3 * plane + channel
        for pixel in 0..<plane { pixels[target + pixel * 3] = bytes[source + pixel] }
      }
    }
    self.init(
      height: side, width: side, channels: 3, pixels: pixels, labels: labels,
      classNames: classNames)
  }

  /// As ``init(cifar10:)-(FilePath)`` for a path that is text.
  public init(cifar10 path: String) throws(DatasetError) { try self.init(cifar10: FilePath(path)) }
}
