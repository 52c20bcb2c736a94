import TensorCore
import Testing
import Visualization

private func drawn(_ kernels: Tensor, _ scale: Scaling? = nil, _ options: FilterSheetOptions = .init()) throws
  -> ContactSheet
{
  try ContactSheet(filters: kernels, scale: scale, options: options, typesetter: boxes)
}

private func random(_ shape: Shape) -> Tensor {
  var generator = SeededGenerator(seed: 3)
  return Tensor(normal: shape, using: &generator)
}

@Suite struct FilterSheetTests {
  @Test func alexNetsKernelsAreTwelveByEight() throws {
    let sheet = try drawn(random([11, 11, 3, 96]))
    #expect(sheet.tiles.map(\.content) == (0..<96).map { .kernel(output: $0) })
    #expect(Set(sheet.tiles.map(\.frame.x)).count == 12 && Set(sheet.tiles.map(\.frame.y)).count == 8)
    #expect(sheet.tiles.allSatisfy { $0.frame.width == 99 })
    #expect(sheet.texts.contains { $0.contains("scale: tile") })
  }

  @Test(arguments: [Scaling.tile, .layer, .symmetric]) func kernelsHaveTheirTrueColours(scale: Scaling) throws
  {
    let kernels = random([3, 3, 3, 5])
    for order in ["rgb", "bgr"] {
      let sheet = try drawn(kernels, scale, .init(channelOrder: order == "bgr" ? .bgr : .rgb, zoom: 10))
      for output in 0..<5 {
        let tile = try #require(sheet.tile(.kernel(output: output)))
        let own = (0..<27).map { kernels.scalars[$0 * 5 + output] }
        let all = scale == .tile ? own : kernels.scalars
        let reach = all.map(abs).max() ?? 0
        let (low, high) = scale == .symmetric ? (-reach, reach) : (all.min() ?? 0, all.max() ?? 0)
        #expect(tile.range == ValueRange(low: low, high: high))
        for row in 0..<3 {
          for column in 0..<3 {
            let levels = (order == "bgr" ? [2, 1, 0] : [0, 1, 2]).map { (input: Int) -> Double in
              let value = Double(kernels[row, column, input, output])
              return (value - Double(low)) / (Double(high) - Double(low)) * 255
            }
            let color = sheet.color(of: tile, row: row, column: column, enlargement: 10)
            for (level, found) in zip(levels, [color.red, color.green, color.blue]) {
              #expect(abs(level - Double(found)) <= 0.501)
            }
          }
        }
      }
    }
  }

