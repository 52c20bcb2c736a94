private import Synchronization

/// How thickly a text covers each pixel of its box, 0...255, row-major.
package struct LineMask: Sendable, Hashable {
  package let width: Int
  package let height: Int
  package let coverage: [UInt8]

  package init(width: Int, height: Int, coverage: [UInt8]) {
    precondition(coverage.count == width * height, "\(coverage.count) pixels for \(width) x \(height)")
    self.width = width
    self.height = height
    self.coverage = coverage
  }
}

/// Draws one line of text at a font size in pixels; `nil` when there is no font to draw it with.
package typealias TextRenderer = @Sendable (_ text: String, _ size: Int) -> LineMask?

/// Sets lines of text: every line of one size has the same box height and baseline, and what was drawn once is kept.
///
/// Thousands of captions are numbers: those are put together from single digits, each drawn once.
package final class Typesetter: Sendable {
  private struct Key: Hashable {
    let text: String
    let size: Int
  }

  /// The box of the bars that lend every line one height and baseline.
  private struct Bars {
    let ink: Int
    let advance: Int
    let pair: Int
    /// The rows of the bar itself.
    let ascent: Int
    /// The rows of a line: the bar, one free row above it and the leading under it.
    let height: Int
  }

  /// How much of what was drawn is kept.
  private static let mostBytes = 2 << 20

  private let render: TextRenderer
  private let masks = Mutex<(known: [Key: LineMask], bytes: Int)>(([:], 0))
  private let bars = Mutex<[Int: Bars]>([:])

  package init(_ render: @escaping TextRenderer) { self.render = render }

  /// The mask of `text` on one line, `nil` when there is no font.
  package func mask(_ text: String, size: Int) -> LineMask? {
    let key = Key(text: text, size: size)
    if let known = masks.withLock({ $0.known[key] }) { return known }
    let isNumber =
      text.count > 1 && text.utf8.allSatisfy { ($0 >= 48 && $0 <= 57) || [37, 43, 44, 45, 46].contains($0) }
    guard let mask = isNumber ? joined(text.map(String.init), size: size) : drawn(text, size: size) else {
      return nil
    }
    masks.withLock {
      // Lines of numbers differ from sheet to sheet; a long run must not keep them all.
      if $0.bytes > Self.mostBytes { $0 = ([:], 0) }
      $0.known[key] = mask
      $0.bytes += mask.coverage.count
    }
    return mask
  }

  /// The width of `text`; an estimate when there is no font, so that layout goes on.
  package func width(_ text: String, size: Int) -> Int {
    mask(text, size: size)?.width ?? text.count * size * 6 / 10
  }

  /// The height of every line of `size`.
  package func lineHeight(_ size: Int) -> Int { barsOf(size)?.height ?? size * 12 / 10 }

  private func joined(_ parts: [String], size: Int) -> LineMask? {
    var glyphs: [LineMask] = []
    for part in parts {
      guard let glyph = mask(part, size: size) else { return nil }
      glyphs.append(glyph)
    }
    let (width, height) = (glyphs.reduce(0) { $0 + $1.width }, lineHeight(size))
    var coverage = [UInt8](repeating: 0, count: width * height)
    var left = 0
    for glyph in glyphs {
      for row in 0..<min(height, glyph.height) {
        for column in 0..<glyph.width {
          coverage[row * width + left + column] = glyph.coverage[row * glyph.width + column]
        }
      }
      left += glyph.width
    }
    return LineMask(width: width, height: height, coverage: coverage)
  }

  /// Draws `|text|` and cuts the bars off: a renderer crops to the ink, and without the bars an "x" would lose its line.
  private func drawn(_ text: String, size: Int) -> LineMask? {
    guard let bars = barsOf(size), let whole = render("|" + text + "|", size) else { return nil }
    let width = max(0, whole.width - bars.pair)
    let left = (bars.advance + bars.ink) / 2
    var coverage = [UInt8](repeating: 0, count: width * bars.height)
    // What rises above the bars makes the drawing higher; its first rows go, and the baseline stays.
    let above = max(0, whole.height - bars.ascent)
    for row in 0..<min(bars.ascent, whole.height) {
      for column in 0..<min(width, max(0, whole.width - left)) {
        coverage[(row + 1) * width + column] = whole.coverage[(row + above) * whole.width + left + column]
      }
    }
    return LineMask(width: width, height: bars.height, coverage: coverage)
  }

  private func barsOf(_ size: Int) -> Bars? {
    if let known = bars.withLock({ $0[size] }) { return known }
    guard let one = render("|", size), let two = render("||", size), let three = render("|||", size) else {
      return nil
    }
    let found = Bars(
      ink: one.width, advance: three.width - two.width, pair: two.width, ascent: two.height,
      height: two.height + 1 + max(2, size / 5))
    bars.withLock { $0[size] = found }
    return found
  }
}

extension Typesetter {
  /// `text` no wider than `width`: of longer ones the middle is left out, since names differ at their ends.
  package func shortened(_ text: String, size: Int, width: Int) -> String {
    guard self.width(text, size: size) > width else { return text }
    let characters = Array(text)
    var kept = characters.count - 1
    while kept > 2 {
      let shorter = String(characters.prefix((kept + 1) / 2)) + "…" + String(characters.suffix(kept / 2))
      if self.width(shorter, size: size) <= width { return shorter }
      kept -= max(1, kept / 16)
    }
    return String(characters.prefix(1)) + "…"
  }

  /// `text` in lines no wider than `width`, broken between words, and inside a word only when it alone is too wide.
  ///
  /// What stands between two middle dots stays on one line where it can.
  package func wrapped(_ text: String, size: Int, width: Int) -> [String] {
    guard self.width(text, size: size) > width else { return text.isEmpty ? [] : [text] }
    let parts = text.split(separator: " · ", omittingEmptySubsequences: false).map(String.init)
    guard parts.count > 1 else { return wrappedWords(text, size: size, width: width) }
    var lines: [String] = []
    for (place, part) in parts.enumerated() {
      let part = place < parts.count - 1 ? part + " ·" : part
      let longer = lines.last.map { $0 + " " + part } ?? part
      if lines.isEmpty || self.width(longer, size: size) > width {
        lines += wrappedWords(part, size: size, width: width)
      } else {
        lines[lines.count - 1] = longer
      }
    }
    return lines
  }

  private func wrappedWords(_ text: String, size: Int, width: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ").map(String.init) {
      let longer = line.isEmpty ? word : line + " " + word
      if self.width(longer, size: size) <= width {
        line = longer
        continue
      }
      if !line.isEmpty { lines.append(line) }
      line = word
      while line.count > 1, self.width(line, size: size) > width {
        let fitting = max(1, min(line.count - 1, line.count * width / max(1, self.width(line, size: size))))
        lines.append(String(line.prefix(fitting)))
        line = String(line.dropFirst(fitting))
      }
    }
    return line.isEmpty ? lines : lines + [line]
  }
}
