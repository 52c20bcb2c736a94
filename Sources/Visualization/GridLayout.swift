/// Where the tiles of a sheet go: rectangles from counts and sizes, nothing else.
///
/// ```swift
/// let grid = GridLayout(count: 64, rows: 112, columns: 112, captionWidth: 14, captionHeight: 15)
/// grid.columns        // 8
/// grid.tile(9)        // the second tile of the second row
/// ```
///
/// The grid is near square in pixels, a little wider than high, and full in its last row where a near choice allows it.
/// Maps under about a hundred pixels are enlarged by a whole number; larger ones are reduced by one only when the grid
/// would exceed ``maximumSide``. Cells are never narrower than their captions.
package struct GridLayout: Sendable, Hashable {
  /// No grid is wider or higher than this many pixels.
  package static let maximumSide = 4096
  /// Between a tile's frame and its neighbours.
  static let gap = 4
  /// About how many pixels a whole grid of enlarged maps takes.
  private static let comfortableArea = 1_100_000
  private static let largestEnlargedTile = 320
  private static let largestEnlargement = 24

  /// How many tiles are placed: all, or as many as ``maximumSide`` allows.
  package let count: Int
  package let columns: Int
  package let magnification: Magnification
  package let tileWidth: Int
  package let tileHeight: Int
  package let cellWidth: Int
  package let cellHeight: Int
  package let captionHeight: Int

  package var rows: Int { (count + columns - 1) / max(1, columns) }
  package var width: Int { columns * cellWidth + (columns - 1) * GridLayout.gap }
  package var height: Int { rows * cellHeight + max(0, rows - 1) * GridLayout.gap }

  /// A grid of `count` tiles that each show `rows` x `columns` values.
  ///
  /// - Parameters:
  ///   - atLeast: the side in pixels below which small maps are enlarged further, for captions of several lines.
  ///   - fixedColumns: as many tiles a row as the user wants, when that fits.
  ///   - zoom: the enlargement the user wants.
  package init(
    count: Int, rows sourceRows: Int, columns sourceColumns: Int, captionWidth: Int, captionHeight: Int,
    atLeast smallest: Int = 28, fixedColumns: Int? = nil, zoom: Int? = nil
  ) {
    let longest = max(1, sourceRows, sourceColumns)
    let target = Int((Double(GridLayout.comfortableArea) / Double(max(1, count))).squareRoot())
    let wished = max(smallest, min(target, GridLayout.largestEnlargedTile))
    let times = longest < wished ? min(wished / longest, GridLayout.largestEnlargement) : 1
    let least = (smallest + longest - 1) / longest
    var magnification = Magnification.enlarged(zoom ?? max(times, min(least, GridLayout.largestEnlargement)))
    while true {
      let width = magnification.pixels(for: sourceColumns)
      let height = magnification.pixels(for: sourceRows)
      // One pixel of frame on every side belongs to the cell.
      let cellWidth = max(width + 2, captionWidth)
      let cellHeight = height + 2 + captionHeight
      let fitting = max(1, (GridLayout.maximumSide + GridLayout.gap) / (cellWidth + GridLayout.gap))
      let fittingRows = max(1, (GridLayout.maximumSide + GridLayout.gap) / (cellHeight + GridLayout.gap))
      let columns =
        fixedColumns.map { max(1, min($0, fitting)) }
        ?? GridLayout.columns(count: count, cellWidth: cellWidth, cellHeight: cellHeight, atMost: fitting)
      let fits =
        (count + columns - 1) / columns <= fittingRows && cellWidth <= GridLayout.maximumSide
        && cellHeight <= GridLayout.maximumSide
      if !fits, width > smallest || height > smallest {
        magnification =
          magnification.enlargement > 1
          ? .enlarged(magnification.enlargement - 1) : .reduced(magnification.reduction + 1)
        continue
      }
      self.count = min(count, columns * fittingRows)
      self.columns = columns
      self.magnification = magnification
      tileWidth = width
      tileHeight = height
      self.cellWidth = cellWidth
      self.cellHeight = cellHeight
      self.captionHeight = captionHeight
      return
    }
  }

  /// The pixels of tile `index` (without its frame), from the grid's upper left corner.
  package func tile(_ index: Int) -> Rectangle {
    let cell = self.cell(index)
    return Rectangle(
      x: cell.x + (cellWidth - tileWidth) / 2, y: cell.y + 1, width: tileWidth, height: tileHeight)
  }

  /// The room for the caption of tile `index`, under the tile.
  package func caption(_ index: Int) -> Rectangle {
    let cell = self.cell(index)
    return Rectangle(x: cell.x, y: cell.y + tileHeight + 2, width: cellWidth, height: captionHeight)
  }

  private func cell(_ index: Int) -> Rectangle {
    Rectangle(
      x: index % columns * (cellWidth + GridLayout.gap), y: index / columns * (cellHeight + GridLayout.gap),
      width: cellWidth, height: cellHeight)
  }

  /// The number of columns whose grid is nearest to 6 : 5 in pixels; a last row left open costs as much as half
  /// the aspect.
  private static func columns(count: Int, cellWidth: Int, cellHeight: Int, atMost: Int) -> Int {
    var best = 1
    var least = Double.infinity
    for columns in 1...max(1, min(count, atMost)) {
      let rows = (count + columns - 1) / columns
      let aspect = Double(columns * (cellWidth + gap)) / Double(rows * (cellHeight + gap)) / 1.2
      let cost = max(aspect, 1 / aspect) * (rows * columns == count ? 1 : 1.5)
      if cost < least { (best, least) = (columns, cost) }
    }
    return best
  }
}
