public import Imaging
public import SystemPackage
import TensorCore

/// The pictures of a data set's folder, to train on and, where the set has them apart, to test on.
///
/// ```swift
/// let data = try DatasetFolder("cifar10", height: 32, width: 32) { print($0) }
/// ```
///
/// Understood are CIFAR-10 (`data_batch_1.bin` ... and `test_batch.bin`), CIFAR-100 (`train.bin`, `test.bin`), MNIST
/// (`train-images-idx3-ubyte.gz` and so on, gzipped or plain), and a folder for each class, below `train` and `test` (or `val`)
/// or at once.
public struct DatasetFolder: Sendable {
  public let training: LabelledPictures
  public let test: LabelledPictures?

  /// Reads the folder; pictures of class folders are brought to `height` x `width`.
  ///
  /// Those that cannot be read are left out and told to `problem`. Throws ``DatasetError``.
  public init(
    _ folder: FilePath, height: Int = 32, width: Int = 32, options: LoadOptions = .init(),
    problem: (ImagingError) -> Void
  ) throws(DatasetError) {
    let entries = try listed(folder)
    let names = Set(entries.map(\.name))
    func path(_ name: String) -> FilePath { folder.appending(name) }
    let batches = LabelledPictures.cifar10TrainingFiles.filter(names.contains)
    if !batches.isEmpty || names.contains("test_batch.bin") {
      guard let first = batches.first else {
        throw .missingFiles(folder: folder.string, expected: LabelledPictures.cifar10TrainingFiles)
      }
      var all = try LabelledPictures(cifar10: path(first))
      for name in batches.dropFirst() { all = all.followed(by: try LabelledPictures(cifar10: path(name))) }
      training = all
      test = names.contains("test_batch.bin") ? try LabelledPictures(cifar10: path("test_batch.bin")) : nil
      return
    }
    if names.contains("train.bin") {
      training = try LabelledPictures(cifar100: path("train.bin"))
      test = names.contains("test.bin") ? try LabelledPictures(cifar100: path("test.bin")) : nil
      return
    }
    func idx(_ start: String) throws(DatasetError) -> LabelledPictures? {
      guard let images = names.sorted().first(where: { $0.hasPrefix(start) && $0.contains("-images-idx3") })
      else { return nil }
      let labels = images.replacing("-images-idx3", with: "-labels-idx1")
      guard names.contains(labels) else { throw .missingFiles(folder: folder.string, expected: [labels]) }
      return try LabelledPictures(idxImages: path(images), labels: path(labels))
    }
    if let digits = try idx("train") {
      training = digits
      test = try idx("t10k")
      return
    }
    let folders = Set(entries.filter(\.isFolder).map(\.name))
    guard !folders.isEmpty else {
      throw .missingFiles(
        folder: folder.string,
        expected: ["data_batch_1.bin", "train.bin", "train-images-idx3-ubyte", "a folder for each class"])
    }
    func classes(_ folder: FilePath) throws(DatasetError) -> LabelledPictures {
      try LabelledPictures(folder: folder, height: height, width: width, options: options, problem: problem)
    }
    guard folders.contains("train") else {
      training = try classes(folder)
      test = nil
      return
    }
    training = try classes(path("train"))
    test = try ["test", "val", "validation"].first(where: folders.contains).map { name throws(DatasetError) in
      try classes(path(name))
    }
    if let test, test.classNames != training.classNames {
      throw .classesDiffer(folder: folder.string, training: training.classNames, test: test.classNames)
    }
  }
}

extension LabelledPictures {
  /// CIFAR-100's binary version: a byte of the coarse and one of the fine label (0 to 99, the one taken) before each picture.
  public init(cifar100 path: FilePath) throws(DatasetError) {
    try self.init(cifar: path, labelBytes: 2, classNames: (0..<100).map { "class \($0)" })
  }

  /// The pictures `indices`, in that order.
  public func subset(_ indices: [Int]) -> LabelledPictures {
    let size = height * width * channels
    var bytes: [UInt8] = []
    bytes.reserveCapacity(indices.count * size)
    for index in indices { bytes += pixels[index * size..<(index + 1) * size] }
    return LabelledPictures(
      height: height, width: width, channels: channels, pixels: bytes, labels: indices.map { labels[$0] },
      classNames: classNames)
  }

  /// Holds out about `share` of every class, drawn by `seed`; each class keeps one picture at least on both sides.
  public func split(holdingOut share: Double, seed: UInt64) throws(DatasetError)
    -> (kept: LabelledPictures, heldOut: LabelledPictures)
  {
    var generator = SeededGenerator(seed: seed)
    var byClass = [[Int]](repeating: [], count: classNames.count)
    for (index, label) in labels.enumerated() { byClass[label].append(index) }
    var (kept, held): ([Int], [Int]) = ([], [])
    for (label, indices) in byClass.enumerated() where !indices.isEmpty {
      guard indices.count > 1 else { throw .tooFewToSplit(name: classNames[label], count: indices.count) }
      let shuffled = indices.shuffled(using: &generator)
      let count = min(indices.count - 1, max(1, Int((Double(indices.count) * share).rounded())))
      held += shuffled.prefix(count)
      kept += shuffled.dropFirst(count)
    }
    return (subset(kept.sorted()), subset(held.sorted()))
  }
}
