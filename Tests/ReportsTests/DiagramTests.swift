import NeuralNetwork
import Reports
import Testing

@Suite struct DiagramTests {
  /// Boxes of one row stand beside one another, and every box below all it reads.
  private func check(_ layout: LayeredLayout, _ inputs: [[Int]], boxWidth: Double) {
    for (box, sources) in inputs.enumerated() {
      for source in sources {
        #expect(layout.boxes[source].y + layout.boxes[source].height < layout.boxes[box].y)
      }
    }
    let rows = Dictionary(grouping: layout.boxes, by: \.y)
    for row in rows.values {
      let places = row.map(\.x).sorted()
      for (left, right) in zip(places, places.dropFirst()) { #expect(right - left >= boxWidth + 10) }
    }
    for box in layout.boxes {
      #expect(box.x - boxWidth / 2 >= -0.001 && box.x + boxWidth / 2 <= layout.width + 0.001)
      #expect(box.y >= 0 && box.y + box.height <= layout.height + 0.001)
    }
    // No line runs through a box it does not end at.
    for line in layout.lines {
      for stop in line.stops.dropFirst().dropLast() {
        for (index, box) in layout.boxes.enumerated() where index != line.from && index != line.to {
          let isBeside = abs(stop.x - box.x) >= boxWidth / 2
          #expect(isBeside || stop.bottom <= box.y || stop.top >= box.y + box.height)
        }
      }
    }
  }

  @Test func `a chain is one straight column`() {
    let layout = LayeredLayout(heights: [20, 40, 20], boxWidth: 100, inputs: [[], [0], [1]])
    #expect(layout.boxes.map(\.x) == [50, 50, 50])
    #expect(layout.boxes.map(\.y) == [0, 46, 112])
    #expect(layout.width == 100 && layout.height == 132)
    #expect(layout.lines.count == 2 && layout.lines.allSatisfy { $0.stops.allSatisfy { $0.x == 50 } })
  }

  @Test func `branches stand side by side and meet in the middle`() {
    let inputs = [[], [0], [0], [1, 2]]
    let layout = LayeredLayout(heights: [20, 20, 20, 20], boxWidth: 100, inputs: inputs)
    check(layout, inputs, boxWidth: 100)
    #expect(layout.boxes[1].y == layout.boxes[2].y)
    #expect(abs(layout.boxes[0].x - layout.boxes[3].x) < 1)
    #expect(abs((layout.boxes[1].x + layout.boxes[2].x) / 2 - layout.boxes[0].x) < 1)
  }

  @Test func `a shortcut runs round the boxes it passes`() throws {
    let inputs = [[], [0], [1], [2, 0]]
    let layout = LayeredLayout(heights: [20, 20, 20, 20], boxWidth: 100, inputs: inputs)
    check(layout, inputs, boxWidth: 100)
    let shortcut = try #require(layout.lines.first { $0.from == 0 && $0.to == 3 })
    #expect(shortcut.stops.count == 4)
    // Its passage is straight.
    #expect(abs(shortcut.stops[1].x - shortcut.stops[2].x) < 0.001)
  }

  @Test func `crossings that need not be are not there`() {
    // Two sources, two targets, connected crosswise when taken in order.
    let inputs = [[], [], [1], [0]]
    let layout = LayeredLayout(heights: [20, 20, 20, 20], boxWidth: 100, inputs: inputs)
    check(layout, inputs, boxWidth: 100)
    #expect((layout.boxes[0].x < layout.boxes[1].x) == (layout.boxes[3].x < layout.boxes[2].x))
  }

  @Test func `long networks do not drift to a side`() throws {
    for name in ["inceptionv3", "inceptionresnetv2"] {
      let graph = try Architecture.named(name).graph()
      let blocks = BlockGraph(graph)
      let layout = LayeredLayout(
        heights: blocks.blocks.map { Double($0.count) * 21 }, boxWidth: 180, inputs: blocks.inputs)
      let rows = Dictionary(grouping: layout.boxes, by: \.y).values
      // The widest row, and a shortcut round it.
      #expect(layout.width <= Double(rows.map(\.count).max() ?? 0) * 198 + 198)
      let ends = [layout.boxes[0].x, layout.boxes[layout.boxes.count - 1].x]
      #expect(ends[0] == ends[1] && ends[0] > layout.width * 0.3 && ends[0] < layout.width * 0.7)
      let diagram = NetworkDiagram(graph, try graph.summary())
      #expect(diagram.isWide && diagram.width < 900)
    }
  }

  @Test func `a layer that reshapes is written like all others`() throws {
    let graph = try Graph([
      Layer("input", .input(InputShape(height: 8, width: 8, channels: 3))),
      Layer("flat", .flatten(.channelsLast), from: "input"),
    ])
    let svg = NetworkDiagram(graph, try graph.summary()).svg
    #expect(svg.contains("class=\"node shape\"") && !svg.contains("class=\"shape\""))
  }

  @Test func `nothing at all is no trouble`() {
    let layout = LayeredLayout(heights: [], boxWidth: 100, inputs: [])
    #expect(layout.boxes.isEmpty && layout.width == 0 && layout.height == 0)
  }

  @Test func `followers share a box with the layer before them`() {
    let blocks = BlockGraph(
      kinds: [.input, .convolution, .normalisation, .activation, .pooling, .activation, .merge],
      reads: [[], [0], [1], [2], [3], [3], [4, 5]])
    #expect(blocks.blocks == [[0], [1, 2, 3], [4], [5], [6]])
    #expect(blocks.inputs == [[], [0], [1], [1], [2, 3]])
  }

  @Test(arguments: ["vgg16", "squeezenet1.1", "inceptionv3", "resnet50", "densenet121"])
  func `published networks are laid out without overlap`(name: String) throws {
    let graph = try Architecture.named(name).graph()
    let blocks = BlockGraph(graph)
    #expect(blocks.blocks.flatMap { $0 }.sorted() == Array(graph.layers.indices))
    let layout = LayeredLayout(
      heights: blocks.blocks.map { Double($0.count) * 21 }, boxWidth: 180, inputs: blocks.inputs)
    check(layout, blocks.inputs, boxWidth: 180)
    let diagram = NetworkDiagram(graph, try graph.summary())
    for index in graph.layers.indices {
      #expect(diagram.svg.contains("href=\"#layer-\(index)\""))
    }
    #expect(diagram.svg.utf8.count < 900 * graph.layers.count)
  }

  @Test func `a hostile layer name is text`() throws {
    let name = "\"><script>alert(1)</script><a href=\"javascript:x"
    let graph = try Graph([
      Layer(name, .input(InputShape(height: 8, width: 8, channels: 3))),
      Layer("next", .activation(.relu), from: name),
    ])
    let svg = NetworkDiagram(graph, try graph.summary()).svg
    #expect(!svg.contains("<script") && !svg.contains("href=\"javascript"))
    #expect(svg.contains("&lt;script&gt;"))
  }
}
