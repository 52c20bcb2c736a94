/// What is wrong with a file or folder of training pictures; the description is one line that names the file.
public enum DatasetError: Error, Sendable, Hashable {
  /// The file cannot be opened or read, or its compressed bytes are damaged.
  case unreadable(file: String, reason: String)
  /// The first four bytes are not those of an idx file of bytes with so many axes.
  case notIdx(file: String, axes: Int, found: [UInt8])
  /// The header announces more than the file can hold.
  case tooShort(file: String, expected: Int, found: Int)
  /// Bytes follow the last picture or label.
  case tooLong(file: String, expected: Int)
  /// The header announces a picture with no pixel, or more than this machine can count.
  case badExtents(file: String, found: [Int])
  /// Pictures and labels come in different numbers.
  case countsDiffer(pictures: String, count: Int, labels: String, labelCount: Int)
  /// The file is no whole number of records.
  case notRecords(file: String, size: Int, recordSize: Int)
  /// A label names a class that does not exist.
  case badLabel(file: String, record: Int, found: Int, classes: Int)
  /// None of the files a data set consists of is in the folder.
  case missingFiles(folder: String, expected: [String])
  /// A folder for each class is needed, two at least.
  case fewClasses(folder: String, found: [String])
  /// No picture of a class can be read.
  case emptyClass(folder: String)
  /// Pictures to train on and to test on belong to different classes.
  case classesDiffer(folder: String, training: [String], test: [String])
  /// A class of which none can be held out.
  case tooFewToSplit(name: String, count: Int)
}

extension DatasetError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unreadable(let file, let reason): "\(file): cannot read it: \(reason)"
    case .notIdx(let file, let axes, let found):
      "\(file): not an idx file of bytes with \(axes) axes: expected it to begin with 0 0 8 \(axes), found "
        + found.map(String.init).joined(separator: " ")
    case .tooShort(let file, let expected, let found):
      "\(file): too short: expected \(expected) bytes of data, found \(found)"
    case .tooLong(let file, let expected): "\(file): goes on after the \(expected) bytes its header announces"
    case .badExtents(let file, let found): "\(file): no such data: its header announces the extents \(found)"
    case .countsDiffer(let pictures, let count, let labels, let labelCount):
      "\(pictures) holds \(count) pictures, but \(labels) holds \(labelCount) labels"
    case .notRecords(let file, let size, let recordSize):
      "\(file): \(size) bytes are no whole number of records of \(recordSize) bytes (a label and a picture)"
    case .badLabel(let file, let record, let found, let classes):
      "\(file): picture \(record) has label \(found); expected 0 to \(classes - 1)"
    case .missingFiles(let folder, let expected):
      "\(folder): none of the expected files is there: \(expected.joined(separator: ", "))"
    case .fewClasses(let folder, let found):
      "\(folder): a folder for each class is needed, two at least; found "
        + (found.isEmpty ? "none" : found.joined(separator: ", "))
    case .emptyClass(let folder): "\(folder): holds no picture that can be read; a class needs one at least"
    case .classesDiffer(let folder, let training, let test):
      "\(folder): the classes to train on (\(training.joined(separator: ", "))) are not those to test on "
        + "(\(test.joined(separator: ", ")))"
    case .tooFewToSplit(let name, let count):
      "class '\(name)' has \(count == 1 ? "a single picture" : "\(count) pictures"): two are needed to hold one out; --hold-out 0 keeps none apart"
    }
  }
}
