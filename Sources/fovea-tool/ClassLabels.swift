import Fovea
import Reports
import SystemPackage

/// The names of classes, a line each: `n01440764 tench, Tinca tinca`, or the name alone.
struct ClassLabels: Sendable {
  struct Row: Sendable {
    let synset: String?
    let label: String
  }

  private let rows: [Row]

  init(contentsOf path: FilePath) throws {
    let content = try saying { try text(of: path) }
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
}
