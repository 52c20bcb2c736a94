import NeuralNetwork
import Reports
import TensorCore
import Testing
import Visualization

@Suite struct StatisticsTests {
  /// A network that passes pictures on, through a rectifier.
  private func rectifier() throws -> CompiledNetwork {
    let graph = try Graph([
      Layer("input", .input(InputShape(height: 3, width: 4, channels: 3))),
      Layer("relu", .activation(.relu), from: "input"),
    ])
    return try Network(graph: graph, weights: [:]).compiled(for: [1, 3, 4, 3], recording: ["relu"])
  }

  /// Merged over pictures, the numbers are those of all values at once.
  @Test func totalsAreThoseOfAllValuesTogether() throws {
    let compiled = try rectifier()
    var generator = SeededGenerator(seed: 5)
    var whole = FolderStatistics()
    var values = [[Double]](repeating: [], count: 3)
    for picture in 0..<7 {
      var scalars = Tensor(normal: [1, 3, 4, 3], using: &generator).scalars
      for place in stride(from: 2, to: scalars.count, by: 3) { scalars[place] = -1 }
      if picture < 2 { for place in stride(from: 1, to: scalars.count, by: 3) { scalars[place] = -2 } }
      whole.add(PictureStatistics(of: Tensor(scalars, shape: [1, 3, 4, 3]), in: compiled))
      for (place, value) in scalars.enumerated() { values[place % 3].append(Double(max(0, value))) }
    }
    #expect(whole.pictures == 7 && whole.layers.map(\.name) == ["relu"])
    let layer = whole.layers[0]
    for (channel, all) in zip(layer.channels, values) {
      let mean = all.reduce(0, +) / Double(all.count)
      let square = all.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(all.count)
      #expect(abs(channel.mean - mean) < 1e-6 && abs(channel.deviation - square.squareRoot()) < 1e-6)
      #expect(Double(channel.maximum) == all.max() && Double(channel.minimum) == all.min())
      #expect(channel.zeros == all.count { $0 == 0 } && channel.count == 84)
    }
    #expect(layer.channels[1].deadShare == 2.0 / 7 && !layer.channels[1].isDead)
    #expect(layer.deadChannels == [2] && abs(layer.deadShare - 1.0 / 3) < 1e-12)
    let all = values.joined()
    #expect(abs(layer.values.mean - all.reduce(0, +) / 252) < 1e-6)
    #expect(layer.values.zeroShare == Double(all.count { $0 == 0 }) / 252)
  }

  @Test func valuesThatAreNoNumbersAreCountedApart() {
    var totals = ChannelTotals()
    totals.add(ChannelStatistics(of: [.nan, .infinity]))
    #expect(totals.mean.isNaN && totals.maximum.isNaN && totals.notFinite == 2 && totals.deadShare == 0)
    totals.add(ChannelStatistics(of: [1, 3]))
    #expect(totals.mean == 2 && totals.deviation == 1 && totals.notFinite == 2 && totals.count == 4)
  }

  @Test func tablesQuoteNamesAndChartsEscapeThem() throws {
    let name = "a,\"b\"<script>&"
    let graph = try Graph([
      Layer("input", .input(InputShape(height: 2, width: 2, channels: 1))),
      Layer(name, .identity, from: "input"),
    ])
    let compiled = try Network(graph: graph, weights: [:]).compiled(for: [1, 2, 2, 1], recording: [name])
    var whole = FolderStatistics()
    whole.add(PictureStatistics(of: Tensor([0, 1, 2, 3], shape: [1, 2, 2, 1]), in: compiled))
    let rows = whole.channelTable().split(separator: "\n")
    #expect(rows.count == 2 && rows[1].hasPrefix("1,\"a,\"\"b\"\"<script>&\",0,1,1.5,"))
    #expect(whole.layerTable().contains(",2x2x1,1,1,1.5,"))
    let svg = whole.chart().svg()
    #expect(svg.contains("a,&quot;b&quot;&lt;script&gt;&amp;") && !svg.contains("<script"))
    let sheet = whole.chart().sheet()
    #expect(sheet.width > 400 && sheet.texts.contains("25%"))
  }
}
