public import NeuralNetwork
public import TensorCore
public import Visualization

/// The numbers of one picture's layers, channel by channel.
public struct PictureStatistics: Sendable {
  public struct Layer: Sendable {
    public let name: String
    /// The layer's place in the order of execution.
    public let index: Int
    public let shape: Shape
    public let channels: [ChannelStatistics]
  }

  public let layers: [Layer]

  /// Runs the network and measures each recorded layer as it comes; no layer's output is kept.
  public init(of x: Tensor, in network: CompiledNetwork) {
    var layers: [Layer] = []
    network.run(x) { layer in
      layers.append(
        Layer(
          name: layer.name, index: layer.index, shape: layer.output.shape,
          channels: ChannelStatistics.ofChannels(layer.output)))
    }
    self.layers = layers
  }
}

/// What the layers and channels of a network did over many pictures: how active, how sparse, which of them dead.
///
/// ```swift
/// var statistics = FolderStatistics()
/// for picture in pictures { statistics.add(PictureStatistics(of: picture, in: compiled)) }
/// statistics.layers[3].deadChannels        // indices that were zero in every picture
/// try statistics.channelTable().write(...)
/// ```
public struct FolderStatistics: Sendable {
  public struct Layer: Sendable {
    public let name: String
    public let index: Int
    /// The shape of the first picture's output.
    public let shape: Shape
    public fileprivate(set) var channels: [ChannelTotals]

    /// All values of the layer together.
    public var values: ChannelTotals {
      channels.reduce(into: ChannelTotals()) { $0.addValues(of: $1) }
    }

    /// The channels that were zero in every picture.
    public var deadChannels: [Int] { channels.indices.filter { channels[$0].isDead } }

    /// The share of channels that were zero in every picture, 0...1.
    public var deadShare: Double {
      channels.isEmpty ? 0 : Double(deadChannels.count) / Double(channels.count)
    }
  }

  public private(set) var pictures = 0
  /// In the order of execution.
  public private(set) var layers: [Layer] = []

  public init() {}

  /// Adds one picture; its layers must be those of the first.
  public mutating func add(_ picture: PictureStatistics) {
    if layers.isEmpty {
      layers = picture.layers.map {
        Layer(
          name: $0.name, index: $0.index, shape: $0.shape,
          channels: Array(repeating: ChannelTotals(), count: $0.channels.count))
      }
    }
    precondition(
      layers.count == picture.layers.count
        && zip(layers, picture.layers).allSatisfy { $0.channels.count == $1.channels.count },
      "a picture of another network")
    for layer in layers.indices {
      for (channel, statistics) in picture.layers[layer].channels.enumerated() {
        layers[layer].channels[channel].add(statistics)
      }
    }
    pictures += 1
  }
}

extension FolderStatistics {
  /// One row a layer as CSV.
  ///
  /// `zero_percent`: exact zeros among all values; `dead_channels` and `dead_percent`: channels that were zero in every
  /// picture; `mean` and `std` (population) are over all finite values.
  public func layerTable() -> String {
    var text = csvLine([
      "index", "layer", "shape", "channels", "pictures", "mean", "std", "min", "max", "zero_percent",
      "dead_channels", "dead_percent", "not_finite",
    ])
    for layer in layers {
      let all = layer.values
      text += csvLine([
        "\(layer.index)", layer.name,
        layer.shape.dimensions.dropFirst().map(String.init).joined(separator: "x"),
        "\(layer.channels.count)", "\(pictures)", "\(all.mean)", "\(all.deviation)", "\(all.minimum)",
        "\(all.maximum)", "\(all.zeroShare * 100)", "\(layer.deadChannels.count)", "\(layer.deadShare * 100)",
        "\(all.notFinite)",
      ])
    }
    return text
  }

  /// One row a channel as CSV.
  ///
  /// `dead_percent`: pictures in which every value of the channel was zero.
  public func channelTable() -> String {
    var text = csvLine([
      "index", "layer", "channel", "pictures", "mean", "std", "min", "max", "zero_percent", "dead_percent",
      "not_finite",
    ])
    for layer in layers {
      for (number, channel) in layer.channels.enumerated() {
        text += csvLine([
          "\(layer.index)", layer.name, "\(number)", "\(channel.pictures)", "\(channel.mean)",
          "\(channel.deviation)", "\(channel.minimum)", "\(channel.maximum)", "\(channel.zeroShare * 100)",
          "\(channel.deadShare * 100)", "\(channel.notFinite)",
        ])
      }
    }
    return text
  }

  /// The layers against depth: the shares of zeros and of dead channels, mean, deviation and maximum.
  public func chart(model: String? = nil, note: String? = nil) -> DepthChart {
    DepthChart(
      title: "statistics against depth",
      lines: [
        model.map { "network: " + $0 }, note,
        "over \(pictures) picture\(pictures == 1 ? "" : "s"), \(layers.count) layer\(layers.count == 1 ? "" : "s"),"
          + " the input's end on top",
        "dead: channels that are zero in every picture",
      ].compactMap { $0 },
      columns: [
        .init(title: "zero", unit: .percent), .init(title: "dead", unit: .percent),
        .init(title: "mean", unit: .number), .init(title: "std", unit: .number),
        .init(title: "max", unit: .number),
      ],
      rows: layers.map { layer in
        let all = layer.values
        return .init(
          name: layer.name,
          values: [all.zeroShare, layer.deadShare, all.mean, all.deviation, Double(all.maximum)])
      })
  }
}
