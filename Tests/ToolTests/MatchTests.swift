import Foundation
import Testing

/// Templates hunted from the command line.
@Suite struct MatchTests {
  let pictures: Pictures

  init() throws {
    pictures = try Pictures()
    // Two digits "1" with a foot on paper that is not quite flat, and one upside down.
    func digit(_ row: Int, _ column: Int) -> Bool {
      guard (0..<11).contains(row), (0..<7).contains(column) else { return false }
      return column == 3 || row == 10 || (row == 2 && column < 3)
    }
    func paper(_ row: Int, _ column: Int) -> Float { Float(220 + (row * 31 + column * 17) % 5) }
    try pictures.npy("digit.npy", height: 13, width: 9) { row, column in
      digit(row - 1, column - 1) ? 30 : 222
    }
    try pictures.npy("in/form.npy", height: 60, width: 80) { row, column in
      digit(row - 5, column - 8) || digit(row - 40, column - 60) || digit(10 - (row - 6), column - 50)
        ? 40 : paper(row, column)
    }
    try pictures.npy("in/other.npy", height: 30, width: 30) { row, column in Float((row * column) % 50) }
  }

  private func fovea(_ arguments: String...) throws -> Tool.Result {
    Tool.finish(try Tool.start(arguments, in: pictures.folder))
  }

  @Test func placesAreListedAndDrawn() throws {
    let result = try fovea("match", "--template", "digit.npy", "in", "--format", "png", "-o", "found")
    #expect(result.status == 0, "\(result.errors)")
    let rows = result.lines.map { $0.split(separator: "\t").map(String.init) }
    #expect(rows.map { $0[2...5].joined(separator: " ") }.sorted() == ["59 39 9 13", "7 4 9 13"])
    #expect(rows.allSatisfy { Float($0[6]).map { $0 > 0.95 } ?? false })
    #expect(result.errors.contains("in/other.npy: no match of at least 0.8: the best is"))
    #expect(pictures.tree("found") == ["in/form_matches.png", "in/other_matches.png"])
  }

  @Test func matchesAreOneObjectAnInputAsJSON() throws {
    let result = try fovea(
      "match", "--template", "digit.npy", "in/form.npy", "--no-drawing", "--json", "--top", "1")
    #expect(result.status == 0, "\(result.errors)")
    let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
    let matches = object?["matches"] as? [[String: Any]]
    #expect(
      matches?.count == 1 && matches?[0]["width"] as? Int == 9
        && (matches?[0]["score"] as? Double ?? 0) > 0.95)
    #expect((object?["outputs"] as? [String])?.isEmpty == true)
    #expect(pictures.tree("Output").isEmpty)
  }

  @Test func whatCannotBeLookedForIsSaid() throws {
    let missing = try fovea("match", "--template", "none.png", "in")
    #expect(missing.status == 1 && missing.errors.contains("none.png"))
    try pictures.npy("flat.npy", height: 4, width: 4) { _, _ in 9 }
    let flat = try fovea("match", "--template", "flat.npy", "in", "-o", "f")
    #expect(flat.status == 1 && flat.errors.contains("the template is the same everywhere"))
    #expect(pictures.tree("f").isEmpty)
    let large = try fovea("match", "--template", "in/form.npy", "in", "--no-drawing")
    #expect(large.status == 1 && large.errors.contains("in/other.npy") && large.lines.count == 1)
    #expect(try fovea("match", "--template", "digit.npy", "in", "--threshold", "2").status == 64)
  }
}
