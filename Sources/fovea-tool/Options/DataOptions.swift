import ArgumentParser
import Batch
import Fovea
import SystemPackage

/// Which labelled pictures.
struct DataOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The folder of a data set: CIFAR-10 or CIFAR-100 (binary), MNIST (idx), or a folder for each class, below train and test or at once.",
      valueName: "folder"),
    completion: .directory)
  var data: String

  @Option(
    help: ArgumentHelp("Take only so many of the pictures to train on, the first of them.", valueName: "n"))
  var limit: Int?

  @Option(
    help: ArgumentHelp(
      "The share of each class to test on, where the folder keeps none apart.", valueName: "share"))
  var holdOut = 0.1

  @OptionGroup(title: "Input") var loading: LoadingOptions

  func validate() throws {
    if let limit, limit < 1 { throw ValidationError("--limit is at least 1, not \(limit)") }
    if !(0..<1).contains(holdOut) { throw ValidationError("--hold-out is between 0 and 1, not \(holdOut)") }
  }

  /// The data set, and how many of its pictures could not be read; see ``labelledSet(in:limit:holdOut:options:height:width:seed:)``.
  func pictures(height: Int, width: Int, seed: UInt64) throws -> (data: LabelledSet, unreadable: Int) {
    try labelledSet(
      in: FilePath(argument: data), limit: limit, holdOut: holdOut, options: loading.loadOptions,
      height: height,
      width: width, seed: seed)
  }
}

/// The data set in a folder, and how many of its pictures could not be read, each of which is said.
///
/// `height` and `width` are the size of pictures of class folders.
func labelledSet(
  in path: FilePath, limit: Int?, holdOut: Double, options: LoadOptions, height: Int, width: Int, seed: UInt64
) throws -> (data: LabelledSet, unreadable: Int) {
  guard FileFacts.ifPresent(path)?.kind == .folder else {
    throw failed(
      """
      \(path.displayed): there is no such folder. CIFAR-10 is published at \
      https://www.cs.toronto.edu/~kriz/cifar.html: unpack cifar-10-binary.tar.gz and put data_batch_1.bin to \
      data_batch_5.bin and test_batch.bin into this folder
      """)
  }
  var unreadable = 0
  return try saying {
    let folder = try DatasetFolder(path, height: height, width: width, options: options) { error in
      unreadable += 1
      StandardError.line("fovea: left out: \(error)")
    }
    let training = limit.map { folder.training.subset(0..<min($0, folder.training.count)) } ?? folder.training
    if let test = folder.test { return (LabelledSet(training: training, test: test), unreadable) }
    guard holdOut > 0 else { return (LabelledSet(training: training, test: nil), unreadable) }
    let (kept, held) = try training.split(holdingOut: holdOut, seed: seed)
    return (LabelledSet(training: kept, test: held), unreadable)
  }
}

/// Pictures to train on and, if any, to test on.
struct LabelledSet: Sendable {
  let training: LabelledPictures
  let test: LabelledPictures?
}
