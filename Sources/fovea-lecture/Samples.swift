import Foundation

/// What the project's samples hold of trained networks and of the histories of their training.
enum Samples {
  /// The network with large first kernels, trained on CIFAR-10; `nil` until it is among the samples.
  static var trained: String? { present("Samples/networks/cifar10-filters.h5") }

  /// The history of one training, a row an epoch.
  static func history(_ name: String) throws -> History? {
    guard let path = present("Samples/histories/\(name).csv") else { return nil }
    return try History(csv: try String(contentsOfFile: path, encoding: .utf8), file: path)
  }

  private static func present(_ path: String) -> String? {
    FileManager.default.fileExists(atPath: path) ? path : nil
  }
}

/// What `fovea train` notes of every epoch, by column.
struct History {
  private let columns: [String: [Double]]

  /// From a table with a line of names; throws ``LectureError`` where a line has another number of values.
  init(csv text: String, file: String) throws {
    let lines = text.split(whereSeparator: \.isNewline).map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    var columns: [String: [Double]] = [:]
    for line in lines.dropFirst() {
      guard let names = lines.first, line.count == names.count else {
        throw LectureError.unexpected(what: file, found: "a line of \(line.count) values")
      }
      for (name, value) in zip(names, line) {
        columns[String(name), default: []].append(Double(value) ?? .nan)
      }
    }
    self.columns = columns
  }

  /// The values of a column, epoch by epoch.
  subscript(_ names: String...) -> [Double]? { names.lazy.compactMap { columns[$0] }.first }
}
