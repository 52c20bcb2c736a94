import TensorCore
import TestSupport
import Visualization

/// Type without fonts: every character is a dark box, 6/10 of its size wide.
let boxes = Typesetter { text, size in
  let width = text.count * size * 6 / 10
  return LineMask(
    width: width, height: size + 2, coverage: [UInt8](repeating: 255, count: width * (size + 2)))
}

/// No font at all.
let noFont = Typesetter { _, _ in nil }

func fixture(_ name: String) throws -> Tensor {
  try Tensor(npy: repositoryFolder + "/Tests/VisualizationTests/Fixtures/" + name)
}

extension ContactSheet {
  func color(x: Int, y: Int) -> Color {
    let start = (y * width + x) * 3
    return Color(red: pixels[start], green: pixels[start + 1], blue: pixels[start + 2])
  }

  /// The colour of one value of a tile, `enlargement` pixels wide, at its middle.
  func color(of tile: SheetTile, row: Int, column: Int, enlargement: Int) -> Color {
    color(
      x: tile.frame.x + column * enlargement + enlargement / 2,
      y: tile.frame.y + row * enlargement + enlargement / 2)
  }

  func tile(_ content: SheetTile.Content) -> SheetTile? { tiles.first { $0.content == content } }
}
