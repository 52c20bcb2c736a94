package import NeuralNetwork

/// A network's layers as a reader takes them in: blocks of a layer that works and those that only follow it.
///
/// A convolution, its batch normalisation and its activation are one box with three rows, so that a network of 300 layers
/// has 100 boxes. A follower joins when it is the only one that reads the layer before it.
package struct BlockGraph: Sendable, Hashable {
  /// What a layer is to the reader; colours and legends go by it.
  package enum Kind: String, Sendable, Hashable, CaseIterable {
    case input, convolution, dense, pooling, normalisation, activation, merge, shape, other

    /// Whether such a layer may stand in the box of the layer before it.
    var follows: Bool {
      switch self {
      case .normalisation, .activation, .shape, .other: true
      case .input, .convolution, .dense, .pooling, .merge: false
      }
    }
  }

  /// The layers of each block by their place in the order of execution.
  package let blocks: [[Int]]
  /// The blocks whose output each block reads, without repetition.
  package let inputs: [[Int]]

  /// - Parameters:
  ///   - kinds: what each layer is, in the order of execution.
  ///   - reads: the places of the layers that each layer reads; all before it.
  package init(kinds: [Kind], reads: [[Int]]) {
    var readers = [Int](repeating: 0, count: kinds.count)
    for sources in reads { for source in Set(sources) { readers[source] += 1 } }
    var blocks: [[Int]] = []
    var blockOf: [Int] = []
    for (layer, kind) in kinds.enumerated() {
      if kind.follows, reads[layer].count == 1, readers[reads[layer][0]] == 1 {
        blockOf.append(blockOf[reads[layer][0]])
        blocks[blockOf[layer]].append(layer)
      } else {
        blockOf.append(blocks.count)
        blocks.append([layer])
      }
    }
    inputs = blocks.map { block in
      var seen: Set<Int> = []
      return reads[block[0]].map { blockOf[$0] }.filter { seen.insert($0).inserted }
    }
    self.blocks = blocks
  }

  package init(_ graph: Graph) {
    let place = Dictionary(
      graph.layers.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    self.init(
      kinds: graph.layers.map(\.operation.kind),
      reads: graph.layers.map { layer in layer.inputs.compactMap { place[$0] } })
  }
}

extension Operation {
  /// What the layer is to the reader of a diagram.
  package var kind: BlockGraph.Kind {
    switch self {
    case .input: .input
    case .convolution, .transposedConvolution, .depthwiseConvolution, .separableConvolution: .convolution
    case .dense: .dense
    case .pooling, .globalPooling, .adaptiveAveragePooling, .maxUnpooling, .upSampling: .pooling
    case .batchNormalization, .channelScale, .localResponseNormalization, .instanceNormalization:
      .normalisation
    case .activation: .activation
    case .standardization, .groupNormalization, .layerNormalization: .normalisation
    case .resizing, .reduction: .pooling
    case .padding, .depthToSpace, .spaceToDepth: .shape
    case .constant: .other
    case .divide, .minimum, .matrixProduct: .merge
    case .add, .subtract, .multiply, .average, .maximum, .concatenate, .join: .merge
    case .flatten, .reshape, .zeroPadding, .cropping, .channels, .slice, .permute, .channelPadding: .shape
    case .dropout, .identity, .rescaling: .other
    }
  }
}
