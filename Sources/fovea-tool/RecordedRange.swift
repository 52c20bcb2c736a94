import Fovea

extension CompiledNetwork {
  /// The range of the values of all recorded layers, for which the network runs once more.
  func recordedRange(_ x: Tensor) -> ValueRange? {
    var range: ValueRange?
    run(x) { layer in
      guard let next = ChannelStatistics.of(layer.output).range else { return }
      range = range?.union(next) ?? next
    }
    return range
  }
}
