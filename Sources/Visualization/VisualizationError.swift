public import TensorCore

/// Why a sheet cannot be drawn.
public enum VisualizationError: Error, Sendable, Hashable {
  /// The tensor's axes are not those of what it should show.
  case notDrawable(Shape, expected: String)
  /// More than one sample in a batch; sheets show one.
  case severalSamples(Int)
  case noSuchChannel(Int, channels: Int)
  case noSuchClass(Int, classes: Int)
  case notAChannelList(String)
  case notPositive(String, Int)
  /// The groups do not divide the output channels.
  case groups(Int, outputs: Int)
}

extension VisualizationError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notDrawable(let shape, let expected): "cannot draw a tensor of shape \(shape): expected \(expected)"
    case .severalSamples(let count):
      "cannot draw a batch of \(count) samples on one sheet: draw one at a time"
    case .noSuchChannel(let channel, let channels):
      channels == 0
        ? "there is no channel \(channel): the layer has none"
        : "there is no channel \(channel): the layer has channels 0 to \(channels - 1)"
    case .noSuchClass(let index, let classes):
      "there is no class \(index): the network has classes 0 to \(classes - 1)"
    case .notAChannelList(let text):
      "not a list of channels: \"\(text)\" (write indices and ranges, as in 0,3,8-15)"
    case .notPositive(let name, let value): "\(name) must be 1 or more, not \(value)"
    case .groups(let groups, let outputs): "\(outputs) outputs cannot be split into \(groups) equal groups"
    }
  }
}
