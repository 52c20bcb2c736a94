import TensorCore
import Testing
import Visualization

/// Orders and colours beside numpy's and matplotlib's (Scripts/make-visualization-fixtures.py).
@Suite struct GoldenTests {
  private static let maps = ["viridis", "magma", "inferno", "cividis", "diverging"]

  @Test(arguments: Array(ChannelSelection.Order.allCases.enumerated()))
  func channelsAreOrderedAsNumpyOrders(row: Int, order: ChannelSelection.Order) throws {
    let expected = try fixture("orders.npy")
    let statistics = ChannelStatistics.ofChannels(try fixture("statistics-input.npy"))
    let found = try ChannelSelection(sort: order).indices(among: statistics)
    #expect(found.map(Float.init) == (0..<6).map { expected[row, $0] })
  }

  /// Every value of every tile that is no mark has matplotlib's colour, on each scale and with each map.
  @Test(arguments: [Scaling.tile, .layer, .model, .symmetric], maps)
  func valuesHaveMatplotlibsColours(scale: Scaling, map: String) throws {
    let x = try fixture("statistics-input.npy")
    let expected = try fixture("colors.npy")
    let scales: [Scaling] = [.tile, .layer, .model, .symmetric]
    let (s, m) = (try #require(scales.firstIndex(of: scale)), try #require(Self.maps.firstIndex(of: map)))
    let colors: ColorMap = try #require(ColorMap.named(map))
    let options = ActivationSheetOptions(
      colorMap: colors, modelRange: .init(low: -20, high: 30), zoom: 3)
    let sheet = try ContactSheet(of: x, scale: scale, options: options, typesetter: boxes)
    var compared = 0
    for channel in 0..<6 {
      let tile = try #require(sheet.tile(.channel(channel)))
      #expect(tile.mark == (channel == 1 ? .dead : channel == 2 && scale == .tile ? .constant : nil))
      guard tile.mark == nil else { continue }
      for row in 0..<5 {
        for column in 0..<7 {
          let start = ((((s * 5 + m) * 5 + row) * 7 + column) * 6 + channel) * 3
          let color = sheet.color(of: tile, row: row, column: column, enlargement: 3)
          let wanted = (0..<3).map { UInt8(expected.scalars[start + $0]) }
          #expect([color.red, color.green, color.blue] == wanted, "channel \(channel) at \(row), \(column)")
          compared += 1
        }
      }
    }
    #expect(compared == (scale == .tile ? 4 : 5) * 35)
  }
}
