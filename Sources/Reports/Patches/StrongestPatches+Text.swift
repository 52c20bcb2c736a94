package import Batch
package import SystemPackage

/// Which input a picture was, so that a resumed run knows it again.
package struct PictureIdentity: Sendable, Hashable {
  package let path: FilePath
  package let size: Int64
  package let modified: Int64

  package init(_ input: Input) {
    path = input.path
    size = input.facts.size
    modified = input.facts.modified
  }

  package init(path: FilePath, size: Int64, modified: Int64) {
    self.path = path
    self.size = size
    self.modified = modified
  }
}

/// A search that can be put down and taken up: what was found so far, and in which pictures.
package struct PatchSearch: Sendable {
  package private(set) var strongest: StrongestPatches
  package private(set) var pictures: [PictureIdentity] = []

  package init(count: Int) { strongest = StrongestPatches(count: count) }

  package mutating func add(_ peaks: PicturePeaks, from picture: PictureIdentity) {
    strongest.add(peaks, from: picture.path.displayed)
    pictures.append(picture)
  }

  /// The search as text, a line a fact; `settings` is what it depends on besides the pictures.
  package func text(settings: String) -> String {
    var text = "fovea patches 1\t\(escaped(settings))\t\(strongest.count)\n"
    for picture in pictures {
      text += "p\t\(picture.size)\t\(picture.modified)\t\(hexadecimal(picture.path.bytes))\n"
    }
    for layer in strongest.layers {
      text += "l\t\(layer.index)\t\(layer.channels.count)\t\(escaped(layer.name))\n"
      for (channel, finds) in layer.channels.enumerated() {
        for find in finds {
          text += "f\t\(channel)\t\(find.value.bitPattern)\t\(find.picture)\t\(find.row)\t\(find.column)\n"
        }
      }
    }
    return text
  }

  /// The search that ``text(settings:)`` wrote with the same settings; `nil` for every other text.
  package init?(text: String, settings: String) {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: true).makeIterator()
    guard let head = lines.next()?.split(separator: "\t", omittingEmptySubsequences: false), head.count == 3,
      head[0] == "fovea patches 1", head[1] == escaped(settings), let count = Int(head[2]), count > 0
    else { return nil }
    var strongest = StrongestPatches(count: count)
    var pictures: [PictureIdentity] = []
    while let line = lines.next() {
      let cells = line.split(separator: "\t", omittingEmptySubsequences: false)
      let numbers = cells.dropFirst().map { Int($0) }
      switch (cells.first, cells.count) {
      case ("p", 4):
        guard let size = Int64(cells[1]), let modified = Int64(cells[2]), let path = bytes(cells[3]) else {
          return nil
        }
        pictures.append(.init(path: FilePath(bytes: path), size: size, modified: modified))
      case ("l", 4):
        guard let index = numbers[0], let channels = numbers[1], (0..<1 << 24).contains(channels) else {
          return nil
        }
        strongest.layers.append(
          .init(name: unescaped(cells[3]), index: index, channels: Array(repeating: [], count: channels)))
      case ("f", 6):
        let place = strongest.layers.count - 1
        guard let channel = numbers[0], let bits = UInt32(cells[2]), let picture = numbers[2],
          let row = numbers[3],
          let column = numbers[4], place >= 0, strongest.layers[place].channels.indices.contains(channel),
          pictures.indices.contains(picture), row >= 0, column >= 0
        else { return nil }
        strongest.layers[place].channels[channel].append(
          .init(value: Float(bitPattern: bits), picture: picture, row: row, column: column))
      default: return nil
      }
    }
    strongest.pictures = pictures.map(\.path.displayed)
    self.strongest = strongest
    self.pictures = pictures
  }
}

private func escaped(_ text: String) -> String {
  text.replacing("\\", with: "\\\\").replacing("\n", with: "\\n").replacing("\t", with: "\\t")
}

private func unescaped(_ text: Substring) -> String {
  var result = ""
  var characters = text.makeIterator()
  while let character = characters.next() {
    guard character == "\\", let next = characters.next() else {
      result.append(character)
      continue
    }
    result.append(next == "n" ? "\n" : next == "t" ? "\t" : next)
  }
  return result
}

/// Paths are bytes, and stay what they are.
private func hexadecimal(_ bytes: [UInt8]) -> String {
  bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

private func bytes(_ text: Substring) -> [UInt8]? {
  let digits = text.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
  guard digits.count == text.utf8.count, digits.count % 2 == 0 else { return nil }
  return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}
