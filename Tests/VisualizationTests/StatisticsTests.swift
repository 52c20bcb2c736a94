import TensorCore
import TestSupport
import Testing
import Visualization

@Suite struct StatisticsTests {
  @Test func channelsHaveNumpysStatistics() throws {
    let expected = try fixture("statistics.npy")
    let channels = ChannelStatistics.ofChannels(try fixture("statistics-input.npy"))
    let found = channels.flatMap { [$0.minimum, $0.maximum, $0.mean, $0.deviation, $0.zeroFraction] }
    expectAgreement(Tensor(found, shape: expected.shape), expected, to: 1e-6)
    #expect(channels.map(\.isDead) == [false, true, false, false, false, false])
  }

  @Test func channelsCombineToTheWhole() throws {
    let x = try fixture("statistics-input.npy")
    let whole = ChannelStatistics.of(x)
    let combined = ChannelStatistics.combined(ChannelStatistics.ofChannels(x))
    #expect(combined.count == whole.count && combined.range == whole.range)
    #expect(abs(combined.mean - whole.mean) < 1e-5 && abs(combined.deviation - whole.deviation) < 1e-5)
    #expect(abs(combined.zeroFraction - whole.zeroFraction) < 1e-6)
  }

  @Test func valuesThatAreNotFiniteAreCountedApart() {
    let statistics = ChannelStatistics(of: [1, .nan, 3, .infinity, 0] as [Float])
    #expect(statistics.count == 5 && statistics.notFinite == 2)
    #expect(statistics.minimum == 0 && statistics.maximum == 3)
    #expect(statistics.zeroFraction == 0.2)
    let none = ChannelStatistics(of: [.nan, .infinity] as [Float])
    #expect(none.range == nil && none.mean.isNaN && none.deviation.isNaN && !none.isDead)
  }

  @Test(arguments: [
    (ChannelSelection.Order.index, [0, 1, 2, 3]), (.mean, [3, 1, 0, 2]), (.max, [1, 3, 0, 2]),
    (.std, [1, 3, 0, 2]),
    (.sparsity, [2, 0, 1, 3]),
  ])
  func channelsAreOrderedByTheirMeasure(order: ChannelSelection.Order, expected: [Int]) throws {
    let channels: [[Float]] = [[0, 1, 1, 0], [-5, 9, 1, 1], [0, 0, 0, 0], [2, 3, 2, 4]]
    let statistics = channels.map { ChannelStatistics(of: $0) }
    #expect(try ChannelSelection(sort: order).indices(among: statistics) == expected)
    #expect(try ChannelSelection(sort: order, top: 2).indices(among: statistics) == Array(expected.prefix(2)))
  }

  @Test func aChannelWithoutFiniteValuesComesLast() throws {
    let statistics = [[Float.nan], [-1], [2]].map { ChannelStatistics(of: $0) }
    #expect(try ChannelSelection(sort: .mean).indices(among: statistics) == [2, 1, 0])
  }

  @Test(arguments: [("0", [0]), ("0,3,8-11", [0, 3, 8, 9, 10, 11]), ("5, 5,4-6", [5, 4, 6])])
  func channelListsAreRead(text: String, expected: [Int]) throws {
    #expect(try [Int](parsingChannels: text) == expected)
  }

  @Test(arguments: ["", "a", "1-", "-1", "3-1", "1,,2", "1-2-3", "99999999999999999999", "0-99999999"])
  func badChannelListsAreRefused(text: String) {
    #expect(throws: VisualizationError.notAChannelList(text)) { try [Int](parsingChannels: text) }
  }

  @Test func aChannelThatIsNotThereIsNamed() {
    let statistics = [ChannelStatistics(of: [1 as Float])]
    #expect(throws: VisualizationError.noSuchChannel(7, channels: 1)) {
      try ChannelSelection(channels: [0, 7]).indices(among: statistics)
    }
    #expect(throws: VisualizationError.notPositive("top", 0)) {
      try ChannelSelection(top: 0).indices(among: statistics)
    }
  }
}
