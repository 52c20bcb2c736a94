import Fovea
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
    rows = content.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      let words = line.split(separator: " ", maxSplits: 1)
      guard let first = words.first, words.count == 2, first.count == 9, first.hasPrefix("n"),
        Int(first.dropFirst()) != nil
      else { return Row(synset: nil, label: String(line)) }
      return Row(synset: String(first), label: String(words[1]))
    }
  }

  func row(_ index: Int) -> Row? { rows.indices.contains(index) ? rows[index] : nil }
}
