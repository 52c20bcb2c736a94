import Convolution

/// Layers in the making: each `append` returns its layer's name for the next to read.
struct LayerList {
  private(set) var layers: [Layer] = []
  private var counts: [String: Int] = [:]

  init(input: String, _ shape: InputShape) { layers = [Layer(input, .input(shape))] }

  @discardableResult
  mutating func append(_ name: String, _ operation: Operation, from inputs: String...) -> String {
    append(name, operation, from: inputs)
  }

  @discardableResult
  mutating func append(_ name: String, _ operation: Operation, from inputs: [String]) -> String {
    layers.append(Layer(name, operation, from: inputs))
    return name
  }

  /// The name Keras gives the next layer of a class that got none: `conv2d`, `conv2d_1`, ...
  mutating func numbered(_ word: String) -> String {
    let count = counts[word, default: 0]
    counts[word] = count + 1
    return count == 0 ? word : "\(word)_\(count)"
  }

  /// The layers in Keras's order, on which matching weights by position rests: by the longest way to the output, far ones first,
  /// equals as a depth-first walk from the output meets them.
  var inKerasOrder: [Layer] {
    guard let output = layers.last else { return [] }
    let byName = Dictionary(layers.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    var met: [String: Int] = [:]
    var pending = [output.name]
    while let name = pending.popLast() {
      guard met[name] == nil, let layer = byName[name] else { continue }
      met[name] = met.count
      pending += layer.inputs.reversed()
    }
    var distance: [String: Int] = [:]
    // Layers were made inputs first, so backwards every reader comes before what it reads.
    for layer in layers.reversed() {
      for input in layer.inputs {
        distance[input] = max(distance[input, default: 0], distance[layer.name, default: 0] + 1)
      }
    }
    return layers.filter { met[$0.name] != nil }.sorted {
      let (a, b) = (distance[$0.name, default: 0], distance[$1.name, default: 0])
      return a == b ? met[$0.name, default: 0] < met[$1.name, default: 0] : a > b
    }
  }
}
