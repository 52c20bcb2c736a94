public import TensorCore

/// What is wrong with a file of weights; the description is one line that names the file.
public enum WeightFileError: Error, Sendable, Hashable {
  /// It could not be opened, mapped or written, or is a damaged `.npy`.
  case file(TensorFileError)
  /// The bytes are of no format that is known.
  case unknownFormat(file: String, found: [UInt8])
  /// The format is known by sight but not read.
  case unsupportedFormat(file: String, format: String, advice: String)
  /// Its structure could not be read: damaged, too large, or not allowed.
  case damaged(file: String, part: String, problem: String)
  /// The file holds no tensor of that name; `nearest` are the names most like it.
  case noSuchTensor(file: String, name: String, nearest: [String])
  /// The tensor's elements are no numbers a float can stand for.
  case notNumbers(file: String, name: String, found: String)
  /// Two tensors have one name.
  case duplicateName(file: String, name: String)
}

extension WeightFileError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .file(let error): "\(error)"
    case .unknownFormat(let file, let found):
      found.isEmpty
        ? "\(file): empty file, expected weights (HDF5, .keras, .npz, .npy, safetensors, PyTorch, Caffe, ONNX or TensorFlow.js)"
        : "\(file): not a file of weights this program knows; it begins with the bytes "
          + found.prefix(8).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
    case .unsupportedFormat(let file, let format, let advice): "\(file): \(format) is not read; \(advice)"
    case .damaged(let file, let part, let problem):
      part.isEmpty || part == "/" ? "\(file): \(problem)" : "\(file): '\(part)' \(problem)"
    case .noSuchTensor(let file, let name, let nearest):
      "\(file): no tensor named '\(name)'"
        + (nearest.isEmpty ? "" : "; the nearest are " + nearest.map { "'\($0)'" }.joined(separator: ", "))
    case .notNumbers(let file, let name, let found): "\(file): '\(name)' holds \(found), expected numbers"
    case .duplicateName(let file, let name): "\(file): '\(name)' is there twice"
    }
  }
}
