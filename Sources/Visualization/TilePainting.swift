import TensorCore

/// What the painter needs of one tile.
struct TilePaint {
  let source: TileSource
  let frame: Rectangle
  let range: ValueRange?
  let mark: TileMark?
}

extension Canvas {
  /// Draws the tiles' values, several at a time: each writes only its own rectangle.
  mutating func draw(
    _ tiles: [TilePaint], of tensor: Tensor, magnification: Magnification, colors: ColorMap
  ) {
    let stride = width * 3
    tensor.withUnsafeScalars { scalars in
      withUnsafeMutablePixels { pixels in
        // Tiles do not overlap, so no two threads write one pixel.
        nonisolated(unsafe) let pixels = pixels
        parallelFor(tiles.count, grain: 8) { block in
          var line: [Float] = []
          for tile in tiles[block] where tile.mark == nil {
            guard let range = tile.range else { continue }
            let painter = TilePainter(range: range, colors: colors, magnification: magnification)
            painter.paint(tile.source, scalars, at: tile.frame, pixels, stride: stride, line: &line)
          }
        }
      }
    }
    for tile in tiles {
      outline(tile.frame.outset(by: 1), Theme.rule)
      if let mark = tile.mark { draw(mark, in: tile.frame) }
    }
  }
}

/// Turns one tile's values into pixels.
private struct TilePainter {
  let range: ValueRange
  let colors: ColorMap
  let magnification: Magnification

  func paint(
    _ source: TileSource, _ scalars: UnsafeBufferPointer<Float>, at frame: Rectangle,
    _ pixels: UnsafeMutableBufferPointer<UInt8>, stride: Int, line: inout [Float]
  ) {
    let (times, block) = (magnification.enlargement, magnification.reduction)
    let components = source.colorStride == nil ? 1 : 3
    let across = (source.columns + block - 1) / block
    let down = (source.rows + block - 1) / block
    line = [Float](repeating: 0, count: across * components)
    for row in 0..<down {
      for component in 0..<components {
        let shift = component * (source.colorStride ?? 0)
        for column in 0..<across {
          line[column * components + component] = mean(source, scalars, row, column, block, shift)
        }
      }
      let top = (frame.y + row * times) * stride + frame.x * 3
      for column in 0..<across {
        let color = color(line, column, components)
        for copy in 0..<times {
          let start = top + (column * times + copy) * 3
          pixels[start] = color.red
          pixels[start + 1] = color.green
          pixels[start + 2] = color.blue
        }
      }
      guard let base = pixels.baseAddress else { return }
      for copy in 1..<max(1, times) {
        (base + top + copy * stride).update(from: base + top, count: across * times * 3)
      }
    }
  }

  private func color(_ line: [Float], _ column: Int, _ components: Int) -> Color {
    if components == 1 {
      return line[column].isFinite ? colors[range.position(of: line[column])] : Theme.neutral
    }
    return Color(
      red: level(line[column * 3]), green: level(line[column * 3 + 1]), blue: level(line[column * 3 + 2]))
  }

  /// 0...255, halves up.
  private func level(_ value: Float) -> UInt8 {
    UInt8(max(0, min(255, (range.position(of: value) * 255).rounded(.toNearestOrAwayFromZero))))
  }

  private func mean(
    _ source: TileSource, _ scalars: UnsafeBufferPointer<Float>, _ row: Int, _ column: Int, _ block: Int,
    _ shift: Int
  ) -> Float {
    guard block > 1 else {
      return scalars[source.offset + row * source.rowStride + column * source.columnStride + shift]
    }
    var sum = 0.0
    let rows = row * block..<min(source.rows, (row + 1) * block)
    let columns = column * block..<min(source.columns, (column + 1) * block)
    for row in rows {
      for column in columns {
        sum += Double(scalars[source.offset + row * source.rowStride + column * source.columnStride + shift])
      }
    }
    return Float(sum / Double(rows.count * columns.count))
  }
}
