public import NeuralNetwork
public import TensorCore

/// Where each channel of a picture's layers is strongest.
public struct PicturePeaks: Sendable {
  public struct Peak: Sendable, Hashable {
    public let channel: Int
    public let value: Float
    /// In the layer's output.
    public let row: Int
    public let column: Int
  }

  public struct Layer: Sendable {
    public let name: String
    public let index: Int
    public let channels: Int
    /// The peaks that are above what was asked for, by channel.
    public let peaks: [Peak]
  }

  public let layers: [Layer]

  /// Runs the network and finds the peaks of each recorded layer as it comes.
  ///
  /// NaN never peaks; among equals the first in reading order does.
  ///
  /// - Parameter thresholds: for each layer and channel the value above which a peak is worth keeping; none: every peak.
  public init(of x: Tensor, in network: CompiledNetwork, above thresholds: [[Float]] = []) {
    var layers: [Layer] = []
    network.run(x) { layer in
      let output = layer.output
      let channels = output.shape[-1]
      let positions = channels > 0 ? output.shape.count / channels : 0
      let width = output.shape.rank == 4 ? output.shape[2] : 1
      let least = thresholds.indices.contains(layers.count) ? thresholds[layers.count] : []
      var best = [Float](repeating: -.infinity, count: channels)
      var peaks: [Peak] = []
      output.withUnsafeScalars { values in
        best.withUnsafeMutableBufferPointer { best in
          for position in 0..<positions {
            let row = position * channels
            for c in 0..<channels { best[c] = values[row + c] > best[c] ? values[row + c] : best[c] }
          }
        }
        for c in 0..<channels where best[c] > (c < least.count ? least[c] : -.infinity) {
          let place = (0..<positions).first { values[$0 * channels + c] == best[c] } ?? 0
          peaks.append(Peak(channel: c, value: best[c], row: place / width, column: place % width))
        }
      }
      layers.append(Layer(name: layer.name, index: layer.index, channels: channels, peaks: peaks))
    }
    self.layers = layers
  }
}