  @Test func symmetricZeroIsMidGrey() throws {
    let kernels = Tensor([0, 1, 0, -2, 2, 0.5], shape: [1, 1, 3, 2])
    let sheet = try drawn(kernels, .symmetric, .init(zoom: 10))
    let tile = try #require(sheet.tile(.kernel(output: 0)))
    #expect(
      sheet.color(of: tile, row: 0, column: 0, enlargement: 10) == Color(red: 128, green: 128, blue: 255))
  }

  @Test func groupsHaveHeadings() throws {
    let sheet = try drawn(random([11, 11, 3, 96]), .layer, .init(groups: 2))
    #expect(sheet.texts.contains("group 1 of 2: outputs 0 to 47"))
    #expect(sheet.texts.contains("group 2 of 2: outputs 48 to 95"))
    #expect(sheet.tiles.count == 96 && Set(sheet.tiles.map(\.frame.x)).count == 12)
    #expect(throws: VisualizationError.groups(5, outputs: 96)) {
      try drawn(random([1, 1, 3, 96]), nil, .init(groups: 5))
    }
  }

  @Test func oneChannelKernelsAreSigned() throws {
    let kernels = Tensor([1, -4, 0, 2, 2, 2, 0, 0], shape: [2, 1, 1, 4])
    let sheet = try drawn(kernels, nil, .init(zoom: 10))
    let tile = try #require(sheet.tile(.kernel(output: 1)))
    #expect(tile.range == ValueRange(low: -4, high: 4))
    #expect(sheet.color(of: tile, row: 0, column: 0, enlargement: 10) == ColorMap.diverging[0])
    #expect(sheet.color(of: tile, row: 1, column: 0, enlargement: 10) == ColorMap.diverging[0.75])
    #expect(sheet.tile(.kernel(output: 2))?.mark == .dead)
  }

  @Test func weightsStrongestAndDeadKernelsAreSaid() throws {
    let tiles = try drawn(Tensor([1, -4, 0, 2, 2, 2, 0, 0], shape: [2, 1, 1, 4]))
    #expect(tiles.texts.contains("weights: mean 0.375 · std 1.87 · min -4 · max 2 · zero 38%"))
    #expect(tiles.texts.contains("largest norm: output 1 (4.47), 0 (2.24), 3 (2)"))
    #expect(tiles.texts.contains("dead: 1 of 4 outputs: 2"))
    // Two inputs, three outputs: the norm of an output is over all its inputs.
    let table = try drawn(Tensor([3, 0, 1, 4, 0, -1], shape: [1, 1, 2, 3]))
    #expect(table.texts.contains("largest norm: output 0 (5), 2 (1.41)"))
    #expect(table.texts.contains("dead: 1 of 3 outputs: 1"))
    let spoilt = try drawn(Tensor([3, .nan, 0, 4, 1, 0], shape: [1, 1, 2, 3]))
    #expect(spoilt.texts.contains { $0.hasPrefix("largest norm: output 0 (5)") })
    #expect(spoilt.texts.contains("dead: 1 of 3 outputs: 2"))
  }

  @Test func deeperKernelsAreATableOfTheStrongest() throws {
    var kernels = Tensor(repeating: 0, shape: [1, 1, 4, 6])
    kernels[0, 0, 3, 5] = -8
    kernels[0, 0, 1, 5] = 4
    kernels[0, 0, 3, 2] = 2
    let sheet = try drawn(kernels, nil, .init(top: 2, topInputs: 2))
    #expect(
      sheet.tiles.map(\.content) == [
        .connection(input: 3, output: 5), .connection(input: 1, output: 5), .connection(input: 3, output: 2),
        .connection(input: 1, output: 2),
      ])
    #expect(sheet.tiles[0].range == ValueRange(low: -8, high: 8) && sheet.tiles[3].mark == .dead)
    let frame = sheet.tiles[1].frame
    #expect(sheet.color(x: frame.x + 3, y: frame.y + 3) == ColorMap.diverging[0.75])
    #expect(sheet.texts.contains { $0.hasPrefix("2 of 6 outputs (rows) by 2 of 4 inputs (columns)") })
    #expect(Set(sheet.tiles.map(\.frame.x)).count == 2)
  }

  @Test func aGroupedTableCountsInputsOverAllGroups() throws {
    let sheet = try drawn(random([3, 3, 2, 4]), nil, .init(groups: 2))
    #expect(sheet.tiles.contains { $0.content == .connection(input: 3, output: 3) })
    #expect(!sheet.tiles.contains { $0.content == .connection(input: 0, output: 3) })
    let top = try drawn(random([1, 1, 8, 40]), nil, .init(groups: 2, top: 3, topInputs: 4))
    let line = "in each of 2 groups 3 of 20 outputs (rows) by 4 of 8 inputs (columns), largest norm first"
    #expect(top.texts.joined(separator: " ").contains(line))
    #expect(top.parameters["top"] == "3" && top.parameters["magnification"] == "24")
  }

  @Test(arguments: [1, 2]) func depthwiseKernelsAreOneAChannel(multiplier: Int) throws {
    let kernels = random([3, 3, 8, multiplier])
    let sheet = try drawn(kernels, .layer, .init(kind: .depthwise, zoom: 10))
    #expect(sheet.tiles.count == 8 * multiplier)
    let tile = try #require(sheet.tiles.last)
    #expect(tile.caption == [multiplier == 1 ? "7" : "7.1"])
    let words = sheet.texts.joined(separator: " ")
    #expect(words.contains("\(multiplier == 1 ? "one" : "2") a channel (depthwise)"))
    #expect(words.contains("1.0 is the first kernel of channel 1, 1.1 its second") == (multiplier == 2))
    let reach = kernels.scalars.map(abs).max() ?? 0
    let value = ValueRange(low: -reach, high: reach).position(of: kernels[2, 0, 7, multiplier - 1])
    #expect(sheet.color(of: tile, row: 2, column: 0, enlargement: 10) == ColorMap.diverging[value])
  }

  @Test func denseKernelsAreATableToo() throws {
    #expect(try drawn(random([128, 10])).tiles.count == 160)
  }

  @Test func kernelsThatAreNotFiniteAreMarked() throws {
    var kernels = random([3, 3, 3, 2])
    kernels[0, 0, 0, 1] = .nan
    let sheet = try drawn(kernels, .layer)
    #expect(sheet.tiles.map(\.mark) == [nil, .notFinite])
    var deep = random([3, 3, 4, 2])
    deep[0, 0, 0, 1] = .infinity
    #expect(try self.marks(deep).filter { $0 == .notFinite }.count == 1)
  }

  private func marks(_ kernels: Tensor) throws -> [TileMark] { try drawn(kernels).tiles.compactMap(\.mark) }

  @Test(arguments: [[3], [3, 3, 3], [3, 3, 3, 0], [1, 3, 3, 3, 3]]) func otherShapesAreRefused(shape: [Int]) {
    #expect(throws: VisualizationError.self) { try drawn(Tensor(repeating: 1, shape: Shape(shape))) }
  }

  @Test func impossibleOptionsAreRefused() {
    #expect(throws: VisualizationError.notPositive("columns", 0)) {
      try drawn(random([3, 3, 3, 4]), nil, .init(columns: 0))
    }
    #expect(throws: VisualizationError.self) { try drawn(random([3, 3, 4, 4]), nil, .init(kind: .color)) }
  }
}
