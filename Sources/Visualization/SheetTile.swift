/// One tile of a sheet: what it shows, where, and on what scale.
public struct SheetTile: Sendable, Hashable {
  /// What of the tensor the tile shows.
  public enum Content: Sendable, Hashable {
    /// One channel of a layer's output.
    case channel(Int)
    /// The kernel of one output, over all its inputs (in colour) or its only one.
    case kernel(output: Int)
    /// The part of a kernel from one input (counted over all groups) to one output.
    case connection(input: Int, output: Int)
    /// Units of a layer without rows and columns, as cells side by side.
    case units([Int])
    /// A part (`input`, `map`, `overlay`) of the row of one class's activation map.
    case classMap(Int, part: String)
    /// A channel's output for one of two things compared (`A`, `B`), or their difference (`A - B`).
    case compared(channel: Int, part: String)
    /// The picture with the `rank`-th largest output of a channel, from 0.
    case patch(channel: Int, rank: Int)
    /// A picture among others, counted from 0.
    case picture(Int)
  }

  public let content: Content
  /// The pixels of the values, without the frame.
  public let frame: Rectangle
  /// The text under the tile, a line each.
  public let caption: [String]
  /// The values drawn in the first and last colour; `nil` for a tile that is marked.
  public let range: ValueRange?
  public let mark: TileMark?
}

/// Where a tile's values lie in its tensor.
struct TileSource {
  var offset: Int
  var rows: Int
  var columns: Int
  var rowStride: Int
  var columnStride: Int
  /// From red to green to blue; `nil` for a map of single values.
  var colorStride: Int?
}
