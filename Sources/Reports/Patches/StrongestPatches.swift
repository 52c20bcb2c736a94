/// The pictures, and places in them, to which each channel of a network answers most.
///
/// ```swift
/// var strongest = StrongestPatches(count: 9)
/// for picture in pictures { strongest.add(PicturePeaks(of: x, in: compiled), from: picture) }
/// strongest.layers[0].channels[12].first        // what channel 12 likes best
/// ```
///
/// A picture counts once a channel, with its highest place, so that one picture does not fill a row. Among equal values the
/// picture added earlier comes first. Only values and places are kept: a folder of any length is streamed.
public struct StrongestPatches: Sendable {
  public struct Find: Sendable, Hashable {
    public let value: Float
    /// The picture's place in ``StrongestPatches/pictures``.
    public let picture: Int
    /// In the layer's output.
    public let row: Int
    public let column: Int
  }

  public struct Layer: Sendable {
    public let name: String
    public let index: Int
    /// For every channel its finds, highest first, at most ``StrongestPatches/count``.
    public internal(set) var channels: [[Find]]
  }

  /// How many finds a channel keeps.
  public let count: Int
  /// The pictures added, as they are called.
  public internal(set) var pictures: [String] = []
  public internal(set) var layers: [Layer] = []

  public init(count: Int) {
    precondition(count > 0, "\(count) patches a channel")
    self.count = count
  }

  /// Adds the peaks of one picture.
  public mutating func add(_ peaks: PicturePeaks, from picture: String) {
    if layers.isEmpty {
      layers = peaks.layers.map {
        Layer(name: $0.name, index: $0.index, channels: Array(repeating: [], count: $0.channels))
      }
    }
    precondition(layers.count == peaks.layers.count, "peaks of other layers")
    let number = pictures.count
    pictures.append(picture)
    for (layer, found) in peaks.layers.enumerated() {
      for peak in found.peaks {
        let find = Find(value: peak.value, picture: number, row: peak.row, column: peak.column)
        layers[layer].channels[peak.channel].keep(find, atMost: count)
      }
    }
  }

  /// For each layer and channel the value that a new picture has to exceed.
  public var thresholds: [[Float]] {
    layers.map { $0.channels.map { $0.count < count ? -.infinity : $0.last?.value ?? -.infinity } }
  }

  /// A row a find as CSV: where it is, and its receptive field in pixels of the network's input.
  package func table(_ box: (Layer, Find) -> FieldBox?) -> String {
    var text = csvLine([
      "layer", "channel", "rank", "value", "input", "row", "column", "left", "top", "width", "height",
    ])
    for layer in layers {
      for (channel, finds) in layer.channels.enumerated() {
        for (rank, find) in finds.enumerated() {
          let field = box(layer, find)
          text += csvLine(
            [
              layer.name, "\(channel)", "\(rank)", "\(find.value)", pictures[find.picture], "\(find.row)",
              "\(find.column)",
            ]
              + (field.map { ["\($0.left)", "\($0.top)", "\($0.width)", "\($0.height)"] } ?? ["", "", "", ""])
          )
        }
      }
    }
    return text
  }
}

extension [StrongestPatches.Find] {
  fileprivate mutating func keep(_ find: StrongestPatches.Find, atMost count: Int) {
    if self.count == count, let last, find.value <= last.value { return }
    let place = firstIndex { $0.value < find.value } ?? endIndex
    insert(find, at: place)
    if self.count > count { removeLast() }
  }
}
