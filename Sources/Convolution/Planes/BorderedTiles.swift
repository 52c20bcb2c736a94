import CKernels
import TensorCore

/// The tiles of pictures with several channels, one channel of one tile after another, each with its border.
struct BorderedTiles: Sendable {
  let border: PlaneBorder
  let filter: TransformFilter

  private var frame: SlideFrame { border.frame }
  private var down: Int { (frame.output.height + filter.output.height - 1) / filter.output.height }
  private var across: Int { (frame.output.width + filter.output.width - 1) / filter.output.width }
  private var count: Int { frame.samples * down * across * frame.channels }

  /// Filters all of them, two at a time, shared out over the threads.
  func run(
    source: UnsafePointer<Float>, target: UnsafeMutablePointer<Float>, constantRow: UnsafePointer<Float>
  ) {
    nonisolated(unsafe) let (source, target, constantRow) = (source, target, constantRow)
    let tile = filter.tile
    parallelFor((count + 1) / 2) { pairs in
      withScratch(of: UnsafePointer<Float>.self, 2 * tile.height) { rows in
        withScratch(of: Float.self, 2 * tile.height * tile.width) { copies in
          filter.withScratchMemory { scratch in
            for pair in pairs {
              let first = fill(2 * pair, source, target, constantRow, rows, copies)
              let second =
                2 * pair + 1 == count
                ? nil
                : fill(
                  2 * pair + 1, source, target, constantRow, rows + tile.height,
                  copies + tile.height * tile.width)
              filter.correlate(first, second, scratch: scratch)
            }
          }
        }
      }
    }
  }

  /// Tile number `index` with its input rows in `rows`: those of the picture itself where the tile lies wholly between
  /// its left and right ends and has one channel, else copies.
  private func fill(
    _ index: Int, _ source: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>,
    _ constantRow: UnsafePointer<Float>, _ rows: UnsafeMutablePointer<UnsafePointer<Float>>,
    _ copies: UnsafeMutablePointer<Float>
  ) -> fovea_tile {
    let channel = index % frame.channels
    let place = index / frame.channels
    let (sample, tileRow, tileColumn) = (place / across / down, place / across % down, place % across)
    let (top, left) = (tileRow * filter.output.height, tileColumn * filter.output.width)
    let height = min(filter.output.height, frame.output.height - top)
    let width = min(filter.output.width, frame.output.width - left)
    let (readRows, readColumns) = (height + frame.kernel.height - 1, width + frame.kernel.width - 1)
    let columns = left..<left + readColumns
    let inPlace = frame.channels == 1 && border.isInside(columns)

    let picture = source + sample * frame.input.height * frame.inputStride
    for row in 0..<readRows {
      let own = border.row(top + row, of: picture, constantRow: constantRow)
      if inPlace {
        (rows + row).initialize(to: own)
      } else {
        let copy = copies + row * filter.tile.width
        border.copy(columns, channel: channel, of: own, to: copy)
        (rows + row).initialize(to: UnsafePointer(copy))
      }
    }
    return fovea_tile(
      rows: rows, first: inPlace ? left - frame.left : 0, input_rows: readRows, input_columns: readColumns,
      output: target + ((sample * frame.output.height + top) * frame.output.width + left) * frame.channels
        + channel,
      output_stride: frame.outputStride, output_step: frame.channels, output_rows: height,
      output_columns: width, offset: 0)
  }
}
