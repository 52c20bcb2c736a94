import Foundation
import Fovea
import Reports
import SystemPackage

/// The names of a network's classes.
///
/// From a text file, a line each: `n01440764 tench, Tinca tinca`, or the name alone; from Keras's class index in JSON,
/// `{"0": ["n01440764", "tench"], ...}`; or ImageNet's thousand, which need no file.
struct ClassLabels: Sendable {
  struct Row: Sendable {
    let synset: String?
    let label: String
  }

  private let rows: [Row]

  init(contentsOf path: FilePath) throws {
    let content = try saying { try text(of: path) }
    if content.first(where: { !$0.isWhitespace }) == "{" {
      rows = try saying { try Self.index(content, path) }
      return
    }
    // Lines end as on any system; some lists quote each line as YAML does.
    var lines = content.split(omittingEmptySubsequences: false) { $0.isNewline }.map(Self.unquoted)
    while lines.last == "" { lines.removeLast() }
    rows = lines.map { line in
      let words = line.split(separator: " ", maxSplits: 1)
      guard let first = words.first, words.count == 2, first.count == 9, first.hasPrefix("n"),
        Int(first.dropFirst()) != nil
      else { return Row(synset: nil, label: line) }
      return Row(synset: String(first), label: String(words[1]))
    }
  }

  private static func unquoted(_ line: Substring) -> String {
    guard line.count > 1, line.hasPrefix("'"), line.hasSuffix("'") else { return String(line) }
    return String(line.dropFirst().dropLast()).replacing("''", with: "'")
  }

  /// All of them, by index.
  var names: [ClassName] { rows.map { ClassName(synset: $0.synset, label: $0.label) } }

  /// The names alone, by index.
  var texts: [String] { rows.map(\.label) }

  func row(_ index: Int) -> Row? { rows.indices.contains(index) ? rows[index] : nil }

  private init(_ rows: [Row]) { self.rows = rows }

  /// ImageNet's, for networks with as many classes or one more (a background class at 0).
  static let imageNet = ClassLabels(ImageNetClasses.all.map { Row(synset: $0.synset, label: $0.name) })

  /// The labels of a network with so many outputs: those given, else ImageNet's where they suit; and what to tell of it.
  static func suiting(_ given: ClassLabels?, outputs: Int) -> (labels: ClassLabels?, note: String?) {
    guard let labels = given ?? (outputs == 1000 || outputs == 1001 ? imageNet : nil) else {
      return (nil, nil)
    }
    if outputs == labels.rows.count + 1 {
      return (
        ClassLabels([Row(synset: nil, label: "background")] + labels.rows),
        "the network has \(outputs) classes for \(labels.rows.count) labels: class 0 is taken as the background"
      )
    }
    let note = "the network has \(outputs) classes, there are \(labels.rows.count) labels"
    return (labels, outputs == labels.rows.count ? nil : note)
  }

  private static func index(_ content: String, _ path: FilePath) throws -> [Row] {
    func wrong(_ reason: String) -> TensorFileError {
      .system(file: "\(path)", doing: "read it as a class index", reason: reason)
    }
    guard let object = try? JSONDecoder().decode([String: [String]].self, from: Data(content.utf8)) else {
      throw wrong("expected {\"0\": [\"n01440764\", \"tench\"], ...}")
    }
    return try (0..<object.count).map { number in
      guard let names = object["\(number)"], let label = names.last else {
        throw wrong("class \(number) is missing among \(object.count)")
      }
      return Row(synset: names.count > 1 ? names[0] : nil, label: label)
    }
  }
}
